//! Public channels: opening them, posting and following.

use pillarbox_wire::{ChannelName, PostRow};

use super::error::WorldError;
use super::state::World;
use super::state::profile::ProfileId;
use super::state::site::SiteId;
use crate::scenario::PersonId;
use crate::truth::{Said, WhereSaid};

impl World {
    /// Returns true if the design has channels. Otherwise it records that it has none.
    fn has_channels(&mut self, who: PersonId, does: &str) -> bool {
        if !self.design.relay.channels {
            self.not_in_design(who, does, "there are no public channels");
        }
        self.design.relay.channels
    }

    pub(super) fn open_channel(&mut self, who: PersonId, channel: &ChannelName) -> Result<(), WorldError> {
        if !self.has_channels(who, "opens-channel") {
            return Ok(());
        }
        let site = self.home(who);
        let own = self.one_profile(who, site)?;
        if let Some((phone, rng)) = self.profile_mut(own)?.in_hand() {
            phone.open_channel(channel.clone(), rng)?;
        }
        self.channels.insert(channel.clone(), (site, own));
        self.restless.insert(own);
        Ok(())
    }

    /// Returns the relay that has a channel, and the profile of the channel's owner.
    fn channel(&mut self, who: PersonId, does: &str, channel: &ChannelName) -> Option<(SiteId, ProfileId)> {
        if !self.has_channels(who, does) {
            return None;
        }
        self.channels.get(channel).copied()
    }

    /// Posts in a channel. Followers whose phone is on read the post at once, as in an open program.
    pub(super) fn post(
        &mut self,
        who: PersonId,
        channel: &ChannelName,
        text: &str,
    ) -> Result<(), WorldError> {
        let Some((site, own)) = self.channel(who, "posts", channel) else { return Ok(()) };
        if let Some((phone, rng)) = self.profile_mut(own)?.in_hand() {
            phone.post(channel.clone(), text.to_owned(), rng)?;
        }
        let to = self.truth.followers(channel);
        let place = WhereSaid::Channel(channel.clone());
        self.note_said(Said { at: self.now, by: who, to: to.clone(), place, text: text.to_owned() }, None);
        self.restless.insert(own);
        self.wait_for(own)?;
        for follower in to {
            if self.is_away(follower) {
                continue;
            }
            let reader = self.one_profile(follower, site)?;
            if let Some(phone) = self.profile_mut(reader)?.phone.as_mut() {
                phone.read_channel(channel.clone());
            }
            self.restless.insert(reader);
        }
        Ok(())
    }

    pub(super) fn follow(&mut self, who: PersonId, channel: &ChannelName) -> Result<(), WorldError> {
        let Some((site, _)) = self.channel(who, "follows", channel) else { return Ok(()) };
        let own = self.one_profile(who, site)?;
        if let Some((phone, rng)) = self.profile_mut(own)?.in_hand() {
            phone.follow(channel.clone(), rng)?;
        }
        self.truth.follow(channel, who);
        self.restless.insert(own);
        Ok(())
    }

    /// Has a phone show the posts of a channel.
    pub(super) fn show_posts(
        &mut self,
        id: ProfileId,
        channel: &ChannelName,
        posts: &[PostRow],
    ) -> Result<(), WorldError> {
        let who = self.profile(id)?.who;
        for post in posts {
            if let Ok(text) = std::str::from_utf8(post.content.as_slice()) {
                self.truth.read_post(channel, text, who, self.now);
            }
        }
        Ok(())
    }
}

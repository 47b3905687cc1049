//! The public channels, in memory: the owner of each, its number of posts, and whether it was taken down.
//!
//! Rebuilt from the store when the relay opens, and changed only by what the store has committed. The posts stay on
//! disk.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, ChannelName, Refusal, Timestamp};

use crate::store::ChannelRow;

/// One channel.
#[derive(Clone, Copy, Debug)]
struct Channel {
    owner: AccountId,
    posted: u32,
    taken_down: Option<Timestamp>,
}

/// All channels.
///
/// Invariant: `owned` counts the channels of each owner, including those that were taken down, because their names stay
/// taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Channels {
    channels: BTreeMap<ChannelName, Channel>,
    owned: BTreeMap<AccountId, u32>,
}

impl Channels {
    pub(crate) fn new(rows: &[ChannelRow]) -> Self {
        let mut channels = Self::default();
        rows.iter().for_each(|row| channels.insert(row));
        channels
    }

    pub(crate) fn insert(&mut self, row: &ChannelRow) {
        let ChannelRow { channel, owner, opened_at: _, posted, taken_down } = row;
        let (owner, posted, taken_down) = (*owner, *posted, *taken_down);
        *self.owned.entry(owner).or_default() += 1;
        self.channels.insert(channel.clone(), Channel { owner, posted, taken_down });
    }

    /// Returns whether the account may have this channel opened: no, yes, or it has the channel already.
    pub(crate) fn may_open(
        &self,
        name: &ChannelName,
        account: AccountId,
        most: u32,
    ) -> Result<Opening, Refusal> {
        match self.channels.get(name) {
            Some(Channel { taken_down: Some(_), .. }) => Err(Refusal::TakenDown),
            Some(channel) if channel.owner == account => Ok(Opening::Again),
            Some(_) => Err(Refusal::ChannelTaken),
            None if self.owned.get(&account).is_some_and(|owned| *owned >= most) => Err(Refusal::TooMuch),
            None => Ok(Opening::New),
        }
    }

    /// Returns the number of the next post of this account in this channel.
    pub(crate) fn next_post(
        &self,
        name: &ChannelName,
        account: AccountId,
        most: u32,
    ) -> Result<u32, Refusal> {
        let channel = self.readable(name)?;
        if channel.owner != account {
            return Err(Refusal::UnknownChannel);
        }
        if channel.posted >= most { Err(Refusal::TooMuch) } else { Ok(channel.posted + 1) }
    }

    /// The owner of the channel, if it can be read.
    pub(crate) fn owner(&self, name: &ChannelName) -> Result<AccountId, Refusal> {
        self.readable(name).map(|channel| channel.owner)
    }

    fn readable(&self, name: &ChannelName) -> Result<Channel, Refusal> {
        match self.channels.get(name) {
            None => Err(Refusal::UnknownChannel),
            Some(Channel { taken_down: Some(_), .. }) => Err(Refusal::TakenDown),
            Some(channel) => Ok(*channel),
        }
    }

    /// Counts a post.
    pub(crate) fn posted(&mut self, name: &ChannelName, number: u32) {
        if let Some(channel) = self.channels.get_mut(name) {
            channel.posted = number;
        }
    }

    pub(crate) fn take_down(&mut self, name: &ChannelName, at: Timestamp) {
        if let Some(channel) = self.channels.get_mut(name) {
            channel.taken_down = Some(at);
        }
    }

    /// Removes the channels of a closed account, except those that were taken down.
    pub(crate) fn close(&mut self, account: AccountId) {
        if self.owned.remove(&account).is_some() {
            self.channels.retain(|_, channel| channel.owner != account || channel.taken_down.is_some());
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The answer to a request to open a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    New,
    /// The phone did not receive the first answer.
    Again,
}

//! Public channels: one account publishes, anybody reads, and the operator can take a channel down.

use pillarbox_wire::limits::{MAX_PAYLOAD_LEN, MAX_POST_LEN};
use pillarbox_wire::{
    ChannelName, ChannelOpened, ClientFrame, OpenChannel, Post, PostRow, Posted, Posts, ReadChannel, Refusal,
    RelayFrame, Timestamp,
};

use super::Relay;
use super::events::Input;
use super::log::LogEntry;
use super::prekeys::Trouble;
use super::round::Round;
use crate::memory::channels::Opening;
use crate::memory::connection_id::ConnectionId;
use crate::memory::rate_limiter::Request;
use crate::rules::keeping::Logged;
use crate::store::{Changes, ChannelRow, PublishedRow, Store, StoreError};

impl<S: Store> Relay<S> {
    pub(super) fn open_channel(&mut self, id: ConnectionId, frame: OpenChannel, round: &mut Round) {
        let request = frame.request;
        if round.claimed_channels.contains(&frame.channel) {
            return round.defer(id, Input::Frame(ClientFrame::OpenChannel(frame)));
        }
        match self.stage_channel(id, frame.channel, round) {
            Ok(()) => round.promise(id, request, RelayFrame::ChannelOpened(ChannelOpened { request })),
            Err(reason) => round.refuse(id, request, reason),
        }
    }

    fn stage_channel(
        &mut self,
        id: ConnectionId,
        channel: ChannelName,
        round: &mut Round,
    ) -> Result<(), Refusal> {
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let owner = connection.named()?.account;
        self.channels_offered()?;
        let limits = &self.settings.limits;
        self.limiter.take(Request::Post, connection.subject(), limits.posts, round.now)?;
        if self.channels.may_open(&channel, owner, limits.channels_per_account)? == Opening::New {
            self.take_room(0, round)?;
            round.claimed_channels.insert(channel.clone());
            round.block(id);
            let opened_at = round.now;
            round.changes.channels.push(ChannelRow {
                channel,
                owner,
                opened_at,
                posted: 0,
                taken_down: None,
            });
        }
        Ok(())
    }

    pub(super) fn post(&mut self, id: ConnectionId, frame: Post, round: &mut Round) {
        let request = frame.request;
        if round.claimed_channels.contains(&frame.channel) {
            return round.defer(id, Input::Frame(ClientFrame::Post(frame)));
        }
        match self.stage_post(id, frame, round) {
            Ok(number) => round.promise(id, request, RelayFrame::Posted(Posted { request, number })),
            Err(reason) => round.refuse(id, request, reason),
        }
    }

    fn stage_post(&mut self, id: ConnectionId, frame: Post, round: &mut Round) -> Result<u32, Refusal> {
        let Post { request: _, channel, content } = frame;
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let owner = connection.named()?.account;
        self.channels_offered()?;
        if content.len() > MAX_POST_LEN {
            return Err(Refusal::TooMuch);
        }
        let limits = &self.settings.limits;
        self.limiter.take(Request::Post, connection.subject(), limits.posts, round.now)?;
        self.take_room(content.len(), round)?;
        let limits = &self.settings.limits;
        let number = self.channels.next_post(&channel, owner, limits.channel_posts)?;
        // The next post has the next number, which memory knows once this one is committed.
        round.claimed_channels.insert(channel.clone());
        round.block(id);
        round.changes.posts.push(PublishedRow { channel, number, posted_at: round.now, content });
        Ok(number)
    }

    pub(super) fn read_channel(
        &mut self,
        id: ConnectionId,
        frame: &ReadChannel,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        match self.read_posts(id, frame, round) {
            Ok(posts) => round.answer(id, RelayFrame::Posts(Posts { request: frame.request, posts })),
            Err(Trouble::Refused(reason)) => round.refuse(id, frame.request, reason),
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(())
    }

    /// Reads posts for anybody, with or without a name: what is published is for everybody.
    fn read_posts(
        &mut self,
        id: ConnectionId,
        frame: &ReadChannel,
        round: &mut Round,
    ) -> Result<Vec<PostRow>, Trouble> {
        let ReadChannel { request: _, channel, after } = frame;
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        self.channels_offered()?;
        let rate = self.settings.limits.channel_reads;
        self.limiter.take(Request::Read, connection.subject(), rate, round.now)?;
        let owner = self.channels.owner(channel)?;
        let rows = self.store.posts(channel, *after, MAX_PAYLOAD_LEN, POSTS_IN_A_FRAME)?;
        let read = LogEntry::on(&connection, Logged::Read).about(Some(owner)).named(channel.as_str());
        self.log(read.anyway(), round);
        let posts = rows.into_iter().map(|row| {
            let PublishedRow { channel: _, number, posted_at, content } = row;
            PostRow { number, posted_at, content }
        });
        Ok(posts.collect())
    }

    fn channels_offered(&self) -> Result<(), Refusal> {
        if self.settings.keeping.channels { Ok(()) } else { Err(Refusal::NotOffered) }
    }

    /// Takes a channel down. From now on it is neither read nor posted in, its posts are removed, and its name stays
    /// taken. Returns false if there is no such channel, or if it is down already.
    ///
    /// # Errors
    /// [`StoreError`]; the channel is then unchanged.
    pub fn take_down(&mut self, channel: &ChannelName, now: Timestamp) -> Result<bool, StoreError> {
        if self.channels.owner(channel).is_err() {
            return Ok(false);
        }
        let taken_down = vec![(channel.clone(), now)];
        self.store.apply(&Changes { taken_down, counters: self.counters, ..Changes::default() })?;
        self.channels.take_down(channel, now);
        Ok(true)
    }
}

/// The maximum number of posts in one answer. With at most [`MAX_PAYLOAD_LEN`] bytes of content together they fit one
/// frame, however short each is.
const POSTS_IN_A_FRAME: u32 = 500;

/// Bytes of a post in a frame in addition to its content: number, time, length.
const POST_OVERHEAD: usize = 4 + 8 + 8;

const _: () = assert!(
    MAX_PAYLOAD_LEN + POSTS_IN_A_FRAME as usize * POST_OVERHEAD + 64 < pillarbox_wire::limits::MAX_FRAME_LEN
);
const _: () = assert!(MAX_POST_LEN <= MAX_PAYLOAD_LEN);

//! The rows of public channels and of their posts.

use pillarbox_wire::{AccountId, Bytes, ChannelName, Timestamp, declare};
use serde::Serialize;

use super::readable;

/// A row of `channels`. The row of a channel that was taken down is kept, so that its name is not opened again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelRow {
    /// The name that everybody finds it by.
    pub channel: ChannelName,
    /// The account that opened it and alone publishes in it.
    #[serde(serialize_with = "readable::display")]
    pub owner: AccountId,
    /// Time at which it was opened, in milliseconds since 1970.
    pub opened_at: Timestamp,
    /// Number of posts that it has ever had, which is the number of the last.
    pub posted: u32,
    /// Time at which the operator took it down; its posts were deleted then.
    pub taken_down: Option<Timestamp>,
}

declare!(
    /// Columns of [`ChannelRow`].
    CHANNEL: ChannelRow {
        channel: Entity, Channels, "what everybody finds it by";
        owner: Entity, Channels, "whose channel it is";
        opened_at: Events, Channels, "when it was opened";
        posted: Events, Channels, "how many posts it has had; numbers the next one";
        taken_down: Events, Channels, "when the operator took it down; keeps the name from being opened again";
    }
);

/// A row of `posts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishedRow {
    /// The channel that it was published in.
    pub channel: ChannelName,
    /// Its number in its channel, from 1.
    pub number: u32,
    /// Time at which the relay accepted it, in milliseconds since 1970.
    pub posted_at: Timestamp,
    /// The post as everybody may read it, byte for byte.
    #[serde(serialize_with = "readable::bytes")]
    pub content: Bytes,
}

declare!(
    /// Columns of [`PublishedRow`].
    PUBLISHED: PublishedRow {
        channel: Events, Channels, "where it was published, and so by whom";
        number: Events, Channels, "its place in the channel";
        posted_at: Events, Channels, "when it was published";
        content: Content, Channels, "what everybody may read";
    }
);

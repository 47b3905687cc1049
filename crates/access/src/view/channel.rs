//! A public channel, as everybody can read it.

use pillarbox_relay::store::ChannelRow;
use pillarbox_wire::{ChannelName, Timestamp};
use serde::Serialize;

use super::holdings::RelayHoldings;

/// One post of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicPost {
    /// The post's number in the channel.
    pub number: u32,
    /// The time of publication.
    pub at: Timestamp,
    /// The content, byte for byte.
    pub content: Vec<u8>,
}

/// A channel as it could be read at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicChannel {
    /// The channel's name.
    pub channel: ChannelName,
    /// The time at which it was taken down, if it was.
    pub taken_down: Option<Timestamp>,
    /// The posts that can be read.
    pub posts: Vec<PublicPost>,
}

impl PublicChannel {
    /// Returns the channel of that name at a relay, if it exists or existed.
    #[must_use]
    pub fn at(holdings: &RelayHoldings, channel: &ChannelName) -> Option<Self> {
        let row: &ChannelRow = holdings.rows().channels.iter().find(|row| row.channel == *channel)?;
        let posts = holdings.rows().posts.iter().filter(|post| post.channel == *channel);
        let posts = posts.map(|post| PublicPost {
            number: post.number,
            at: post.posted_at,
            content: post.content.as_slice().to_vec(),
        });
        Some(Self { channel: row.channel.clone(), taken_down: row.taken_down, posts: posts.collect() })
    }
}

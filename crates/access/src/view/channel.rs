//! A public channel, as everybody reads it.

use pillarbox_relay::store::ChannelRow;
use pillarbox_wire::{ChannelName, Timestamp};
use serde::Serialize;

use super::holdings::RelayHoldings;

/// One post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicPost {
    /// Its number in the channel.
    pub number: u32,
    /// When it was published.
    pub at: Timestamp,
    /// What it says, byte for byte.
    pub content: Vec<u8>,
}

/// A channel as it can be read at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicChannel {
    /// Its name.
    pub channel: ChannelName,
    /// When it was taken down, if it was.
    pub taken_down: Option<Timestamp>,
    /// What can be read.
    pub posts: Vec<PublicPost>,
}

impl PublicChannel {
    /// The channel of that name at a relay, if there is or was one.
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

//! Takedown. An operator is ordered to remove a public channel. The order asks for nothing, and it destroys what a
//! demand could have asked for.

use pillarbox_wire::{ChannelName, Timestamp};
use serde::Serialize;

use super::definition::{Demand, ViewKind, When};
use crate::evidence::Exhibit;
use crate::view::PublicChannel;

/// The demand that this module describes.
pub const TAKEDOWN: Demand = Demand {
    name: "takedown",
    title: "a takedown notice",
    plain: "a public channel is to be removed",
    reaches: &[],
    view: ViewKind::PublicChannel,
    when: When::Past,
};

/// The result of a takedown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakenDown {
    /// The channel's name.
    pub channel: ChannelName,
    /// The time of removal, or `None` if the channel can still be read.
    pub removed_at: Option<Timestamp>,
    /// Posts that everybody could read before and nobody can read now, as they were. A demand on the day before would
    /// have returned them.
    pub destroyed: Vec<Exhibit>,
    /// The number of posts that can still be read.
    pub left: u64,
}

/// Compares the channel before the order with the channel after it.
#[must_use]
pub fn compare(before: &PublicChannel, after: Option<&PublicChannel>) -> TakenDown {
    let left = after.map(|after| after.posts.as_slice()).unwrap_or_default();
    let gone = before.posts.iter().filter(|post| !left.contains(post));
    TakenDown {
        channel: before.channel.clone(),
        removed_at: after.and_then(|after| after.taken_down),
        destroyed: gone.map(|post| Exhibit::bytes("posts", "content", &post.content)).collect(),
        left: u64::try_from(left.len()).unwrap_or(u64::MAX),
    }
}

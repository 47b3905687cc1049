//! Takedown: an operator is told to remove a public channel. It asks for nothing, and it destroys what a demand could have asked for.

use pillarbox_wire::{ChannelName, Timestamp};
use serde::Serialize;

use super::definition::{Demand, View, When};
use crate::evidence::Exhibit;
use crate::view::PublicChannel;

/// See the module.
pub const TAKEDOWN: Demand = Demand {
    name: "takedown",
    title: "a takedown notice",
    plain: "a public channel is to be removed",
    reaches: &[],
    view: View::PublicChannel,
    when: When::Past,
};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakenDown {
    /// The channel.
    pub channel: ChannelName,
    /// When it was removed; none if it can still be read.
    pub removed_at: Option<Timestamp>,
    /// Posts that everybody could read before and nobody can now, as they were: what a demand the day before would have returned.
    pub destroyed: Vec<Exhibit>,
    /// Posts that can still be read.
    pub left: u64,
}

/// Compares what could be read before the order with what can be read after it.
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

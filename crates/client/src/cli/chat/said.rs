//! How far the messages typed into a chat have come, in words.

use std::time::Duration;

use pillarbox_client::BodyId;
use tokio::time::Instant;

/// How long a message may go without an answer before its line says that it waits on this phone. A relay that is there
/// answers within a second, and somebody who sees nothing for longer begins to wonder.
const UNANSWERED: Duration = Duration::from_secs(5);

/// A message typed here, as its line tells of it.
pub(super) struct Said {
    pub(super) id: BodyId,
    /// Whether the relay has decided about it.
    pub(super) settled: bool,
    /// When it was typed, until its line says that it waits.
    pub(super) untold: Option<Instant>,
}

impl Said {
    /// Whether its line should say now that it waits. True once.
    pub(super) fn begins_to_wait(&mut self, now: Instant) -> bool {
        let is_late = |typed: Instant| now.saturating_duration_since(typed) >= UNANSWERED;
        let begins = !self.settled && self.untold.is_some_and(is_late);
        if begins {
            self.untold = None;
        }
        begins
    }
}

//! The progress of messages typed into a chat.

use std::time::Duration;

use pillarbox_client::BodyId;
use tokio::time::Instant;

/// Time without an answer after which a message is reported as waiting on this phone. A reachable relay answers
/// within a second, and a user who sees nothing for longer begins to wonder.
const UNANSWERED: Duration = Duration::from_secs(5);

/// A message typed in this chat.
pub(super) struct Said {
    pub(super) id: BodyId,
    /// True once the relay has accepted or refused it.
    pub(super) settled: bool,
    /// Time at which it was typed; absent once the message was reported as waiting.
    pub(super) untold: Option<Instant>,
}

impl Said {
    /// Returns true, once, when the message should be reported as waiting.
    pub(super) fn begins_to_wait(&mut self, now: Instant) -> bool {
        let is_late = |typed: Instant| now.saturating_duration_since(typed) >= UNANSWERED;
        let begins = !self.settled && self.untold.is_some_and(is_late);
        if begins {
            self.untold = None;
        }
        begins
    }
}

//! Contacts to whom nothing is sent for a while, and the reason.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, Duration, Refusal, Timestamp};

/// Pause after a failure of the relay, if the relay names none: long enough to empty a mailbox or to look after a
/// disk, short enough for a person who waits.
const RETRY_AFTER: Duration = Duration::from_seconds(60);

/// Reasons that messages to a contact wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitCause {
    /// The relay refused one for now.
    Relay(Refusal),
    /// The relay gave no keys to begin the conversation, or no valid ones.
    NoKeys,
    /// The relay's public log did not prove the keys that it gave.
    NotProved,
    /// The relay has reported new keys of the contact more often than a conversation may restart.
    TooManyStarts,
    /// The contact was verified and their key has changed: the owner has to choose.
    KeyChanged,
    /// The relay was not reached; there is no other obstacle.
    NotReached,
}

/// Contacts to whom nothing is sent for a while.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pauses(pub(crate) BTreeMap<AccountId, (Timestamp, WaitCause)>);

impl Pauses {
    /// Begins a pause. The relay may have said for how long.
    pub(crate) fn begin(&mut self, contact: AccountId, cause: WaitCause, now: Timestamp) {
        let span = match cause {
            WaitCause::Relay(reason) => patience(reason),
            _ => RETRY_AFTER,
        };
        self.0.insert(contact, (now + span, cause));
    }

    /// Returns true if something may be sent to a contact.
    pub(crate) fn are_over(&self, contact: AccountId, now: Timestamp) -> bool {
        self.0.get(&contact).is_none_or(|(until, _)| *until <= now)
    }

    /// Ends a pause, because something was sent successfully.
    pub(crate) fn end(&mut self, contact: AccountId) {
        self.0.remove(&contact);
    }

    /// Returns the ends of all pauses.
    pub(crate) fn ends(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.0.values().map(|(until, _)| *until)
    }
}

/// Returns the pause after a refusal that may not last.
pub(crate) const fn patience(reason: Refusal) -> Duration {
    match reason {
        Refusal::RateLimited { retry_after } => Duration::from_seconds(retry_after as u64),
        _ => RETRY_AFTER,
    }
}

//! Contacts that nothing is sent to for a while, with the reason.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, Duration, Refusal, Timestamp};

/// How long something waits after the relay could not do it, where the relay does not say itself: long enough for a
/// mailbox to be emptied or a disk to be looked after, short enough for a person who waits.
pub(crate) const RETRY_AFTER: Duration = Duration::from_seconds(60);

/// Why messages to a contact wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitCause {
    /// The relay refused one for now.
    Relay(Refusal),
    /// The relay gave no keys to begin the conversation with, or none that are good.
    NoKeys,
    /// The relay says that the contact has other keys, oftener than a conversation begins anew.
    TooManyStarts,
    /// The contact was verified and their key has changed: the owner is to choose.
    KeyChanged,
    /// Nothing stands in the way but that the relay was not reached.
    NotReached,
}

/// Contacts that nothing is sent to for a while.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pauses(pub(crate) BTreeMap<AccountId, (Timestamp, WaitCause)>);

impl Pauses {
    /// Begins a pause; the relay may have said how long.
    pub(crate) fn begin(&mut self, contact: AccountId, cause: WaitCause, now: Timestamp) {
        let span = match cause {
            WaitCause::Relay(reason) => patience(reason),
            _ => RETRY_AFTER,
        };
        self.0.insert(contact, (now + span, cause));
    }

    /// Whether something may be sent to a contact.
    pub(crate) fn are_over(&self, contact: AccountId, now: Timestamp) -> bool {
        self.0.get(&contact).is_none_or(|(until, _)| *until <= now)
    }

    /// Forgets why a contact was waited for: something went through.
    pub(crate) fn end(&mut self, contact: AccountId) {
        self.0.remove(&contact);
    }

    /// When pauses end.
    pub(crate) fn ends(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.0.values().map(|(until, _)| *until)
    }
}

/// How long to wait after a refusal that may not last.
pub(crate) const fn patience(reason: Refusal) -> Duration {
    match reason {
        Refusal::RateLimited { retry_after } => Duration::from_seconds(retry_after as u64),
        _ => RETRY_AFTER,
    }
}

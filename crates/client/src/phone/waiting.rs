//! What waits to be sent, and why.
//!
//! **Order.** To one person goes one message at a time, with the receipts that are owed: the next is sealed and leaves
//! when the relay has those. A relay may refuse any message for now, and with several on their way it would take later
//! ones meanwhile; then they would be read in another order than that in which they were said, and one that stays behind
//! for long would come when its key is gone. Messages to other people go in between.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, Duration, Refusal, Timestamp};

use super::error::PhoneError;
use super::links::RETRY_AFTER;
use super::records::load_contact;
use super::{Link, Phone};
use crate::outbox::{Item, Stage};
use crate::vault::Table;

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

/// Messages that wait for one contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// To whom.
    pub contact: AccountId,
    /// How many: texts, and what is said about timers and groups.
    pub messages: usize,
    /// Why.
    pub cause: WaitCause,
}

/// Contacts that nothing is sent to for a while.
#[derive(Clone, Debug, Default)]
pub(super) struct Pauses(BTreeMap<AccountId, (Timestamp, WaitCause)>);

impl Pauses {
    /// Begins a pause; the relay may have said how long.
    pub(super) fn begin(&mut self, contact: AccountId, cause: WaitCause, now: Timestamp) {
        let span = match cause {
            WaitCause::Relay(reason) => patience(reason),
            _ => RETRY_AFTER,
        };
        self.0.insert(contact, (now + span, cause));
    }

    /// Whether something may be sent to a contact.
    pub(super) fn are_over(&self, contact: AccountId, now: Timestamp) -> bool {
        self.0.get(&contact).is_none_or(|(until, _)| *until <= now)
    }

    /// Forgets why a contact was waited for: something went through.
    pub(super) fn end(&mut self, contact: AccountId) {
        self.0.remove(&contact);
    }

    /// When pauses end.
    pub(super) fn ends(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.0.values().map(|(until, _)| *until)
    }
}

impl Phone {
    /// The messages that have not reached the relay, by contact, with what holds them back.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn waiting(&self) -> Result<Vec<Waiting>, PhoneError> {
        let mut messages: BTreeMap<AccountId, usize> = BTreeMap::new();
        self.vault.read(|rows| {
            for item in rows.load_all::<Item>(Table::Outbox)? {
                if item.id().is_some() && !matches!(item.stage, Stage::Accepted { .. }) {
                    *messages.entry(item.to).or_default() += 1;
                }
            }
            let waiting = messages.into_iter().map(|(contact, messages)| {
                let cause = match (load_contact(rows, contact)?.trust.may_send(), self.pauses.0.get(&contact))
                {
                    (false, _) => WaitCause::KeyChanged,
                    (true, Some((_, cause))) => *cause,
                    (true, None) => WaitCause::NotReached,
                };
                Ok(Waiting { contact, messages, cause })
            });
            waiting.collect()
        })
    }

    /// Whether a phone that stays connected goes on by itself between `now` and `then` with what the relay has refused for
    /// now.
    #[must_use]
    pub fn goes_on_before(&self, now: Timestamp, then: Timestamp) -> bool {
        self.is_ready(Link::Named) && self.pauses.ends().any(|end| now < end && end < then)
    }
}

/// How long to wait after a refusal that may not last.
pub(super) const fn patience(reason: Refusal) -> Duration {
    match reason {
        Refusal::RateLimited { retry_after } => Duration::from_seconds(retry_after as u64),
        _ => RETRY_AFTER,
    }
}

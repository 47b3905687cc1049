//! What waits to be sent, and why.
//!
//! **Order.** To one person goes one message at a time, with the receipts that are owed: the next is sealed and leaves
//! when the relay has those. A relay may refuse any message for now, and with several on their way it would take later
//! ones meanwhile; then they would be read in another order than that in which they were said, and one that stays behind
//! for long would come when its key is gone. Messages to other people go in between.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, Timestamp};

use crate::phone::Link;
use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::records::load_contact;
use crate::phone::state::outbox::{Item, Stage};
use crate::phone::state::pauses::WaitCause;
use crate::vault::Table;

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

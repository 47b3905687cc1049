//! Messages waiting to be sent, and the reason.
//!
//! **Order.** Each person is sent one message at a time, together with receipts owed to them. The next one is
//! sealed and sent when the relay has accepted those. A relay may refuse any message for now. With several messages
//! in flight, the relay might accept later ones first, and they would be read out of order. A message held back for
//! long would even arrive after its key was deleted. Messages to other people are sent in between.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, Timestamp};

use crate::phone::Link;
use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::devices::linked;
use crate::phone::rows::records::load_contact;
use crate::phone::state::outbox::{Item, Stage};
use crate::phone::state::pauses::WaitCause;
use crate::vault::Table;

/// Messages waiting for one contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsentMessages {
    /// The contact whose messages wait.
    pub contact: AccountId,
    /// Number of messages: texts, and changes of timers and groups.
    pub messages: usize,
    /// The reason that they wait.
    pub cause: WaitCause,
}

impl Phone {
    /// Returns the messages that have not reached the relay, by contact, with the reason.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn waiting(&self) -> Result<Vec<UnsentMessages>, PhoneError> {
        let mut messages: BTreeMap<AccountId, usize> = BTreeMap::new();
        let own = self.account.address.map(|own| own.account);
        self.vault.read(|rows| {
            for item in rows.load_all::<Item>(Table::Outbox)? {
                // A copy for a linked device is not a further message, nor is a message between the owner's own
                // devices.
                let is_copy = linked(rows, item.to)?.is_some() || Some(item.to) == own;
                if item.id().is_some() && !is_copy && !matches!(item.stage, Stage::Accepted { .. }) {
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
                Ok(UnsentMessages { contact, messages, cause })
            });
            waiting.collect()
        })
    }

    /// Returns true if a connected phone will retry a message that the relay has refused for now, by itself, between
    /// `now` and `then`.
    #[must_use]
    pub fn goes_on_before(&self, now: Timestamp, then: Timestamp) -> bool {
        self.is_ready(Link::Named) && self.pauses.ends().any(|end| now < end && end < then)
    }
}

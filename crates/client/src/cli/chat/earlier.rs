//! Messages to the contact that were waiting on this phone before the chat opened.

use pillarbox_client::{BodyId, DeliveryState, EntryDirection, Phone, PhoneError};
use pillarbox_wire::AccountId;

/// Messages to the contact that had not reached the relay when the chat opened and still have not.
pub(super) struct Earlier(Vec<BodyId>);

impl Earlier {
    /// Collects the waiting messages of one conversation.
    pub(super) fn of(phone: &Phone, contact: AccountId) -> Result<Self, PhoneError> {
        let entries = phone.history(contact)?;
        let waits =
            entries.iter().filter(|entry| entry.direction == EntryDirection::Sent(DeliveryState::Queued));
        Ok(Self(waits.map(|entry| entry.id).collect()))
    }

    /// Notes that the relay has decided about a message. Returns true if it was the last of these messages.
    pub(super) fn settle(&mut self, message: BodyId) -> bool {
        let before = self.0.len();
        self.0.retain(|waits| *waits != message);
        before > 0 && self.0.is_empty()
    }

    /// Returns true if the message is one of these.
    pub(super) fn has(&self, message: BodyId) -> bool {
        self.0.contains(&message)
    }
}

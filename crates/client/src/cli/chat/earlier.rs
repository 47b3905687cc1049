//! Messages to the contact or group that were waiting on this phone before the chat opened.

use pillarbox_client::{BodyId, DeliveryState, EntryDirection, Phone, PhoneError};

use super::partner::Partner;

/// Messages to the contact or group that had not reached the relay when the chat opened and still have not.
pub(super) struct Earlier(Vec<BodyId>);

impl Earlier {
    /// Collects the waiting messages of one conversation.
    pub(super) fn of(phone: &Phone, partner: &Partner) -> Result<Self, PhoneError> {
        let entries = match partner {
            Partner::Contact(contact) => phone.history(contact.account)?,
            Partner::Group(group) => {
                phone.group_history(group.id)?.into_iter().map(|said| said.entry).collect()
            }
        };
        let waits =
            entries.iter().filter(|entry| entry.direction == EntryDirection::Sent(DeliveryState::Queued));
        Ok(Self(waits.map(|entry| entry.id).collect()))
    }

    /// Records the relay's decision about a message. Returns true if it was the last of these messages.
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

//! What this phone has no room for, and leaves at the relay: it is not acknowledged, and comes again on the next connection.
//!
//! `docs/protocol.md` lists every table that has an end, and what becomes of what it does not take.

use std::mem::discriminant;

use crate::phone::engine::Phone;
use crate::phone::state::mailbox::Full;
use crate::records::notice::Notice;

impl Phone {
    /// Notes that a message is left at the relay. The owner is told once on each connection for each table.
    pub(crate) fn leave(&mut self, full: Full) -> Vec<Notice> {
        self.held_back += 1;
        self.tells_left = true;
        if self.full.iter().any(|told| discriminant(told) == discriminant(&full)) {
            return Vec::new();
        }
        self.full.push(full);
        vec![full.notice()]
    }

    /// Messages that the relay keeps because there was no room for them on the last connection.
    #[must_use]
    pub const fn held_back(&self) -> usize {
        self.held_back
    }

    /// Whether some of those are of people for whom there is room once the owner has seen what others wrote.
    #[must_use]
    pub fn requests_are_full(&self) -> bool {
        self.full.contains(&Full::Requests)
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::{AccountId, Bytes, Deliver, DeviceAddress, DeviceId, MessageId};

    use super::*;
    use crate::phone::rows::errands;
    use crate::phone::rows::records::store_contact;
    use crate::phone::testing::{NOW, phone};
    use crate::records::contact::{ContactRecord, Origin};
    use crate::records::recovery::MAX_MISSING;
    use crate::vault::StorageError;

    #[test]
    fn a_message_that_would_not_open_and_cannot_be_noted_is_left_at_the_relay() {
        let (mut phone, mut rng) = (phone(), rand::rng());
        let contact = AccountId([1; 16]);
        let unreadable = |number: u64| Deliver {
            message: MessageId(number),
            from: Some(DeviceAddress { account: contact, device: DeviceId::FIRST }),
            accepted_at: NOW,
            payload: Bytes([&[1], number.to_be_bytes().as_slice()].concat()),
            stamp: None,
        };
        phone
            .vault
            .transact(&mut rng, |rows| {
                let record = ContactRecord::new(contact, "Bob".to_owned(), Origin::Number, NOW);
                store_contact(rows, &ContactRecord { accepted: true, ..record })?;
                (1..MAX_MISSING).try_for_each(|number| {
                    let mut digest = [0xaa; 32];
                    digest[..8].copy_from_slice(&number.to_be_bytes());
                    assert!(errands::note(rows, contact, digest)?);
                    Ok::<_, StorageError>(())
                })
            })
            .unwrap();
        let mut arrive = |number| phone.arrive(unreadable(number), NOW, &mut rng).unwrap();
        assert_eq!(arrive(1), [Notice::Undecryptable { contact: Some(contact), asked_again: true }]);
        assert_eq!(arrive(2), [Notice::MissingFull { contact }]);
        assert_eq!(arrive(3), [], "it is told once");
        assert_eq!((phone.acknowledgements.len(), phone.held_back()), (1, 2));
        assert_eq!(phone.missing(NOW).unwrap()[0].messages, MAX_MISSING);
    }
}

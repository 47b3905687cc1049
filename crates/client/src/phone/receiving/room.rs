//! Messages left at the relay because this phone has no room for them. They are not acknowledged, and are delivered
//! again on the next connection.

use crate::phone::engine::Phone;

impl Phone {
    /// Returns the number of messages of the last connection that were left at the relay for lack of room.
    #[must_use]
    pub const fn held_back(&self) -> usize {
        self.mailbox.held_back()
    }

    /// Returns true if some of those are from people for whom there will be room once the owner has seen other
    /// requests.
    #[must_use]
    pub fn requests_are_full(&self) -> bool {
        self.mailbox.requests_are_full()
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::{AccountId, Bytes, Deliver, DeviceAddress, DeviceId, MessageId};

    use crate::phone::rows::pending;
    use crate::phone::rows::records::store_contact;
    use crate::phone::testing::{NOW, phone};
    use crate::records::contact::{ContactOrigin, ContactRecord};
    use crate::records::notice::Notice;
    use crate::records::recovery::MAX_MISSING;
    use crate::software::Shipped;
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
                let record = ContactRecord::new(contact, "Bob".to_owned(), ContactOrigin::Number, NOW);
                store_contact(rows, &ContactRecord { accepted: true, ..record })?;
                (1..MAX_MISSING).try_for_each(|number| {
                    let mut digest = [0xaa; 32];
                    digest[..8].copy_from_slice(&number.to_be_bytes());
                    assert!(pending::note(rows, contact, digest)?);
                    Ok::<_, StorageError>(())
                })
            })
            .unwrap();
        let mut arrive = |number| phone.arrive(unreadable(number), NOW, &mut rng, &Shipped).unwrap();
        assert_eq!(arrive(1), [Notice::Undecryptable { contact: Some(contact), asked_again: true }]);
        assert_eq!(arrive(2), [Notice::MissingFull { contact }]);
        assert_eq!(arrive(3), [], "it is told once");
        let acknowledged = phone.mailbox.acknowledge();
        assert_eq!(acknowledged.iter().map(|frame| frame.messages.len()).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(phone.held_back(), 2);
        assert_eq!(phone.missing(NOW).unwrap()[0].messages, MAX_MISSING);
    }
}

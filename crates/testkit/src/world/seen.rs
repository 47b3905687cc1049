//! The relay's part of a world: its rows, its key, the frames that it received and sent, and frames that it
//! invents.

use pillarbox_client::Link;
use pillarbox_crypto::SigningSecret;
use pillarbox_relay::Holdings;
use pillarbox_relay::store::PreKeyKind;
use pillarbox_wire::{AccountId, ClientFrame, Deliver, MessageId, RelayFrame, Submit, encode};
use rand_core::Rng;

use super::{PhoneLink, Who, World, contains, folder_contains, honest};

impl World {
    /// Returns the frames as they arrived at the relay.
    pub fn seen(&self) -> impl Iterator<Item = &ClientFrame> {
        self.received.iter().map(|(_, frame)| frame)
    }

    /// Returns true if these words are in any frame that arrived at the relay.
    #[must_use]
    pub fn relay_saw(&self, words: &str) -> bool {
        self.seen().any(|frame| contains(&encode(frame).unwrap(), words.as_bytes()))
    }

    /// Reads the relay's rows from its folder.
    #[must_use]
    pub fn holdings(&self) -> Holdings {
        Holdings::read(self.relay.folder()).unwrap()
    }

    /// Reads the relay's certificate key from its folder.
    #[must_use]
    pub fn certificate_key(&self) -> SigningSecret {
        Holdings::read_with_certificate_key(self.relay.folder()).unwrap().1.unwrap()
    }

    /// Returns true if these bytes occur in any frame received or sent, or in any file of the relay.
    #[must_use]
    pub fn relay_has(&self, words: &[u8]) -> bool {
        self.received.iter().any(|(_, frame)| contains(&encode(frame).unwrap(), words))
            || self.sent.iter().any(|(_, frame)| contains(&encode(frame).unwrap(), words))
            || self.relay_keeps(words)
    }

    /// Returns true if these bytes occur in any file of the relay.
    #[must_use]
    pub fn relay_keeps(&self, words: &[u8]) -> bool {
        folder_contains(self.relay.folder(), words)
    }

    /// Returns the messages in order of arrival, on named and nameless connections.
    pub fn submissions(&self) -> impl Iterator<Item = (PhoneLink, &Submit)> {
        self.received.iter().filter_map(|(way, frame)| match frame {
            ClientFrame::Submit(submit) => Some((*way, submit)),
            _ => None,
        })
    }

    /// Returns the messages as they went to a phone.
    #[must_use]
    pub fn deliveries(&self, to: Who) -> Vec<Deliver> {
        let deliver = |(way, frame): &(PhoneLink, RelayFrame)| match frame {
            RelayFrame::Deliver(deliver) if way.who == to => Some(deliver.clone()),
            _ => None,
        };
        self.sent.iter().filter_map(deliver).collect()
    }

    /// Returns the number of one-time prekeys of an account that the relay has left.
    #[must_use]
    pub fn stock(&self, account: AccountId) -> usize {
        let holdings = self.holdings();
        let number = holdings.devices.iter().find(|device| device.account == account).unwrap().device_number;
        let left = |kind| {
            holdings.prekeys.iter().filter(|row| row.device_number == number && row.kind == kind).count()
        };
        assert_eq!(left(PreKeyKind::OneTime), left(PreKeyKind::OneTimeKem));
        left(PreKeyKind::OneTime)
    }

    /// Sends a frame that the relay invented to a phone.
    pub fn inject(&mut self, to: Who, frame: RelayFrame) {
        let line = self.slots[to].lines[Link::Named as usize].as_ref().unwrap();
        let connection = line.connection;
        let hook = std::mem::replace(&mut self.down, honest());
        self.send(connection, frame);
        self.down = hook;
        self.run();
    }

    /// Sends a message once more, under another number.
    pub fn repeat(&mut self, to: Who, deliver: &Deliver) {
        let message = MessageId(self.rng.next_u64());
        self.inject(to, RelayFrame::Deliver(Deliver { message, ..deliver.clone() }));
    }
}

//! What one batch changes: everything that one transaction writes, as plain lists.

use std::net::IpAddr;

use pillarbox_crypto::SecretBytes;
use pillarbox_wire::{AccountId, MessageId, PreKeyId, PreKeyUpload, Timestamp, declare};
use serde::Serialize;

use super::rows::{AccountRow, DeviceNumber, DeviceRow, MessageRow, PreKeyKind};

/// Numbers that must survive a restart, because none may be used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// The number of the next message.
    pub next_message: MessageId,
    /// The number of the next device.
    pub next_device: DeviceNumber,
    /// The time up to which messages have aged; see [`crate::ageing`].
    pub ageing_clock: Option<Timestamp>,
}

declare!(
    /// What [`Counters`] tell.
    COUNTERS: Counters {
        next_message: Events, Counters, "how many messages the relay has ever accepted, from nobody to nobody";
        next_device: Entity, Counters, "how many devices were ever registered";
        ageing_clock: Protocol, Counters, "up to when messages have aged";
    }
);

impl Default for Counters {
    fn default() -> Self {
        Self { next_message: MessageId(1), next_device: DeviceNumber(1), ageing_clock: None }
    }
}

/// A new account with its first device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The account.
    pub account: AccountRow,
    /// Its first device.
    pub device: DeviceRow,
    /// The device's first prekeys.
    pub prekeys: PreKeyUpload,
}

/// More prekeys of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Whose.
    pub device: DeviceNumber,
    /// The keys; one-time ones that were taken before are already left out.
    pub prekeys: PreKeyUpload,
    /// New value of [`DeviceRow::next_one_time`].
    pub next_one_time: u64,
    /// New value of [`DeviceRow::next_one_time_kem`].
    pub next_one_time_kem: u64,
}

/// A one-time prekey that is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whose.
    pub device: DeviceNumber,
    /// Of which kind.
    pub kind: PreKeyKind,
    /// Its name.
    pub id: PreKeyId,
}

/// A device that connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub device: DeviceNumber,
    /// When, as exactly as the relay keeps it.
    pub at: Option<Timestamp>,
    /// Where from, if the relay keeps that.
    pub address: Option<IpAddr>,
}

/// An account that is closed: everything held of it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Which.
    pub account: AccountId,
    /// The devices it has.
    pub devices: Vec<DeviceNumber>,
    /// Messages that wait for them. Delivered ones that were kept go by their mailbox.
    pub waiting: Vec<MessageId>,
}

/// Delivered messages whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forget {
    /// Those delivered at this time or before.
    pub delivered_by: Timestamp,
    /// At most so many at once.
    pub most: u32,
}

/// Everything that one transaction writes, in this order.
#[derive(Debug, Default)]
pub struct Changes {
    /// The key that signs sender certificates, written once.
    pub certificate_key: Option<SecretBytes<32>>,
    /// What the relay is set to keep, as JSON, for whoever reads the database later.
    pub keeping: Option<String>,
    /// New accounts.
    pub accounts: Vec<Registration>,
    /// More prekeys.
    pub prekeys: Vec<Upload>,
    /// One-time prekeys handed out. One that is not there fails the transaction: it was handed out before.
    pub taken: Vec<Taken>,
    /// Devices that connected.
    pub seen: Vec<Seen>,
    /// New messages, with rising numbers.
    pub messages: Vec<MessageRow>,
    /// Messages that were delivered and stay, and when. One that is not there is passed over.
    pub delivered: Vec<(MessageId, Timestamp)>,
    /// Messages that go. One that is not there is passed over.
    pub removed: Vec<MessageId>,
    /// Closed accounts.
    pub closed: Vec<Closing>,
    /// Delivered messages whose time is over.
    pub forget: Option<Forget>,
    /// The numbers as they stand after all this.
    pub counters: Counters,
}

impl Changes {
    /// Whether there is nothing to write. The numbers alone are not worth a transaction.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            certificate_key,
            keeping,
            accounts,
            prekeys,
            taken,
            seen,
            messages,
            delivered,
            removed,
            closed,
            forget,
            counters: _,
        } = self;
        certificate_key.is_none()
            && keeping.is_none()
            && accounts.is_empty()
            && prekeys.is_empty()
            && taken.is_empty()
            && seen.is_empty()
            && messages.is_empty()
            && delivered.is_empty()
            && removed.is_empty()
            && closed.is_empty()
            && forget.is_none()
    }
}

/// What a transaction found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// How many rows [`Changes::forget`] took out.
    pub forgotten: u32,
}

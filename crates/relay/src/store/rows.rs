//! The rows that the relay keeps, one struct for each table, column by column, and their inventory.
//!
//! The state machine writes these rows, the backend stores them, and the holdings return them: a demand is answered
//! with what was written. A column that nobody declares here does not compile.

use std::fmt;
use std::net::IpAddr;

use pillarbox_wire::{
    AccountId, Bytes, DeviceAddress, DeviceId, FixedBytes, Handle, IdentityKey, MessageId, PreKeyId,
    Timestamp, declare,
};
use serde::{Deserialize, Serialize};

use super::readable;

/// A device's number inside the database, which names its mailbox. It is never used twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeviceNumber(pub u32);

/// A row of `accounts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountRow {
    /// The account's id at this relay.
    #[serde(serialize_with = "readable::display")]
    pub account: AccountId,
    /// Its number, if it has one.
    pub handle: Option<Handle>,
    /// Time at which it was created, as precisely as the relay keeps it, in milliseconds since 1970.
    pub registered_at: Option<Timestamp>,
    /// Ed25519 identity key.
    #[serde(serialize_with = "readable::fixed")]
    pub identity_signing: FixedBytes<32>,
    /// X25519 identity key.
    #[serde(serialize_with = "readable::fixed")]
    pub identity_agreement: FixedBytes<32>,
    /// The signature that binds the two keys.
    #[serde(serialize_with = "readable::fixed")]
    pub identity_cross_signature: FixedBytes<64>,
    /// Digest of the delivery key.
    #[serde(serialize_with = "readable::fixed")]
    pub delivery_verifier: FixedBytes<32>,
}

impl AccountRow {
    /// The identity in the form that frames carry.
    #[must_use]
    pub const fn identity(&self) -> IdentityKey {
        IdentityKey {
            signing: self.identity_signing,
            agreement: self.identity_agreement,
            cross_signature: self.identity_cross_signature,
        }
    }
}

declare!(
    /// Columns of [`AccountRow`].
    ACCOUNT: AccountRow {
        account: Entity, Account, "names the account; drawn at random";
        handle: Entity, Account, "the number that others find the account by; nameless accounts have none";
        registered_at: Entity, Account, "when the account was made";
        identity_signing: Keys, Account, "handed to whoever writes to the account for the first time";
        identity_agreement: Keys, Account, "handed to whoever writes to the account for the first time";
        identity_cross_signature: Keys, Account, "handed to whoever writes to the account for the first time";
        delivery_verifier: Keys, Account, "checks who may send without a name";
    }
);

/// A row of `devices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceRow {
    /// Number of the device's mailbox inside the database.
    pub device_number: DeviceNumber,
    /// The account that the device belongs to.
    #[serde(serialize_with = "readable::display")]
    pub account: AccountId,
    /// The device's number within the account.
    #[serde(serialize_with = "readable::display")]
    pub device: DeviceId,
    /// Ed25519 key by which the device proves itself.
    #[serde(serialize_with = "readable::fixed")]
    pub device_key: FixedBytes<32>,
    /// Time at which it was last connected, as precisely as the relay keeps it.
    pub last_seen: Option<Timestamp>,
    /// Address that it last connected from, if the relay keeps that.
    pub last_address: Option<IpAddr>,
    /// Uploaded one-time prekeys have lower numbers. A lower one that is uploaded again is not stored again.
    pub next_one_time: u64,
    /// Uploaded one-time KEM prekeys have lower numbers, and a lower one is not stored again either.
    pub next_one_time_kem: u64,
}

impl DeviceRow {
    /// Returns the device's address.
    #[must_use]
    pub const fn address(&self) -> DeviceAddress {
        DeviceAddress { account: self.account, device: self.device }
    }
}

declare!(
    /// Columns of [`DeviceRow`].
    DEVICE: DeviceRow {
        device_number: Protocol, Device, "names the device's mailbox inside the database";
        account: Entity, Device, "whose device it is";
        device: Entity, Device, "which of the account's devices";
        device_key: Keys, Device, "checks who connects as this device";
        last_seen: Events, Device, "when the device was last connected";
        last_address: Events, Device, "the internet address it last connected from";
        next_one_time: Events, Device, "guards one-time prekeys from being handed out twice; tells how many were uploaded";
        next_one_time_kem: Events, Device, "guards one-time prekeys from being handed out twice; tells how many were uploaded";
    }
);

/// The purpose of a prekey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PreKeyKind {
    /// X25519, signed, for many senders.
    Signed,
    /// ML-KEM-768, signed, for many senders.
    LastResort,
    /// X25519, for one sender.
    OneTime,
    /// ML-KEM-768, signed, for one sender.
    OneTimeKem,
}

impl PreKeyKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Signed, Self::LastResort, Self::OneTime, Self::OneTimeKem];

    /// The kind's name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::LastResort => "last-resort",
            Self::OneTime => "one-time",
            Self::OneTimeKem => "one-time-kem",
        }
    }
}

impl fmt::Display for PreKeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A row of `prekeys`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreKeyRow {
    /// The device that the prekey belongs to.
    pub device_number: DeviceNumber,
    /// The purpose of the prekey.
    pub kind: PreKeyKind,
    /// The number by which its owner knows it.
    pub id: PreKeyId,
    /// 32 bytes of X25519 or 1,184 of ML-KEM-768.
    #[serde(serialize_with = "readable::bytes")]
    pub key: Bytes,
    /// The identity's signature; one-time X25519 prekeys have none.
    #[serde(serialize_with = "readable::optional_fixed")]
    pub signature: Option<FixedBytes<64>>,
}

declare!(
    /// Columns of [`PreKeyRow`].
    PREKEY: PreKeyRow {
        device_number: Entity, PreKeys, "whose prekey it is";
        kind: Keys, PreKeys, "for one sender or for many";
        id: Keys, PreKeys, "names the key to its owner";
        key: Keys, PreKeys, "the public half";
        signature: Keys, PreKeys, "by the identity";
    }
);

/// A row of `messages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageRow {
    /// The row's number, which is the message's id.
    pub message: MessageId,
    /// The mailbox of this device.
    pub mailbox: DeviceNumber,
    /// Time at which the relay accepted it, in milliseconds since 1970.
    pub accepted_at: Timestamp,
    /// The sender, if the sender's connection had a name and the relay keeps it. A sender is stored nowhere else.
    #[serde(serialize_with = "readable::optional_display")]
    pub sender: Option<DeviceAddress>,
    /// Time at which the device acknowledged it, where delivered messages are kept.
    pub delivered_at: Option<Timestamp>,
    /// The bytes that the sender submitted, unchanged.
    #[serde(serialize_with = "readable::bytes")]
    pub payload: Bytes,
}

declare!(
    /// Columns of [`MessageRow`].
    MESSAGE: MessageRow {
        message: Events, Mailbox, "the row's number, which rises by arrival";
        mailbox: Events, Mailbox, "whom it is for";
        accepted_at: Events, Mailbox, "when the relay accepted it";
        sender: Events, Mailbox, "who sent it; absent for a sealed sender";
        delivered_at: Events, Mailbox, "when the device acknowledged it; absent while it waits";
        payload: Content, Mailbox, "what the sender handed over; its length is seen whatever is inside";
    }
);

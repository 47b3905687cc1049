//! Names of accounts, devices, messages and requests.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An account at one relay: 16 random bytes that the relay draws when the account is created.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountId(pub [u8; 16]);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

/// One device of an account. The number of its first phone counts the account's registrations, from 1. Linked
/// devices have numbers from 128 on. The account counts them, and reuses none. No device has the number 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeviceId(pub u8);

impl DeviceId {
    /// The device with which an account is created.
    pub const FIRST: Self = Self(1);

    /// The lowest number of a linked device. The two ranges do not overlap: a phone that takes an account over
    /// never gets the number of a device that was linked before.
    pub const FIRST_LINKED: Self = Self(128);

    /// Returns true if this is the number of a linked device.
    #[must_use]
    pub const fn is_linked(self) -> bool {
        self.0 >= Self::FIRST_LINKED.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The destination of a message: one device of one account. Each device has one mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeviceAddress {
    /// The account that has the device.
    pub account: AccountId,
    /// The device among those of the account.
    pub device: DeviceId,
}

impl fmt::Display for DeviceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.account, self.device)
    }
}

/// A message at the relay, by its row number. Later messages get higher numbers, and no number is used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageId(pub u64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number that pairs an answer with its request on one connection. The phone counts up from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestId(pub u32);

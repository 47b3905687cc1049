//! The list of an account's linked devices, signed by the account.
//!
//! An account begins with one phone, whose identity is the account's. Each linked device has its own identity. The
//! list names the linked devices; the first phone is never on it. An account without a list has its first phone
//! alone, and that is version 0.
//!
//! Both signatures are over the bytes that this file produces. This layer does not check them.

use serde::{Deserialize, Serialize};

use crate::bytes::FixedBytes;
use crate::ids::{AccountId, DeviceId};
use crate::limits::MAX_LINKED_DEVICES;
use crate::prekeys::{IdentityKey, PreKeyUpload};

/// A device that an account has linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedDevice {
    /// The device's number in the account, [`DeviceId::FIRST_LINKED`] or higher.
    pub device: DeviceId,
    /// The device's own identity.
    pub identity: IdentityKey,
    /// The device's signature over [`consent_bytes`]. Without it an account could list somebody else's device as its
    /// own, and what people write to that account would be shown there.
    pub consent: FixedBytes<64>,
}

/// The linked devices of an account, signed by the account's identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceList {
    /// The account that the list belongs to.
    pub account: AccountId,
    /// Rises with each change. A lower version is never accepted after a higher one.
    pub version: u32,
    /// The linked devices, at most [`MAX_LINKED_DEVICES`], by number.
    pub devices: Vec<ListedDevice>,
    /// Ed25519 signature by the account's identity over [`signed_bytes`](Self::signed_bytes).
    pub signature: FixedBytes<64>,
}

/// The public keys of a device that waits to be linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceOffer {
    /// The device's own identity.
    pub identity: IdentityKey,
    /// The Ed25519 key that the device authenticates with.
    pub device_key: FixedBytes<32>,
    /// The device's signature over [`consent_bytes`] of the account to which it will belong.
    pub consent: FixedBytes<64>,
    /// The device's first prekeys, which must include the signed one and the last-resort one. One-time prekeys follow
    /// once the device is linked.
    pub prekeys: PreKeyUpload,
}

impl DeviceOffer {
    /// Returns the bytes whose SHA-256 the new device shows, so that the first phone knows that it reads this offer:
    /// identity (128), device key (32) and consent (64). The identity signs the prekeys.
    #[must_use]
    pub fn shown_bytes(&self) -> Vec<u8> {
        let Self { identity, device_key, consent, prekeys: _ } = self;
        let keys = [identity.signing.0, identity.agreement.0].concat();
        [keys.as_slice(), &identity.cross_signature.0, &device_key.0, &consent.0].concat()
    }
}

impl DeviceList {
    /// Returns the bytes that the account signs: account (16), version (4), and for each device its number (1),
    /// identity (128) and consent (64). Numbers are big-endian.
    #[must_use]
    pub fn signed_bytes(&self) -> Vec<u8> {
        let Self { account, version, devices, signature: _ } = self;
        let mut bytes = account.0.to_vec();
        bytes.extend(version.to_be_bytes());
        for ListedDevice { device, identity, consent } in devices {
            bytes.push(device.0);
            bytes.extend(identity.signing.0);
            bytes.extend(identity.agreement.0);
            bytes.extend(identity.cross_signature.0);
            bytes.extend(consent.0);
        }
        bytes
    }

    /// Returns true if the devices are at most [`MAX_LINKED_DEVICES`], have numbers of linked devices, and are in
    /// the order of their numbers.
    #[must_use]
    pub fn is_in_order(&self) -> bool {
        self.devices.len() <= MAX_LINKED_DEVICES
            && self.devices.iter().all(|listed| listed.device.is_linked())
            && self.devices.is_sorted_by(|one, next| one.device < next.device)
    }

    /// Returns the device of this number.
    #[must_use]
    pub fn device(&self, device: DeviceId) -> Option<&ListedDevice> {
        self.devices.iter().find(|listed| listed.device == device)
    }
}

/// Returns the bytes that a device signs to become one of an account's: account (16) and the account's Ed25519 and
/// X25519 identity keys (32 each).
#[must_use]
pub fn consent_bytes(account: AccountId, identity: &IdentityKey) -> Vec<u8> {
    [account.0.as_slice(), &identity.signing.0, &identity.agreement.0].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(number: u8) -> ListedDevice {
        let identity = IdentityKey {
            signing: FixedBytes([number; 32]),
            agreement: FixedBytes([number; 32]),
            cross_signature: FixedBytes([number; 64]),
        };
        ListedDevice { device: DeviceId(number), identity, consent: FixedBytes([number; 64]) }
    }

    fn list(numbers: &[u8]) -> DeviceList {
        DeviceList {
            account: AccountId([1; 16]),
            version: 2,
            devices: numbers.iter().copied().map(listed).collect(),
            signature: FixedBytes([0; 64]),
        }
    }

    #[test]
    fn every_field_but_the_signature_is_signed() {
        let one = list(&[128, 129]);
        assert_eq!(one.signed_bytes().len(), 20 + 2 * 193);
        let others = [
            DeviceList { account: AccountId([2; 16]), ..one.clone() },
            DeviceList { version: 3, ..one.clone() },
            list(&[128]),
            list(&[128, 130]),
        ];
        assert!(others.iter().all(|other| other.signed_bytes() != one.signed_bytes()));
        let signed = DeviceList { signature: FixedBytes([1; 64]), ..one.clone() };
        assert_eq!(signed.signed_bytes(), one.signed_bytes());
    }

    #[test]
    fn a_list_out_of_order_or_with_a_first_phone_on_it_is_seen() {
        assert!(list(&[]).is_in_order() && list(&[128, 200]).is_in_order());
        for wrong in [&[1_u8, 128][..], &[129, 128], &[128, 128], &[128, 129, 130, 131, 132]] {
            assert!(!list(wrong).is_in_order(), "{wrong:?}");
        }
    }
}

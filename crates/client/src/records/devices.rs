//! Linked devices: the checks of a device list, and what a phone keeps of each device.
//!
//! **Who is believed.** A list counts if the account's identity has signed it and every device on it has agreed to
//! belong to that account. The relay can therefore add no device, and an account cannot list somebody else's. A
//! list is replaced by a later version only; of two lists of one version the first is kept, and the other is
//! refused.
//!
//! **A separate name.** Sessions, receipts and waiting messages belong to one device. A phone keeps them for a
//! linked device under a name that has the form of an account's and is derived from account and number, beside
//! those of the account's first phone, which are kept under the account. Such a name means nothing to a relay.

use pillarbox_crypto::{IdentitySecret, Signature, SigningPublic, kdf, labels};
use pillarbox_wire::{
    AccountId, DeviceAddress, DeviceId, DeviceList, DeviceOffer, Encoded, FixedBytes, IdentityKey,
    ListedDevice, consent_bytes,
};
use serde::{Deserialize, Serialize};

use crate::records::contact::read_identity;

/// Reasons that a device list or a device is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceFault {
    /// The account's identity did not sign the list.
    #[error("the device list is not signed with their key")]
    Unsigned,
    /// A device on the list did not agree to belong to this account, or its keys are not valid.
    #[error("a device on the list has not agreed to belong to them")]
    NoConsent,
    /// The list is out of order, too long or another account's.
    #[error("the device list is not well formed")]
    NotWellFormed,
    /// A later list is known.
    #[error("the device list is older than one that this phone has")]
    Older,
    /// Another list of the same version is known.
    #[error("there are two different device lists of one version")]
    Forked,
    /// A message came from a device that is on no list known to this phone.
    #[error("the device is not on their signed list")]
    Unlisted,
}

/// Checks a list against the identity of its account.
///
/// # Errors
/// [`DeviceFault`].
pub fn check_list(list: &DeviceList, account: AccountId, identity: &IdentityKey) -> Result<(), DeviceFault> {
    if list.account != account || list.version == 0 || !list.is_in_order() {
        return Err(DeviceFault::NotWellFormed);
    }
    let signer = SigningPublic::from_bytes(identity.signing.0).map_err(|_| DeviceFault::Unsigned)?;
    signer
        .verify(labels::DEVICE_LIST, &list.signed_bytes(), &Signature::from_bytes(list.signature.0))
        .map_err(|_| DeviceFault::Unsigned)?;
    for (at, listed) in list.devices.iter().enumerate() {
        let before = list.devices.iter().take(at);
        let known = before.map(|other| &other.identity.signing).chain([&identity.signing]);
        if known.into_iter().any(|key| *key == listed.identity.signing) {
            return Err(DeviceFault::NotWellFormed);
        }
        check_consent(&listed.identity, &listed.consent, account, identity)?;
    }
    Ok(())
}

/// Checks that a device has agreed to belong to an account.
pub(crate) fn check_consent(
    device: &IdentityKey,
    consent: &FixedBytes<64>,
    account: AccountId,
    identity: &IdentityKey,
) -> Result<(), DeviceFault> {
    let device = read_identity(device).map_err(|_| DeviceFault::NoConsent)?;
    let (signed, consent) = (consent_bytes(account, identity), Signature::from_bytes(consent.0));
    device.signing().verify(labels::DEVICE_CONSENT, &signed, &consent).map_err(|_| DeviceFault::NoConsent)
}

/// Returns true if a list should replace the known one, false if it is the same.
///
/// # Errors
/// [`DeviceFault::Older`], [`DeviceFault::Forked`].
pub(crate) fn is_later(list: &DeviceList, known: Option<&DeviceList>) -> Result<bool, DeviceFault> {
    match known {
        None => Ok(true),
        Some(known) if known == list => Ok(false),
        Some(known) if known.version > list.version => Err(DeviceFault::Older),
        Some(known) if known.version == list.version => Err(DeviceFault::Forked),
        Some(_) => Ok(true),
    }
}

/// Signs a list.
pub(crate) fn sign_list(identity: &IdentitySecret, mut list: DeviceList) -> DeviceList {
    let signature = identity.signing().sign(labels::DEVICE_LIST, &list.signed_bytes());
    list.signature = FixedBytes(*signature.as_bytes());
    list
}

/// Signs the agreement of a device to belong to an account.
pub(crate) fn sign_consent(
    device: &IdentitySecret,
    account: AccountId,
    identity: &IdentityKey,
) -> FixedBytes<64> {
    let signature = device.signing().sign(labels::DEVICE_CONSENT, &consent_bytes(account, identity));
    FixedBytes(*signature.as_bytes())
}

/// Returns the digest that a new device shows of its keys.
pub(crate) fn offer_digest(offer: &DeviceOffer) -> FixedBytes<32> {
    FixedBytes(kdf::hash(labels::DEVICE_OFFER, &[&offer.shown_bytes()]))
}

/// Returns the name under which a phone stores one device's data; the account itself for its first phone.
pub(crate) fn device_name(address: DeviceAddress) -> AccountId {
    if !address.device.is_linked() {
        return address.account;
    }
    let digest = kdf::hash(labels::DEVICE_NAME, &[&address.account.0, &[address.device.0]]);
    let mut name = [0; 16];
    name.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    AccountId(name)
}

/// A linked device with which this phone exchanges messages, stored under its [`device_name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinkedDevice {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    pub(crate) identity: IdentityKey,
    /// True once the device has confirmed a message that carried our introduction.
    pub(crate) introduced: bool,
}

impl LinkedDevice {
    pub(crate) const fn address(&self) -> DeviceAddress {
        DeviceAddress { account: self.account, device: self.device }
    }
}

impl Encoded for LinkedDevice {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 256;
}

/// The devices of one account as this phone knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownDevices {
    /// The latest list that passed every check.
    pub(crate) list: DeviceList,
    /// The devices in use: those of the list, if this is the shipped program.
    pub(crate) used: Vec<ListedDevice>,
}

impl Encoded for KnownDevices {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 4_096;
}

/// A contact's knowledge of this account's devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToldDevices {
    /// The version of the list that was last queued for the contact.
    pub(crate) queued: u32,
    /// The version that the contact has confirmed.
    pub(crate) confirmed: u32,
}

impl Encoded for ToldDevices {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 16;
}

/// A change of the owner's devices that the relay has not confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeviceChange {
    pub(crate) list: DeviceList,
    pub(crate) kind: DeviceChangeKind,
}

/// The kind of a [`DeviceChange`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum DeviceChangeKind {
    /// A device is added; it is sent the history if the owner asked for that.
    Link { offer: Box<DeviceOffer>, with_history: bool },
    /// A device is removed, and the delivery key that it knew is replaced by this one.
    Remove { device: DeviceId, delivery_key: FixedBytes<32> },
}

impl Encoded for DeviceChange {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 8_192;
}

/// This device's role among the devices of an account whose first phone is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinkRecord {
    pub(crate) account: AccountId,
    /// The account's identity, from its invitation.
    pub(crate) identity: IdentityKey,
    /// The place at the relay where this device waits.
    pub(crate) place: FixedBytes<16>,
    /// The version of the list with which this device was welcomed; 0 until the first phone has sent it what an
    /// account needs.
    pub(crate) since: u32,
}

impl Encoded for LinkRecord {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 256;
}

/// One of the owner's devices, as views show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnDevice {
    /// The device's number within the account.
    pub device: DeviceId,
    /// True for the account's first phone.
    pub is_first: bool,
    /// True for this device.
    pub is_this: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::contact::write_identity;

    fn secret(seed: u8) -> IdentitySecret {
        IdentitySecret::from_bytes([seed; 64])
    }

    fn key(seed: u8) -> IdentityKey {
        write_identity(&secret(seed).public())
    }

    const ANNE: AccountId = AccountId([1; 16]);

    fn listed(number: u8, seed: u8) -> ListedDevice {
        let consent = sign_consent(&secret(seed), ANNE, &key(1));
        ListedDevice { device: DeviceId(number), identity: key(seed), consent }
    }

    fn list(version: u32, devices: Vec<ListedDevice>) -> DeviceList {
        let list = DeviceList { account: ANNE, version, devices, signature: FixedBytes([0; 64]) };
        sign_list(&secret(1), list)
    }

    #[test]
    fn a_list_is_believed_by_its_signature_and_each_devices_consent_and_by_nothing_less() {
        let good = list(1, vec![listed(128, 2), listed(129, 3)]);
        assert_eq!(check_list(&good, ANNE, &key(1)), Ok(()));
        let unsigned = DeviceList { version: 2, ..good.clone() };
        assert_eq!(check_list(&unsigned, ANNE, &key(1)), Err(DeviceFault::Unsigned));
        assert_eq!(check_list(&good, ANNE, &key(9)), Err(DeviceFault::Unsigned));
        assert_eq!(check_list(&good, AccountId([2; 16]), &key(1)), Err(DeviceFault::NotWellFormed));
        let stolen = ListedDevice { consent: FixedBytes([7; 64]), ..listed(128, 2) };
        assert_eq!(check_list(&list(1, vec![stolen]), ANNE, &key(1)), Err(DeviceFault::NoConsent));
        // Consent to another account is not consent to this one.
        let other =
            ListedDevice { consent: sign_consent(&secret(2), AccountId([2; 16]), &key(1)), ..listed(128, 2) };
        assert_eq!(check_list(&list(1, vec![other]), ANNE, &key(1)), Err(DeviceFault::NoConsent));
        for wrong in [
            list(0, Vec::new()),
            list(1, vec![listed(1, 2)]),
            list(1, vec![listed(129, 2), listed(128, 3)]),
            list(1, vec![listed(128, 2), listed(129, 2)]),
            list(1, vec![listed(128, 1)]),
            list(1, (128..133).map(|number| listed(number, number)).collect()),
        ] {
            assert_eq!(check_list(&wrong, ANNE, &key(1)), Err(DeviceFault::NotWellFormed));
        }
    }

    #[test]
    fn an_earlier_list_and_a_second_one_of_a_version_are_refused() {
        let (first, second) = (list(1, vec![listed(128, 2)]), list(2, Vec::new()));
        assert_eq!(is_later(&first, None), Ok(true));
        assert_eq!(is_later(&first, Some(&first)), Ok(false));
        assert_eq!(is_later(&second, Some(&first)), Ok(true));
        assert_eq!(is_later(&first, Some(&second)), Err(DeviceFault::Older));
        assert_eq!(is_later(&list(2, vec![listed(128, 2)]), Some(&second)), Err(DeviceFault::Forked));
    }

    #[test]
    fn a_first_phone_has_the_accounts_name_and_every_linked_device_another_one() {
        let name = |account: u8, device| {
            device_name(DeviceAddress { account: AccountId([account; 16]), device: DeviceId(device) })
        };
        assert_eq!(name(1, 1), ANNE);
        assert_eq!(name(1, 127), ANNE);
        let names = [name(1, 1), name(1, 128), name(1, 129), name(2, 128)];
        for (at, one) in names.iter().enumerate() {
            assert!(!names[at + 1..].contains(one));
        }
    }

    proptest! {
        #[test]
        fn a_changed_list_is_believed_by_nobody(at: prop::sample::Index, bit in 0_u8..8) {
            let good = KnownDevices { list: list(3, vec![listed(128, 2), listed(130, 3)]), used: Vec::new() };
            let mut bytes = pillarbox_wire::encode(&good).unwrap();
            let place = at.index(bytes.len());
            bytes[place] ^= 1 << bit;
            if let Ok(changed) = pillarbox_wire::decode::<KnownDevices>(&bytes)
                && changed.list != good.list
            {
                prop_assert!(check_list(&changed.list, ANNE, &key(1)).is_err());
            }
        }
    }
}

//! The rows of device lists, and of the linked devices on them.
//!
//! An account that never linked a device has none. The relay stores what the account has signed, and cannot change
//! it: senders to the account check the signature.

use std::collections::BTreeMap;

use pillarbox_wire::{
    AccountId, DeviceId, DeviceList, FixedBytes, IdentityKey, ListedDevice, MessageId, PreKeyUpload, declare,
};
use serde::Serialize;

use super::readable;
use super::rows::{DeviceNumber, DeviceRow};

/// A row of `device_lists`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceListRow {
    /// The account whose list this is.
    #[serde(serialize_with = "readable::display")]
    pub account: AccountId,
    /// Number of changes to the list.
    pub version: u32,
    /// The account's signature over the list.
    #[serde(serialize_with = "readable::fixed")]
    pub signature: FixedBytes<64>,
}

declare!(
    /// Columns of [`DeviceListRow`].
    DEVICE_LISTS: DeviceListRow {
        account: Entity, Account, "whose linked devices they are";
        version: Events, Account, "how often the account has linked or removed a device";
        signature: Keys, Account, "by the account, so that the relay can add no device";
    }
);

/// A row of `linked_devices`: a device as the list states it. Its row in `devices` is the one that it connects with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkedDeviceRow {
    /// The account that the device is linked to.
    #[serde(serialize_with = "readable::display")]
    pub account: AccountId,
    /// The device's number within the account.
    #[serde(serialize_with = "readable::display")]
    pub device: DeviceId,
    /// Ed25519 identity key of the device.
    #[serde(serialize_with = "readable::fixed")]
    pub identity_signing: FixedBytes<32>,
    /// X25519 identity key of the device.
    #[serde(serialize_with = "readable::fixed")]
    pub identity_agreement: FixedBytes<32>,
    /// The signature that binds the two keys.
    #[serde(serialize_with = "readable::fixed")]
    pub identity_cross_signature: FixedBytes<64>,
    /// The device's signature over the account that it belongs to.
    #[serde(serialize_with = "readable::fixed")]
    pub consent: FixedBytes<64>,
}

declare!(
    /// Columns of [`LinkedDeviceRow`].
    LINKED_DEVICE: LinkedDeviceRow {
        account: Entity, Account, "whose device it is";
        device: Entity, Account, "which device; how many were linked before it";
        identity_signing: Keys, Account, "handed to whoever writes to the account";
        identity_agreement: Keys, Account, "handed to whoever writes to the account";
        identity_cross_signature: Keys, Account, "handed to whoever writes to the account";
        consent: Keys, Account, "by the device, so that nobody lists somebody else's";
    }
);

/// Assembles lists from their rows. Devices without a list are dropped; their number is returned.
pub(crate) fn lists(rows: Vec<DeviceListRow>, devices: Vec<LinkedDeviceRow>) -> (Vec<DeviceList>, usize) {
    let mut lists: BTreeMap<AccountId, DeviceList> = rows
        .into_iter()
        .map(|DeviceListRow { account, version, signature }| {
            (account, DeviceList { account, version, devices: Vec::new(), signature })
        })
        .collect();
    let mut orphans = 0;
    for row in devices {
        let LinkedDeviceRow {
            account,
            device,
            identity_signing,
            identity_agreement,
            identity_cross_signature,
            consent,
        } = row;
        let identity = IdentityKey {
            signing: identity_signing,
            agreement: identity_agreement,
            cross_signature: identity_cross_signature,
        };
        match lists.get_mut(&account) {
            Some(list) => list.devices.push(ListedDevice { device, identity, consent }),
            None => orphans += 1,
        }
    }
    for list in lists.values_mut() {
        list.devices.sort_by_key(|listed| listed.device);
    }
    (lists.into_values().collect(), orphans)
}

/// A device that an account has linked: its row, its prekeys, and the list with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linking {
    /// The account's list, which replaces the former one.
    pub list: DeviceList,
    /// The row of the new device.
    pub device: DeviceRow,
    /// The device's first prekeys.
    pub prekeys: PreKeyUpload,
}

/// Linked devices to be deleted, with everything stored for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unlinking {
    /// Numbers of their mailboxes.
    pub devices: Vec<DeviceNumber>,
    /// Messages that wait for them. Delivered ones that were kept are deleted with their mailbox.
    pub waiting: Vec<MessageId>,
}

/// A list that its account has published again, after removing devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relisting {
    /// The list, which replaces the former one.
    pub list: DeviceList,
    /// Digest of the account's new delivery key.
    pub delivery_verifier: FixedBytes<32>,
    /// The devices that are no longer on the list.
    pub removed: Unlinking,
}

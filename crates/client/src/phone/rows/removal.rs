//! Removals of linked devices: those that have signed off, and the shorter list that the first phone signs.

use pillarbox_crypto::{IdentitySecret, SecretBytes};
use pillarbox_wire::{AccountId, DeviceId, FixedBytes};

use crate::phone::rows::devices;
use crate::phone::rows::records::DEVICE_CHANGE;
use crate::records::devices::{DeviceChange, DeviceChangeKind, sign_list};
use crate::vault::{Rows, StorageError, Table, View};

/// The numbers of devices that have signed off and are still on the list.
const SIGNED_OFF: &[u8] = b"signed off";

/// Present on a linked device that has signed off itself.
const LEFT: &[u8] = b"left";

/// Records that a device has signed off. Returns false if that was recorded before.
pub(crate) fn note_signed_off(rows: &mut Rows<'_>, device: DeviceId) -> Result<bool, StorageError> {
    let mut noted = signed_off(rows)?;
    if noted.contains(&device) {
        return Ok(false);
    }
    noted.push(device);
    store_signed_off(rows, &noted)?;
    Ok(true)
}

/// Returns the devices that have signed off, in the order in which this phone learned of it.
pub(crate) fn signed_off(rows: &View<'_>) -> Result<Vec<DeviceId>, StorageError> {
    let row = rows.get(Table::Account, SIGNED_OFF)?;
    Ok(row.map_or(Vec::new(), |row| row.iter().copied().map(DeviceId).collect()))
}

fn store_signed_off(rows: &mut Rows<'_>, noted: &[DeviceId]) -> Result<(), StorageError> {
    if noted.is_empty() {
        return rows.remove(Table::Account, SIGNED_OFF);
    }
    let numbers: Vec<u8> = noted.iter().map(|device| device.0).collect();
    rows.put(Table::Account, SIGNED_OFF, &numbers)
}

/// Stores the change that takes a device off the list, for the relay to confirm. Returns `None` if the device is not on
/// it. The delivery key is renewed, because the device knows the former one.
pub(crate) fn remove(
    rows: &mut Rows<'_>,
    identity: &IdentitySecret,
    account: AccountId,
    device: DeviceId,
) -> Result<Option<DeviceChange>, StorageError> {
    let mut noted = signed_off(rows)?;
    noted.retain(|other| *other != device);
    store_signed_off(rows, &noted)?;
    let Some(mut list) = devices::known(rows, account)?.map(|known| known.list) else { return Ok(None) };
    let before = list.devices.len();
    list.devices.retain(|listed| listed.device != device);
    if list.devices.len() == before {
        return Ok(None);
    }
    list.version += 1;
    let delivery_key = FixedBytes(*SecretBytes::<32>::generate(&mut rows.rng).as_bytes());
    let kind = DeviceChangeKind::Remove { device, delivery_key };
    let change = DeviceChange { list: sign_list(identity, list), kind };
    rows.store(Table::Account, DEVICE_CHANGE, &change)?;
    Ok(Some(change))
}

/// Returns true if this device has signed off.
pub(crate) fn has_left(rows: &View<'_>) -> Result<bool, StorageError> {
    rows.has(Table::Account, LEFT)
}

/// Records that this device has signed off.
pub(crate) fn note_left(rows: &mut Rows<'_>) -> Result<(), StorageError> {
    rows.put(Table::Account, LEFT, &[1])
}

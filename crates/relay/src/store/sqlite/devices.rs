//! The tables of device lists and linked devices, read and written.

use pillarbox_wire::{AccountId, DeviceId, DeviceList, FixedBytes, ListedDevice};
use rusqlite::{Connection, Row, Transaction, params};

use super::columns::unsigned;
use super::query::rows;
use super::remove::{remove as remove_messages, remove_device};
use crate::store::devices::{DeviceListRow, LinkedDeviceRow, Relisting, Unlinking, lists};
use crate::store::error::StoreError;

pub(super) const LIST_COLUMNS: &str = "account, version, signature";
pub(super) const LINKED_COLUMNS: &str =
    "account, device, identity_signing, identity_agreement, identity_cross_signature, consent";

pub(super) fn list(row: &Row<'_>) -> Result<DeviceListRow, StoreError> {
    Ok(DeviceListRow {
        account: AccountId(row.get(0)?),
        version: unsigned(row, 1)?,
        signature: FixedBytes(row.get(2)?),
    })
}

pub(super) fn linked(row: &Row<'_>) -> Result<LinkedDeviceRow, StoreError> {
    Ok(LinkedDeviceRow {
        account: AccountId(row.get(0)?),
        device: DeviceId(unsigned(row, 1)?),
        identity_signing: FixedBytes(row.get(2)?),
        identity_agreement: FixedBytes(row.get(3)?),
        identity_cross_signature: FixedBytes(row.get(4)?),
        consent: FixedBytes(row.get(5)?),
    })
}

/// Reads every list.
pub(super) fn all(connection: &Connection) -> Result<Vec<DeviceList>, StoreError> {
    let listed = rows(connection, &format!("SELECT {LIST_COLUMNS} FROM device_lists"), list)?;
    let devices = rows(connection, &format!("SELECT {LINKED_COLUMNS} FROM linked_devices"), linked)?;
    match lists(listed, devices) {
        (lists, 0) => Ok(lists),
        _ => Err(StoreError::Damaged),
    }
}

/// Stores a list in place of the former one.
pub(super) fn store(transaction: &Transaction<'_>, list: &DeviceList) -> Result<(), StoreError> {
    let DeviceList { account, version, devices, signature } = list;
    remove(transaction, *account)?;
    let query = "INSERT INTO device_lists VALUES (?1, ?2, ?3)";
    transaction.prepare_cached(query)?.execute(params![
        account.0.as_slice(),
        version,
        signature.0.as_slice()
    ])?;
    let query = "INSERT INTO linked_devices VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut insert = transaction.prepare_cached(query)?;
    for ListedDevice { device, identity, consent } in devices {
        insert.execute(params![
            account.0.as_slice(),
            device.0,
            identity.signing.0.as_slice(),
            identity.agreement.0.as_slice(),
            identity.cross_signature.0.as_slice(),
            consent.0.as_slice(),
        ])?;
    }
    Ok(())
}

/// Removes an account's list.
pub(super) fn remove(transaction: &Transaction<'_>, account: AccountId) -> Result<(), StoreError> {
    for query in
        ["DELETE FROM linked_devices WHERE account = ?1", "DELETE FROM device_lists WHERE account = ?1"]
    {
        transaction.prepare_cached(query)?.execute([account.0.as_slice()])?;
    }
    Ok(())
}

/// Removes devices with everything stored for them.
pub(super) fn unlink(transaction: &Transaction<'_>, unlinking: &Unlinking) -> Result<(), StoreError> {
    let Unlinking { devices, waiting } = unlinking;
    remove_messages(transaction, waiting)?;
    for device in devices {
        remove_device(transaction, *device)?;
    }
    Ok(())
}

pub(super) fn relist(transaction: &Transaction<'_>, relisting: &Relisting) -> Result<(), StoreError> {
    let Relisting { list, delivery_verifier, removed } = relisting;
    unlink(transaction, removed)?;
    transaction
        .prepare_cached("UPDATE accounts SET delivery_verifier = ?2 WHERE account = ?1")?
        .execute(params![list.account.0.as_slice(), delivery_verifier.0.as_slice()])?;
    store(transaction, list)
}

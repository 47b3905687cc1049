//! Conversion between rows and columns: the form of each of the project's values in SQLite's integers, texts and blobs.

use std::net::IpAddr;

use pillarbox_wire::{
    AccountId, Bytes, DeviceAddress, DeviceId, FixedBytes, Handle, MessageId, PreKeyId, Timestamp,
};
use rusqlite::Row;
use rusqlite::types::FromSql;

use crate::store::error::StoreError;
use crate::store::rows::{AccountRow, DeviceNumber, DeviceRow, MessageRow, PreKeyKind, PreKeyRow};

pub(super) const ACCOUNT_COLUMNS: &str = "account, handle, registered_at, identity_signing, \
    identity_agreement, identity_cross_signature, delivery_verifier";
pub(super) const DEVICE_COLUMNS: &str =
    "device_number, account, device, device_key, last_seen, last_address, next_one_time, next_one_time_kem";
pub(super) const PREKEY_COLUMNS: &str = "device_number, kind, id, key, signature";
pub(super) const MESSAGE_COLUMNS: &str =
    "message, mailbox, accepted_at, sender_account, sender_device, delivered_at, payload";

/// Converts a time to an integer. SQLite's integers have a sign; a time past the year 292 million is stored as the
/// last possible one.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn time(time: Timestamp) -> i64 {
    integer(time.0)
}

/// Reads a number that was written as unsigned.
pub(super) fn unsigned<T: TryFrom<i64>>(row: &Row<'_>, at: usize) -> Result<T, StoreError> {
    row.get::<_, i64>(at)?.try_into().map_err(|_| StoreError::Damaged)
}

pub(super) fn optional_time(row: &Row<'_>, at: usize) -> Result<Option<Timestamp>, StoreError> {
    let stored: Option<i64> = row.get(at)?;
    stored.map(|stored| stored.try_into().map(Timestamp).map_err(|_| StoreError::Damaged)).transpose()
}

fn fixed<const N: usize>(row: &Row<'_>, at: usize) -> Result<FixedBytes<N>, StoreError>
where
    [u8; N]: FromSql,
{
    Ok(FixedBytes(row.get(at)?))
}

pub(super) fn account(row: &Row<'_>) -> Result<AccountRow, StoreError> {
    let handle: Option<String> = row.get(1)?;
    Ok(AccountRow {
        account: AccountId(row.get(0)?),
        handle: handle.map(Handle::try_from).transpose().map_err(|_| StoreError::Damaged)?,
        registered_at: optional_time(row, 2)?,
        identity_signing: fixed(row, 3)?,
        identity_agreement: fixed(row, 4)?,
        identity_cross_signature: fixed(row, 5)?,
        delivery_verifier: fixed(row, 6)?,
    })
}

pub(super) fn device(row: &Row<'_>) -> Result<DeviceRow, StoreError> {
    let last_address: Option<String> = row.get(5)?;
    Ok(DeviceRow {
        device_number: DeviceNumber(unsigned(row, 0)?),
        account: AccountId(row.get(1)?),
        device: DeviceId(unsigned(row, 2)?),
        device_key: fixed(row, 3)?,
        last_seen: optional_time(row, 4)?,
        last_address: last_address
            .map(|text| text.parse::<IpAddr>())
            .transpose()
            .map_err(|_| StoreError::Damaged)?,
        next_one_time: unsigned(row, 6)?,
        next_one_time_kem: unsigned(row, 7)?,
    })
}

pub(super) fn prekey(row: &Row<'_>) -> Result<PreKeyRow, StoreError> {
    let kind: String = row.get(1)?;
    let signature: Option<[u8; 64]> = row.get(4)?;
    Ok(PreKeyRow {
        device_number: DeviceNumber(unsigned(row, 0)?),
        kind: PreKeyKind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or(StoreError::Damaged)?,
        id: PreKeyId(unsigned(row, 2)?),
        key: Bytes(row.get(3)?),
        signature: signature.map(FixedBytes),
    })
}

pub(super) fn message(row: &Row<'_>) -> Result<MessageRow, StoreError> {
    let sender: Option<[u8; 16]> = row.get(3)?;
    let sender = match sender {
        Some(account) => {
            Some(DeviceAddress { account: AccountId(account), device: DeviceId(unsigned(row, 4)?) })
        }
        None => None,
    };
    Ok(MessageRow {
        message: MessageId(unsigned(row, 0)?),
        mailbox: DeviceNumber(unsigned(row, 1)?),
        accepted_at: Timestamp(unsigned(row, 2)?),
        sender,
        delivered_at: optional_time(row, 5)?,
        payload: Bytes(row.get(6)?),
    })
}

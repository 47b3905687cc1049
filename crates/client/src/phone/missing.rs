//! Messages that would not open, and the requests by which they are asked for again.
//!
//! The request that is being filled is part of what is owed to a contact ([`Errands`]). A full one is a row of its own, so
//! that noting one message more costs the same however many are missing.

use pillarbox_wire::{AccountId, FixedBytes};

use super::records::{load_errands, store_errands};
use crate::recovery::{Errands, FullRequest, Missed, asked_for};
use crate::vault::{Rows, StorageError, Table};

fn request_key(contact: AccountId, number: u32) -> Vec<u8> {
    [contact.0.as_slice(), &number.to_be_bytes()].concat()
}

/// Notes a message that would not open. False if so many are noted that this one is not.
pub(super) fn note(rows: &mut Rows<'_>, contact: AccountId, digest: [u8; 32]) -> Result<bool, StorageError> {
    let mut errands = load_errands(rows, contact)?;
    let missed = errands.miss(digest);
    if let Missed::Filled(number, request) = &missed {
        rows.store(Table::ResendRequests, &request_key(contact, *number), request)?;
    }
    store_errands(rows, &errands)?;
    Ok(missed != Missed::GivenUp)
}

/// A message of the contact has opened, so what they say now comes through: what is missing is asked for in the conversation
/// as it is. Messages that were overtaken by too many others are missing without anybody's having lost keys.
pub(super) fn leads_through(rows: &mut Rows<'_>, contact: AccountId) -> Result<(), StorageError> {
    let mut errands = load_errands(rows, contact)?;
    if errands.renew && errands.asks() {
        errands.renew = false;
        store_errands(rows, &errands)?;
    }
    Ok(())
}

/// Takes the digests of the oldest request out of what is owed, which the caller stores. A request without digests is a
/// greeting.
pub(super) fn take_request(
    rows: &mut Rows<'_>,
    errands: &mut Errands,
) -> Result<Option<Vec<FixedBytes<32>>>, StorageError> {
    let noted = match errands.take_full() {
        Some(number) => {
            let key = request_key(errands.contact, number);
            let request: FullRequest =
                rows.load(Table::ResendRequests, &key)?.ok_or(StorageError::Damaged)?;
            rows.remove(Table::ResendRequests, &key)?;
            request.digests
        }
        None => errands.take_missing(),
    };
    Ok((!noted.is_empty()).then(|| asked_for(noted)))
}

/// Forgets everything that is owed to a contact.
pub(super) fn forget(rows: &mut Rows<'_>, contact: AccountId) -> Result<(), StorageError> {
    let mut errands = load_errands(rows, contact)?;
    while let Some(number) = errands.take_full() {
        rows.remove(Table::ResendRequests, &request_key(contact, number))?;
    }
    rows.remove(Table::Errands, &contact.0)
}

//! Receipts and resend requests owed to a contact, as rows.
//!
//! The request being filled is part of the contact's [`PendingReplies`]. Each full one is a separate row, so that
//! recording one more message costs the same however many are missing.

use pillarbox_wire::{AccountId, FixedBytes};

use crate::phone::rows::records::read_grown;
use crate::records::recovery::{FullRequest, Missed, PendingReplies, asked_for};
use crate::vault::{Rows, StorageError, Table, View};

fn request_key(contact: AccountId, number: u32) -> Vec<u8> {
    [contact.0.as_slice(), &number.to_be_bytes()].concat()
}

/// Records a message that did not open. Returns false if too many are recorded already.
pub(crate) fn note(rows: &mut Rows<'_>, contact: AccountId, digest: [u8; 32]) -> Result<bool, StorageError> {
    let mut pending = load_pending(rows, contact)?;
    let missed = pending.miss(digest);
    if let Missed::Filled(number, request) = &missed {
        rows.store(Table::ResendRequests, &request_key(contact, *number), request)?;
    }
    store_pending(rows, &pending)?;
    Ok(missed != Missed::GivenUp)
}

/// Records that a message of the contact has opened, so that the conversation works: missing messages are requested
/// without restarting it. Messages overtaken by too many others are missing although no one lost keys.
pub(crate) fn leads_through(rows: &mut Rows<'_>, contact: AccountId) -> Result<(), StorageError> {
    let mut pending = load_pending(rows, contact)?;
    if pending.renew && pending.asks() {
        pending.renew = false;
        store_pending(rows, &pending)?;
    }
    Ok(())
}

/// Takes the digests of the oldest request from `pending`, which the caller stores. A request without digests is a
/// greeting.
pub(crate) fn take_request(
    rows: &mut Rows<'_>,
    pending: &mut PendingReplies,
) -> Result<Option<Vec<FixedBytes<32>>>, StorageError> {
    let noted = match pending.take_full() {
        Some(number) => {
            let key = request_key(pending.contact, number);
            let request: FullRequest =
                rows.load(Table::ResendRequests, &key)?.ok_or(StorageError::Damaged)?;
            rows.remove(Table::ResendRequests, &key)?;
            request.digests
        }
        None => pending.take_missing(),
    };
    Ok((!noted.is_empty()).then(|| asked_for(noted)))
}

/// Forgets everything owed to a contact.
pub(crate) fn forget(rows: &mut Rows<'_>, contact: AccountId) -> Result<(), StorageError> {
    let mut pending = load_pending(rows, contact)?;
    while let Some(number) = pending.take_full() {
        rows.remove(Table::ResendRequests, &request_key(contact, number))?;
    }
    rows.remove(Table::PendingReplies, &contact.0)
}

pub(crate) fn load_pending(rows: &View<'_>, account: AccountId) -> Result<PendingReplies, StorageError> {
    let row = rows.get(Table::PendingReplies, &account.0)?;
    Ok(row.map(|row| read_grown(&row)).transpose()?.unwrap_or(PendingReplies::none(account)))
}

pub(crate) fn all_pending(rows: &View<'_>) -> Result<Vec<PendingReplies>, StorageError> {
    rows.all(Table::PendingReplies)?.iter().map(|row| read_grown(row)).collect()
}

/// Stores the record of what is owed, or removes it if it is empty.
pub(crate) fn store_pending(rows: &mut Rows<'_>, pending: &PendingReplies) -> Result<(), StorageError> {
    if *pending == PendingReplies::none(pending.contact) {
        rows.remove(Table::PendingReplies, &pending.contact.0)
    } else {
        rows.store(Table::PendingReplies, &pending.contact.0, pending)
    }
}

//! Messages that would not open, and the requests by which they are asked for again.
//!
//! The request that is being filled is part of what is owed to a contact ([`Errands`]). A full one is a row of its own, so
//! that noting one message more costs the same however many are missing.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, FixedBytes, Timestamp};

use super::Phone;
use super::error::PhoneError;
use super::records::{all_errands, load_errands, store_errands};
use crate::body::Content;
use crate::contact::ContactRecord;
use crate::outbox::{Item, Stage};
use crate::recovery::{Errands, FullRequest, Missed, asked_for};
use crate::vault::{Rows, StorageError, Table};

/// Messages of one contact that would not open and have not been asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Who sent them.
    pub contact: AccountId,
    /// How many.
    pub messages: usize,
    /// When they may be asked for, if they may not yet: the conversation has begun anew as often as it may.
    pub asked_at: Option<Timestamp>,
    /// Whether nothing is asked before the owner chooses, because the contact was verified and their key has changed.
    pub stopped: bool,
}

impl Phone {
    /// Messages of contacts that would not open, as long as the relay has not taken the request to send them again. Nothing
    /// is asked of somebody whom the owner has not accepted.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn missing(&self, now: Timestamp) -> Result<Vec<Missing>, PhoneError> {
        self.vault.read(|rows| {
            let mut missing: BTreeMap<AccountId, Missing> = BTreeMap::new();
            let mut count = |contact, messages, asked_at| {
                let none = Missing { contact, messages: 0, asked_at: None, stopped: false };
                let one = missing.entry(contact).or_insert(none);
                one.messages += messages;
                one.asked_at = one.asked_at.or(asked_at);
            };
            for errands in all_errands(rows)? {
                count(errands.contact, errands.missed(), errands.renews_at(now));
            }
            for item in rows.load_all::<Item>(Table::Outbox)? {
                if let (Content::ResendRequest(request), Stage::Waiting | Stage::Sealed { .. }) =
                    (&item.content, &item.stage)
                {
                    count(item.to, request.digests.len(), None);
                }
            }
            let mut told = Vec::new();
            for one in missing.into_values().filter(|one| one.messages > 0) {
                let contact: Option<ContactRecord> = rows.load(Table::Contacts, &one.contact.0)?;
                let contact = contact.filter(|contact| contact.accepted);
                told.extend(contact.map(|contact| Missing { stopped: !contact.trust.may_send(), ..one }));
            }
            Ok(told)
        })
    }
}

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

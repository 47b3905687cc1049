//! Contacts as rows: viewed, greeted and removed.

use pillarbox_wire::AccountId;

use crate::phone::error::PhoneError;
use crate::phone::rows::pending::{self, load_pending, store_pending};
use crate::phone::rows::records::{
    TOOK_OVER, has_blocked, load_delivery_key, remove_conversation, remove_place,
};
use crate::phone::rows::{devices, entries};
use crate::records::contact::{Contact, ContactRecord};
use crate::vault::{Rows, StorageError, Table, View};

pub(crate) fn view(rows: &View<'_>, record: &ContactRecord, seals: bool) -> Result<Contact, PhoneError> {
    let sealed = seals && load_delivery_key(rows, record.account)?.is_some();
    Ok(record.view(sealed, has_blocked(rows, record.account)?)?)
}

/// Schedules a greeting to a new contact, if this phone replaced another one, which the contact may have known.
pub(crate) fn greet(rows: &mut Rows<'_>, contact: AccountId) -> Result<(), StorageError> {
    if rows.has(Table::Account, TOOK_OVER)? {
        let mut pending = load_pending(rows, contact)?;
        pending.greet();
        store_pending(rows, &pending)?;
    }
    Ok(())
}

/// Removes a contact and the whole conversation.
pub(crate) fn forget(rows: &mut Rows<'_>, record: &ContactRecord) -> Result<(), StorageError> {
    for place in 0..record.next_place {
        let message = entries::at(rows, record.account, place)?.map(|entry| entry.id);
        remove_place(rows, record.account, place, message)?;
    }
    remove_contact(rows, record.account)
}

/// Removes everything stored about an account except its conversation. A blocked account stays blocked.
pub(crate) fn remove_contact(rows: &mut Rows<'_>, account: AccountId) -> Result<(), StorageError> {
    remove_conversation(rows, account)?;
    devices::forget(rows, account)?;
    pending::forget(rows, account)?;
    let tables = [
        Table::Contacts,
        Table::DeliveryKeys,
        Table::Devices,
        Table::FormerAccounts,
        Table::Strangers,
        Table::Readers,
    ];
    tables.into_iter().try_for_each(|table| rows.remove(table, &account.0))
}

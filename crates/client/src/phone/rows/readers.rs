//! Contacts whose phones read bodies of version 2. A phone learns it from such a body, or from a receipt with the
//! id [`READS_VERSION_2`](crate::records::body::READS_VERSION_2), and forgets it when the contact's key changes:
//! the new phone may run an older version.

use pillarbox_wire::AccountId;

use crate::phone::rows::records::remove_item;
use crate::phone::rows::{checkers, pictures};
use crate::phone::state::outbox::Item;
use crate::records::body::Content;
use crate::vault::{Rows, StorageError, Table, View};

/// Returns true if a contact's phone has shown that it reads bodies of version 2.
pub(crate) fn reads(rows: &View<'_>, contact: AccountId) -> Result<bool, StorageError> {
    rows.has(Table::Readers, &contact.0)
}

/// Records that a contact's phone reads bodies of version 2. Returns true if that is new.
pub(crate) fn learn(rows: &mut Rows<'_>, contact: AccountId) -> Result<bool, StorageError> {
    let is_new = !reads(rows, contact)?;
    if is_new {
        rows.put(Table::Readers, &contact.0, &[])?;
    }
    Ok(is_new)
}

/// Forgets that the contact's phone reads version 2, and drops the signed changes that wait for the contact. The
/// contact gets rosters until its phone shows again that it reads that version.
pub(crate) fn forget(rows: &mut Rows<'_>, contact: AccountId) -> Result<(), StorageError> {
    rows.remove(Table::Readers, &contact.0)?;
    checkers::forget(rows, contact)?;
    pictures::forget_viewer(rows, contact)?;
    let items = rows.load_all::<Item>(Table::Outbox)?;
    let told = |item: &&Item| item.to == contact && matches!(item.content, Content::MemberChanges(_));
    items.iter().filter(told).try_for_each(|item| remove_item(rows, item.order))
}

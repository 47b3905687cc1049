//! New sessions: everything encrypted in the old session and not yet at the relay is encrypted again.

use pillarbox_wire::AccountId;

use crate::phone::rows::records::remove_conversation;
use crate::phone::rows::{devices, group_news, readers};
use crate::phone::state::outbox::{Item, Stage};
use crate::vault::{Rows, StorageError, Table};

/// Drops the session with a contact's former key. Items sealed in it that have not reached the relay are encrypted
/// again. A phone with new keys may know no groups, so it is sent the members of those it shares with the owner.
pub(crate) fn start_over(
    rows: &mut Rows<'_>,
    contact: AccountId,
    own: Option<AccountId>,
) -> Result<(), StorageError> {
    remove_conversation(rows, contact)?;
    // The former key signed them.
    devices::forget(rows, contact)?;
    readers::forget(rows, contact)?;
    group_news::tell_again(rows, contact, own)?;
    encrypt_again(rows, contact)
}

/// Marks encrypted items that are not yet at the relay, to be encrypted again in the next session.
pub(crate) fn encrypt_again(rows: &mut Rows<'_>, contact: AccountId) -> Result<(), StorageError> {
    for mut item in rows.load_all::<Item>(Table::Outbox)? {
        if item.to == contact && matches!(item.stage, Stage::Sealed { .. }) {
            item.stage = Stage::Waiting;
            super::records::store_item(rows, &item)?;
        }
    }
    Ok(())
}

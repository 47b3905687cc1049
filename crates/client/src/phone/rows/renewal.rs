//! A contact's new session: everything encrypted in the old one and not yet at the relay is encrypted again.

use pillarbox_wire::AccountId;

use crate::phone::rows::groups;
use crate::phone::rows::records::remove_conversation;
use crate::phone::state::outbox::{Item, Stage};
use crate::vault::{Rows, StorageError, Table};

/// What was sealed to a contact's former key and has not reached the relay is encrypted again, in a new session. A phone
/// with other keys may know no group: it is told who is in those that it shares with this phone's owner.
pub(crate) fn start_over(
    rows: &mut Rows<'_>,
    contact: AccountId,
    own: Option<AccountId>,
) -> Result<(), StorageError> {
    remove_conversation(rows, contact)?;
    groups::tell_again(rows, contact, own)?;
    encrypt_again(rows, contact)
}

/// Has what is encrypted and not yet at the relay encrypted again, in the session that comes.
pub(crate) fn encrypt_again(rows: &mut Rows<'_>, contact: AccountId) -> Result<(), StorageError> {
    for mut item in rows.load_all::<Item>(Table::Outbox)? {
        if item.to == contact && matches!(item.stage, Stage::Sealed { .. }) {
            item.stage = Stage::Waiting;
            super::records::store_item(rows, &item)?;
        }
    }
    Ok(())
}

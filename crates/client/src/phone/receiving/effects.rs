//! The effects of one message on the vault, collected while its transaction runs.

use pillarbox_crypto::IdentityError;
use pillarbox_wire::{AccountId, Timestamp};

use crate::phone::rows::entries::{self, Draft, Source};
use crate::phone::rows::pending::{load_pending, store_pending};
use crate::phone::rows::records::message_key;
use crate::phone::state::mailbox::Full;
use crate::records::account::Account;
use crate::records::body::Text;
use crate::records::contact::ContactRecord;
use crate::records::history::EntryKind;
use crate::records::ids::{BodyId, GroupId};
use crate::records::notice::Notice;
use crate::records::report::Evidence;
use crate::vault::{Rows, StorageError, Table};

/// The effects of a transaction, for the copies in memory and for the owner.
#[derive(Default)]
pub(crate) struct Effects {
    pub(crate) notices: Vec<Notice>,
    /// True if something may be owed to the contact.
    pub(crate) owed: bool,
    /// True if prekeys were used up.
    pub(crate) consumed: bool,
    /// True if items of the outbox changed their stage.
    pub(crate) outbox_changed: bool,
    /// Items of the outbox that are finished.
    pub(crate) confirmed: Vec<u64>,
    /// True if a fact left at the relay has changed.
    pub(crate) facts_changed: bool,
    /// Members whom the owner added to groups before this phone knew that their members sign.
    pub(crate) unsigned: Vec<(GroupId, AccountId)>,
}

/// The effects of a payload that was handled before: the contact may still be owed a receipt.
pub(crate) fn again() -> Effects {
    Effects { owed: true, ..Effects::default() }
}

/// The circumstances in which a content arrived.
pub(crate) struct ArrivalContext<'a> {
    /// True if the relay was not told the sender.
    pub(crate) sealed: bool,
    /// This phone's own account.
    pub(crate) account: &'a Account,
    /// The evidence for a report, if this phone keeps it.
    pub(crate) evidence: Option<Evidence>,
    pub(crate) now: Timestamp,
}

pub(crate) fn take_text(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    text: Text,
    group: Option<GroupId>,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let contact = record.account;
    owe_receipt(rows, contact, text.id, arrival, effects)?;
    // The sender repeated it in another envelope, without knowing that it had arrived.
    if entries::find(rows, contact, text.id)?.is_some() {
        return Ok(());
    }
    let Text { id, sent_at, text, expires_after } = text;
    if let Some(evidence) = &arrival.evidence {
        rows.store(Table::Reports, &message_key(contact, id), evidence)?;
    }
    let draft = Draft { id, kind: EntryKind::Text(text), sent_at, expires_after, group };
    let entry =
        entries::add(rows, &mut record, draft, &Source::Theirs { sealed: arrival.sealed }, arrival.now)?;
    effects.notices.push(Notice::Received { contact, entry });
    Ok(())
}

pub(crate) fn owe_receipt(
    rows: &mut Rows<'_>,
    contact: AccountId,
    id: BodyId,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let (view, rng) = rows.split();
    let mut pending = load_pending(view, contact)?;
    if let Some(due) = arrival.account.habits.receipts.due(arrival.now, rng) {
        pending.owe_receipt(id, due);
    }
    store_pending(rows, &pending)?;
    effects.owed = true;
    Ok(())
}

/// The reason why a message changes nothing.
pub(crate) enum NotTaken {
    /// A table has no room for it.
    NoRoom(Full),
    Storage(StorageError),
}

impl From<StorageError> for NotTaken {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<IdentityError> for NotTaken {
    fn from(error: IdentityError) -> Self {
        Self::Storage(error.into())
    }
}

//! The effects of one message on the vault, collected while its transaction runs.

use pillarbox_crypto::{IdentityError, SecretBytes};
use pillarbox_wire::{AccountId, Timestamp};

use crate::phone::rows::entries::{self, Draft, Source};
use crate::phone::rows::pending::{load_pending, store_pending};
use crate::phone::rows::records::message_key;
use crate::phone::rows::{devices, siblings};
use crate::phone::state::mailbox::Full;
use crate::records::account::Account;
use crate::records::body::Text;
use crate::records::contact::ContactRecord;
use crate::records::devices::LinkRecord;
use crate::records::directory::KnownHead;
use crate::records::history::{EntryKind, HistoryEntry};
use crate::records::ids::{BodyId, GroupId};
use crate::records::notice::Notice;
use crate::records::picture::PictureTold;
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
    /// True if a fact deposited at the relay has changed.
    pub(crate) facts_changed: bool,
    /// Members whom the owner added to groups before this phone knew that their members sign.
    pub(crate) unsigned: Vec<(GroupId, AccountId)>,
    /// Other contacts to whom something may be owed, because another of the owner's devices has reported them to this
    /// one.
    pub(crate) touched: Vec<AccountId>,
    /// Effects on this phone's knowledge of the relay's public log.
    pub(crate) log: LogNews,
    /// The account as its first phone has just reported it.
    pub(crate) account: Option<AccountTold>,
}

/// A contact's statements that the public log must prove, and statements about the log itself.
#[derive(Default)]
pub(crate) struct LogNews {
    /// A contact whose device list waits for its proof.
    pub(crate) unproved: Option<AccountId>,
    /// A head that a contact has seen.
    pub(crate) head: Option<(AccountId, KnownHead)>,
}

/// The account and its delivery key, as the account's first phone has sent them to this device.
pub(crate) struct AccountTold {
    pub(crate) account: Account,
    pub(crate) delivery: SecretBytes<32>,
    pub(crate) link: LinkRecord,
}

/// The effects of a payload that was handled before: the contact may still be owed a receipt.
pub(crate) fn again() -> Effects {
    Effects { owed: true, ..Effects::default() }
}

/// The circumstances in which a message's content arrived.
pub(crate) struct ArrivalContext<'a> {
    /// True if the relay was not told the sender.
    pub(crate) sealed: bool,
    /// The name of the device that sent it: the contact's account, unless a linked device did.
    pub(crate) peer: AccountId,
    /// This device's role among those of the account, if it is a linked one.
    pub(crate) link: Option<LinkRecord>,
    /// This phone's own account.
    pub(crate) account: &'a Account,
    /// True if this phone checks device lists and keys against the relay's public log.
    pub(crate) checks_log: bool,
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
    owe_receipt(rows, text.id, arrival, effects)?;
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
    forward(rows, contact, &entry, arrival)?;
    effects.notices.push(Notice::Received { contact, entry });
    Ok(())
}

/// Adds a received picture to the conversation. Its bytes are fetched once the owner has accepted the contact: fetching
/// shows the relay that somebody is there.
pub(crate) fn take_picture(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    told: PictureTold,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let contact = record.account;
    let PictureTold { id, sent_at, picture, expires_after } = told;
    owe_receipt(rows, id, arrival, effects)?;
    if entries::find(rows, contact, id)?.is_some() {
        return Ok(());
    }
    let draft = Draft { id, kind: EntryKind::Picture(picture), sent_at, expires_after, group: None };
    let entry =
        entries::add(rows, &mut record, draft, &Source::Theirs { sealed: arrival.sealed }, arrival.now)?;
    forward(rows, contact, &entry, arrival)?;
    effects.notices.push(Notice::Received { contact, entry });
    Ok(())
}

/// Records that the device which sent a message is owed a receipt for it.
pub(crate) fn owe_receipt(
    rows: &mut Rows<'_>,
    id: BodyId,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    owe_receipt_to(rows, arrival.peer, id, arrival.account, arrival.now)?;
    effects.owed = true;
    Ok(())
}

/// Records that a device is owed a receipt, from this account at this time.
pub(crate) fn owe_receipt_to(
    rows: &mut Rows<'_>,
    peer: AccountId,
    id: BodyId,
    account: &Account,
    now: Timestamp,
) -> Result<(), StorageError> {
    let (view, rng) = rows.split();
    let mut pending = load_pending(view, peer)?;
    if let Some(due) = account.habits.receipts.due(now, rng) {
        pending.owe_receipt(id, due);
    }
    store_pending(rows, &pending)
}

/// Queues an entry for those of the owner's linked devices that its sender does not know of. Only the first phone
/// does that: a sender that knows of a linked device writes to it.
pub(crate) fn forward(
    rows: &mut Rows<'_>,
    contact: AccountId,
    entry: &HistoryEntry,
    arrival: &ArrivalContext<'_>,
) -> Result<(), StorageError> {
    let Some(own) = arrival.account.address.filter(|own| !own.device.is_linked()) else {
        return Ok(());
    };
    let version = devices::known(rows, own.account)?.map_or(0, |known| known.list.version);
    if devices::told(rows, contact)?.confirmed < version {
        siblings::note(rows, Some(own), siblings::entry_news(contact, entry, false), None)?;
    }
    Ok(())
}

/// Reasons that a message changes nothing.
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

//! News for the other devices of this account, as rows.
//!
//! An entry, its delivery and its being shown are recorded where they happen, in the same transaction, and are sent
//! in that order. Contacts and groups are compared with what was last sent, so that no change of either can be
//! missed.

use pillarbox_crypto::{kdf, labels};
use pillarbox_wire::{AccountId, DeviceAddress, Encoded, FixedBytes, Timestamp, encode};
use serde::{Deserialize, Serialize};

use crate::phone::rows::records::{has_blocked, load_delivery_key};
use crate::phone::rows::{devices, readers};
use crate::records::contact::ContactRecord;
use crate::records::group::{GroupRecord, GroupSent};
use crate::records::history::{DeliveryState, EntryDirection, HistoryEntry};
use crate::records::ids::{BodyId, GroupId};
use crate::records::limits::MAX_BODY_LEN;
use crate::records::own_news::{
    ContactFacts, ContactNews, EntryNews, EntryWay, OwnTold, ProgressNews, ShownNews,
};
use crate::vault::{Rows, StorageError, Table, View};

/// The row in [`Table::Account`] that numbers these messages.
const NEXT_NEWS: &[u8] = b"next own news";

/// News that are not in the outbox yet.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct NotedNews {
    pub(crate) number: u64,
    pub(crate) told: OwnTold,
    /// The device that it came from, which needs no copy.
    pub(crate) except: Option<AccountId>,
}

impl Encoded for NotedNews {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_BODY_LEN;
}

/// An account as it was last sent, or received.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct ToldContact {
    pub(crate) account: AccountId,
    pub(crate) digest: FixedBytes<32>,
    pub(crate) at: Timestamp,
}

impl Encoded for ToldContact {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 64;
}

/// A group as it was last sent.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct ToldGroup {
    pub(crate) group: GroupId,
    pub(crate) digest: FixedBytes<32>,
}

impl Encoded for ToldGroup {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 64;
}

/// Records a message for the other devices, if there are any.
pub(crate) fn note(
    rows: &mut Rows<'_>,
    own: Option<DeviceAddress>,
    told: OwnTold,
    except: Option<AccountId>,
) -> Result<(), StorageError> {
    if !devices::has_siblings(rows, own)? {
        return Ok(());
    }
    let next = match rows.get(Table::Account, NEXT_NEWS)?.as_ref().map(|row| row.as_slice().try_into()) {
        None => 0,
        Some(Ok(bytes)) => u64::from_be_bytes(bytes),
        Some(Err(_)) => return Err(StorageError::Damaged),
    };
    rows.put(Table::Account, NEXT_NEWS, &(next + 1).to_be_bytes())?;
    rows.store(Table::OwnNews, &next.to_be_bytes(), &NotedNews { number: next, told, except })
}

/// Removes and returns the recorded messages, in order.
pub(crate) fn take_noted(rows: &mut Rows<'_>) -> Result<Vec<NotedNews>, StorageError> {
    let mut noted = rows.load_all::<NotedNews>(Table::OwnNews)?;
    noted.sort_by_key(|news| news.number);
    noted.iter().try_for_each(|news| rows.remove(Table::OwnNews, &news.number.to_be_bytes()))?;
    Ok(noted)
}

/// Records the delivery of a message to a contact, or to a member of a group.
pub(crate) fn note_progress(
    rows: &mut Rows<'_>,
    own: Option<DeviceAddress>,
    contact: AccountId,
    message: BodyId,
    state: DeliveryState,
) -> Result<(), StorageError> {
    let sent: Option<GroupSent> = rows.load(Table::GroupTexts, message.0.as_bytes())?;
    let news = match sent {
        Some(sent) => ProgressNews { with: contact, group: Some(sent.group), message, state: sent.state() },
        None => ProgressNews { with: contact, group: None, message, state },
    };
    note(rows, own, OwnTold::Progress(news), None)
}

/// Records that a received message was shown.
pub(crate) fn note_shown(
    rows: &mut Rows<'_>,
    own: Option<DeviceAddress>,
    with: AccountId,
    message: BodyId,
    at: Timestamp,
) -> Result<(), StorageError> {
    note(rows, own, OwnTold::Shown(ShownNews { with, message, at }), None)
}

/// Returns an entry in the form in which it is sent to other devices.
pub(crate) fn entry_news(with: AccountId, entry: &HistoryEntry, is_history: bool) -> OwnTold {
    let way = match entry.direction {
        EntryDirection::Sent(state) => EntryWay::Sent(state),
        EntryDirection::Received { sealed, verified } => {
            EntryWay::Received { sealed, verified, shown: entry.shown }
        }
    };
    OwnTold::Entry(Box::new(EntryNews {
        with,
        group: entry.group,
        message: entry.id,
        way,
        kind: entry.kind.clone(),
        sent_at: entry.sent_at,
        expires_after: entry.expires_after,
        expires_at: entry.expires_at,
        is_history,
    }))
}

/// Returns an account as this device knows it.
pub(crate) fn contact_news(
    rows: &View<'_>,
    account: AccountId,
    at: Timestamp,
) -> Result<ContactNews, StorageError> {
    let record: Option<ContactRecord> = rows.load(Table::Contacts, &account.0)?;
    let blocked = has_blocked(rows, account)?;
    let Some(record) = record else {
        return Ok(ContactNews { account, at, blocked, contact: None });
    };
    let key = load_delivery_key(rows, account)?;
    let ContactRecord {
        account: _,
        name,
        suggested_name,
        handle,
        identity,
        former_identity,
        trust,
        origin,
        accepted,
        // Each device introduces itself, and has its own indexes.
        introduced: _,
        next_place: _,
        expires_after,
        timer_set_at,
        added_at,
    } = record;
    let facts = ContactFacts {
        name,
        suggested_name,
        handle,
        identity,
        former_identity,
        trust,
        origin,
        accepted,
        expires_after,
        timer_set_at,
        added_at,
        delivery_key: key.map(|key| FixedBytes(*key.as_bytes())),
        devices: devices::known(rows, account)?.map(|known| known.list),
        reads_newer: readers::reads(rows, account)?,
        knows_devices: devices::told(rows, account)?.confirmed,
    };
    Ok(ContactNews { account, at, blocked, contact: Some(facts) })
}

/// Returns the digest of what is sent about an account, apart from its time.
pub(crate) fn digest(news: &ContactNews) -> Result<FixedBytes<32>, StorageError> {
    let timeless = ContactNews { at: Timestamp(0), ..news.clone() };
    let noted = NotedNews { number: 0, told: OwnTold::Contact(Box::new(timeless)), except: None };
    let bytes = encode(&noted).map_err(|_| StorageError::Damaged)?;
    Ok(FixedBytes(kdf::hash(labels::DEVICE_TOLD_CONTACT, &[&bytes])))
}

/// Returns a message about every account that has changed since it was last sent, and records that they are sent.
pub(crate) fn changed_contacts(
    rows: &mut Rows<'_>,
    own: AccountId,
    now: Timestamp,
) -> Result<Vec<ContactNews>, StorageError> {
    let mut changed = Vec::new();
    for account in accounts(rows, own)? {
        let news = contact_news(rows, account, now)?;
        let digest = digest(&news)?;
        let before: Option<ToldContact> = rows.load(Table::ToldContacts, &account.0)?;
        if before.is_some_and(|before| before.digest == digest) {
            continue;
        }
        // A clock that was set back must not make this change the earlier one.
        let at = before.map_or(now, |before| now.max(Timestamp(before.at.0 + 1)));
        rows.store(Table::ToldContacts, &account.0, &ToldContact { account, digest, at })?;
        changed.push(ContactNews { at, ..news });
    }
    Ok(changed)
}

/// Returns every account about which this phone knows anything.
pub(crate) fn accounts(rows: &View<'_>, own: AccountId) -> Result<Vec<AccountId>, StorageError> {
    let contacts = rows.load_all::<ContactRecord>(Table::Contacts)?;
    let told = rows.load_all::<ToldContact>(Table::ToldContacts)?;
    let mut accounts: Vec<AccountId> = contacts.iter().map(|record| record.account).collect();
    accounts.extend(told.iter().map(|told| told.account));
    for row in rows.all(Table::Blocked)? {
        accounts.extend(row.as_slice().try_into().ok().map(AccountId));
    }
    accounts.retain(|account| *account != own);
    accounts.sort_unstable();
    accounts.dedup();
    Ok(accounts)
}

/// Returns the digest of a group's members and name.
pub(crate) fn group_digest(record: &GroupRecord, log: &[u8]) -> FixedBytes<32> {
    let mut bytes = record.name.as_bytes().to_vec();
    for member in record.present() {
        bytes.extend(member.0);
    }
    bytes.extend(record.keeper.map_or([0; 16], |keeper| keeper.0));
    FixedBytes(kdf::hash(labels::DEVICE_TOLD_GROUP, &[&bytes, log]))
}

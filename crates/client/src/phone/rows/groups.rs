//! Groups as rows: storing rosters, and queueing copies of a message for every member.

use pillarbox_crypto::{AeadKey, aead};
use pillarbox_wire::{AccountId, DepositKind, Timestamp};

use crate::phone::error::PhoneError;
use crate::phone::rows::facts::Fact;
use crate::phone::rows::records::{
    EntryLocation, NO_ENTRY, message_key, read_grown, store_contact, store_item,
};
use crate::phone::rows::{devices, names};
use crate::phone::state::outbox::{IndexEntry, Item, Stage};
use crate::records::account::Account;
use crate::records::body::{Content, MAX_GROUP_MEMBERS, Roster};
use crate::records::contact::{ContactOrigin, ContactRecord};
use crate::records::group::{GroupRecord, roster_text};
use crate::records::ids::{BodyId, GroupId};
use crate::vault::{Rows, StorageError, Table, View};

/// Queued copies, for the index in memory.
pub(crate) type Said = Vec<(u64, IndexEntry)>;

/// Loads a group that the owner is in.
pub(crate) fn load_group(rows: &View<'_>, group: GroupId, own: AccountId) -> Result<GroupRecord, PhoneError> {
    find_group(rows, group)?.filter(|record| record.has(own)).ok_or(PhoneError::UnknownGroup)
}

/// Loads a group that the owner is in or was in.
pub(crate) fn find_group(rows: &View<'_>, group: GroupId) -> Result<Option<GroupRecord>, StorageError> {
    rows.get(Table::Groups, group.0.as_bytes())?.map(|row| read_grown(&row)).transpose()
}

/// Loads every group that the owner is in or was in.
pub(crate) fn all_groups(rows: &View<'_>) -> Result<Vec<GroupRecord>, StorageError> {
    rows.all(Table::Groups)?.iter().map(|row| read_grown(row)).collect()
}

pub(crate) fn store_group(rows: &mut Rows<'_>, record: &GroupRecord) -> Result<(), StorageError> {
    rows.store(Table::Groups, record.id.0.as_bytes(), record)
}

pub(crate) fn roster(record: &GroupRecord, rows: &mut Rows<'_>) -> Content {
    Content::Roster(Roster {
        id: BodyId::generate(&mut rows.rng),
        group: record.id,
        name: record.name.clone(),
        members: record.present().collect(),
        key: record.key,
    })
}

/// Queues messages about a group or in it. Everybody written to becomes an accepted contact.
pub(crate) fn tell(
    rows: &mut Rows<'_>,
    messages: Vec<(AccountId, Content)>,
    first: u64,
    now: Timestamp,
) -> Result<Said, PhoneError> {
    let (mut said, mut order) = (Vec::new(), first);
    for (to, content) in messages {
        let known: Option<ContactRecord> = rows.load(Table::Contacts, &to.0)?;
        let mut contact = match known {
            Some(contact) => contact,
            None => ContactRecord::new(to, names::some_name(rows, to, "")?, ContactOrigin::Group, now),
        };
        contact.accepted = true;
        store_contact(rows, &contact)?;
        let queued = queue(rows, to, content, order)?;
        order += queued.len() as u64;
        said.extend(queued);
    }
    Ok(said)
}

/// Queues messages to a contact after everything that waits.
pub(crate) fn enqueue(
    rows: &mut Rows<'_>,
    to: AccountId,
    contents: Vec<Content>,
) -> Result<Said, StorageError> {
    let (first, mut said) = (devices::next_order(rows)?, Said::new());
    for content in contents {
        let order = first + said.len() as u64;
        said.extend(queue(rows, to, content, order)?);
    }
    Ok(said)
}

/// Queues a message to a contact, and a copy for each of its linked devices.
fn queue(rows: &mut Rows<'_>, to: AccountId, content: Content, order: u64) -> Result<Said, StorageError> {
    let item = Item { order, to, content, stage: Stage::Waiting, resends: 0 };
    store_item(rows, &item)?;
    if let (None, Some(id)) = (item.content.group_text(), item.id()) {
        // No entry shows it, but its receipt must find it.
        let location = EntryLocation { place: NO_ENTRY, order: Some(order) };
        rows.store(Table::Messages, &message_key(to, id), &location)?;
    }
    let mut queued = vec![(order, item.index_entry())];
    queued.extend(devices::fan_out(rows, &item, order + 1)?);
    Ok(queued)
}

/// Stores the roster as a fact to be left at the relay, or to be taken back if the owner has left.
pub(crate) fn keep_roster(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    account: &Account,
) -> Result<(), StorageError> {
    let own = account.address.map(|address| address.account);
    let value = if own.is_some_and(|own| record.has(own)) {
        let mut members = Vec::new();
        for member in record.present() {
            let contact: Option<ContactRecord> = rows.load(Table::Contacts, &member.0)?;
            let handle =
                if Some(member) == own { account.handle.clone() } else { contact.and_then(|it| it.handle) };
            members.push(handle.map_or_else(|| member.to_string(), |handle| handle.as_str().to_owned()));
        }
        let text = roster_text(&record.name, members.into_iter()).into_bytes();
        Some(if account.habits.sealed_rosters { seal(rows, record, &text) } else { text })
    } else {
        None
    };
    match Fact::new(DepositKind::Group, record.id.0.as_bytes(), value) {
        Ok(fact) => fact.keep(rows),
        // A hundred names and numbers are far below what a deposit holds.
        Err(_) => Err(StorageError::Damaged),
    }
}

fn seal(rows: &mut Rows<'_>, record: &GroupRecord, text: &[u8]) -> Vec<u8> {
    let mut nonce = [0; 24];
    rows.rng.fill_bytes(&mut nonce);
    let key = AeadKey::from_bytes(record.key.0);
    let sealed = aead::seal_extended(&key, &nonce, record.id.0.as_bytes(), text);
    [nonce.as_slice(), &sealed].concat()
}

const _: () = assert!(MAX_GROUP_MEMBERS * 40 < pillarbox_wire::limits::MAX_PAYLOAD_LEN);

#[cfg(test)]
mod tests {
    use pillarbox_wire::{Encoded, FixedBytes, encode};
    use serde::Serialize;

    use super::*;
    use crate::records::group::GroupNews;

    /// A group as version 1 kept it.
    #[derive(Serialize, serde::Deserialize)]
    struct Before {
        id: GroupId,
        name: String,
        members: Vec<AccountId>,
        gone: Vec<AccountId>,
        key: FixedBytes<32>,
        next_place: u64,
    }

    impl Encoded for Before {
        const VERSION: u8 = 1;
        const MAX_LEN: usize = 512;
    }

    #[test]
    fn a_group_of_a_profile_of_before_has_no_changes_and_takes_some() {
        let id = GroupId(FixedBytes([9; 16]));
        let members = vec![AccountId([1; 16]), AccountId([2; 16])];
        let before = Before {
            id,
            name: "Harbour".to_owned(),
            members: members.clone(),
            gone: vec![AccountId([2; 16])],
            key: FixedBytes([3; 32]),
            next_place: 7,
        };
        let mut record: GroupRecord = read_grown(&encode(&before).unwrap()).unwrap();
        assert_eq!((record.id, record.next_place, record.changes.is_none()), (id, 7, true));
        assert!(record.has(AccountId([1; 16])) && !record.has(AccountId([2; 16])));
        record.heard(GroupNews::Left, AccountId([1; 16]), Timestamp(5));
        let again: GroupRecord = read_grown(&encode(&record).unwrap()).unwrap();
        assert_eq!(again.changes, record.changes);
    }

    #[test]
    fn a_signed_group_of_a_profile_of_before_is_not_the_operator_s() {
        let mut record =
            GroupRecord::new(GroupId(FixedBytes([9; 16])), "Harbour".to_owned(), FixedBytes([3; 32]));
        record.keeper = Some(AccountId([1; 16]));
        let mut row = encode(&record).unwrap();
        // Version 3 ended before the operator's admin, of whom there is none.
        assert_eq!((row.remove(0), row.pop()), (4, Some(0)));
        row.insert(0, 3);
        let grown: GroupRecord = read_grown(&row).unwrap();
        assert!(grown == record && grown.operator_admin.is_none());
    }
}

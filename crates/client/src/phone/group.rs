//! Groups, as the owner uses them: made, written to, left.

use pillarbox_crypto::{AeadKey, aead};
use pillarbox_text::read::is_blank;
use pillarbox_wire::{AccountId, DepositKind, FixedBytes, Timestamp};
use rand_core::CryptoRng;

use super::entries::{self, Draft};
use super::error::PhoneError;
use super::facts::Fact;
use super::records::{NOWHERE, Whereabouts, load_contact, message_key, place_key, store_contact, store_item};
use super::{Phone, people};
use crate::account::Account;
use crate::body::{BodyId, Content, GroupText, Leave, MAX_TEXT_LEN, Roster, Text};
use crate::contact::{ContactRecord, Origin, check_name};
use crate::group::{
    Added, Group, GroupCopy, GroupEntry, GroupId, GroupRecord, GroupSent, MAX_GROUP_MEMBERS, roster_text,
};
use crate::history::{DeliveryState, Direction, EntryKind};
use crate::outbox::{Brief, Item, Stage};
use crate::vault::{Rows, StorageError, Table, View};

/// What was said to members, for the index in memory.
type Said = Vec<(u64, Brief)>;

impl Phone {
    /// Makes a group with these contacts and this phone's owner, and tells them. It counts as writing to each.
    ///
    /// # Errors
    /// [`PhoneError::NotRegistered`], [`PhoneError::BadName`], [`PhoneError::EmptyGroup`],
    /// [`PhoneError::TooManyMembers`], [`PhoneError::UnknownContact`], [`PhoneError::Storage`].
    pub fn make_group(
        &mut self,
        name: &str,
        members: &[AccountId],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<GroupId, PhoneError> {
        check_name(name)?;
        let own = self.own()?;
        let id = GroupId::generate(rng);
        let mut key = [0; 32];
        rng.fill_bytes(&mut key);
        let mut record = GroupRecord::new(id, name.to_owned(), FixedBytes(key));
        if !members.iter().any(|member| *member != own) {
            return Err(PhoneError::EmptyGroup);
        }
        for member in members.iter().chain([&own]) {
            let is_new = !record.has(*member);
            if is_new && record.add(*member) != Added::Now {
                return Err(PhoneError::TooManyMembers);
            }
        }
        self.change_group(now, rng, |rows, _, _| {
            for member in record.present().filter(|member| *member != own) {
                load_contact(rows, member)?;
            }
            let content = roster(&record, rows);
            Ok((record, content))
        })?;
        Ok(id)
    }

    /// Adds a contact to a group, and tells everybody in it.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::TooManyMembers`] (also for somebody who has left),
    /// [`PhoneError::UnknownContact`], [`PhoneError::NotRegistered`], [`PhoneError::Storage`].
    pub fn add_to_group(
        &mut self,
        group: GroupId,
        member: AccountId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.change_group(now, rng, |rows, _, own| {
            load_contact(rows, member)?;
            let mut record = load_group(rows, group, own)?;
            if !record.has(member) && record.add(member) != Added::Now {
                return Err(PhoneError::TooManyMembers);
            }
            let content = roster(&record, rows);
            Ok((record, content))
        })
    }

    /// Leaves a group, and tells everybody in it. What was said stays here.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::NotRegistered`], [`PhoneError::Storage`].
    pub fn leave_group(
        &mut self,
        group: GroupId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.change_group(now, rng, |rows, _, own| {
            let mut record = load_group(rows, group, own)?;
            record.part(own);
            Ok((record, Content::Leave(Leave { id: BodyId::generate(&mut rows.rng), group })))
        })
    }

    /// The groups that this phone's owner is in, by name.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn groups(&self) -> Result<Vec<Group>, PhoneError> {
        let own = self.account.address.map(|address| address.account);
        let records = self.vault.read(|rows| rows.load_all::<GroupRecord>(Table::Groups))?;
        let mut groups: Vec<Group> = records
            .iter()
            .filter(|record| own.is_some_and(|own| record.has(own)))
            .map(GroupRecord::view)
            .collect();
        groups.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        Ok(groups)
    }

    /// Keeps a text to be sent to every member. It is one entry here; each member has a copy of their own.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::EmptyGroup`] if everybody else has left,
    /// [`PhoneError::EmptyText`], [`PhoneError::TextTooLong`], [`PhoneError::NotRegistered`], [`PhoneError::Storage`].
    pub fn queue_group_text(
        &mut self,
        group: GroupId,
        text: &str,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<BodyId, PhoneError> {
        if is_blank(text) {
            return Err(PhoneError::EmptyText);
        }
        if text.len() > MAX_TEXT_LEN {
            return Err(PhoneError::TextTooLong { got: text.len() });
        }
        let own = self.own()?;
        let id = BodyId::generate(rng);
        let first = self.outbox.next_order();
        let said = self.vault.transact(rng, |rows| {
            let mut record = load_group(rows, group, own)?;
            let place = record.next_place;
            record.next_place += 1;
            let said_text = Text { id, sent_at: now, text: text.to_owned(), expires_after: None };
            let content = Content::GroupText(GroupText { group, text: said_text });
            let said = tell(rows, &record, own, &content, first, now)?;
            let copy = |(order, brief): &(u64, Brief)| GroupCopy {
                to: brief.to,
                order: *order,
                state: DeliveryState::Queued,
            };
            let sent = GroupSent { group, place, copies: said.iter().map(copy).collect() };
            if sent.copies.is_empty() {
                return Err(PhoneError::EmptyGroup);
            }
            rows.store(Table::GroupTexts, id.0.as_bytes(), &sent)?;
            let kind = EntryKind::Text(text.to_owned());
            let draft = Draft { id, kind, sent_at: now, expires_after: None, group: Some(group) };
            let entry = entries::written(draft, place, Direction::Sent(DeliveryState::Queued), now);
            rows.store(Table::Entries, &place_key(GroupRecord::shelf(group), place), &entry)?;
            store_group(rows, &record)?;
            Ok(said)
        })?;
        self.said(said, now)?;
        Ok(id)
    }

    /// What was said in a group, in the order in which this phone kept it.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::Storage`].
    pub fn group_history(&self, group: GroupId) -> Result<Vec<GroupEntry>, PhoneError> {
        self.vault.read(|rows| {
            let record: GroupRecord =
                rows.load(Table::Groups, group.0.as_bytes())?.ok_or(PhoneError::UnknownGroup)?;
            let mut said = Vec::new();
            for place in 0..record.next_place {
                if let Some(entry) = entries::at(rows, GroupRecord::shelf(group), place)? {
                    said.push(GroupEntry { from: None, entry });
                }
            }
            for contact in rows.load_all::<ContactRecord>(Table::Contacts)? {
                for place in 0..contact.next_place {
                    let entry = entries::at(rows, contact.account, place)?;
                    said.extend(
                        entry
                            .filter(|entry| entry.group == Some(group))
                            .map(|entry| GroupEntry { from: Some(contact.account), entry }),
                    );
                }
            }
            said.sort_by_key(|said| (said.entry.stored_at, said.from, said.entry.place));
            Ok(said)
        })
    }

    /// How far a text of ours to a group has come to each member.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]. For a message that is none, nobody.
    pub fn group_delivery(&self, message: BodyId) -> Result<Vec<(AccountId, DeliveryState)>, PhoneError> {
        let sent: Option<GroupSent> =
            self.vault.read(|rows| rows.load(Table::GroupTexts, message.0.as_bytes()))?;
        let copies = sent.into_iter().flat_map(|sent| sent.copies);
        Ok(copies.map(|copy| (copy.to, copy.state)).collect())
    }

    /// Changes who is in a group, keeps the roster to be left, and tells the members.
    fn change_group(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        change: impl FnOnce(&mut Rows<'_>, &Account, AccountId) -> Result<(GroupRecord, Content), PhoneError>,
    ) -> Result<(), PhoneError> {
        let own = self.own()?;
        let (account, first) = (&self.account, self.outbox.next_order());
        let said = self.vault.transact(rng, |rows| {
            let (record, content) = change(rows, account, own)?;
            store_group(rows, &record)?;
            let said = tell(rows, &record, own, &content, first, now)?;
            keep_roster(rows, &record, account)?;
            Ok::<_, PhoneError>(said)
        })?;
        self.facts_changed(DepositKind::Group);
        self.said(said, now)
    }

    fn said(&mut self, said: Said, now: Timestamp) -> Result<(), PhoneError> {
        for (order, brief) in said {
            self.outbox.insert(order, brief);
            self.note_errands(brief.to, now)?;
        }
        Ok(())
    }

    pub(super) fn own(&self) -> Result<AccountId, PhoneError> {
        Ok(self.account.address.ok_or(PhoneError::NotRegistered)?.account)
    }
}

/// A group that the owner is in.
fn load_group(rows: &View<'_>, group: GroupId, own: AccountId) -> Result<GroupRecord, PhoneError> {
    let record: Option<GroupRecord> = rows.load(Table::Groups, group.0.as_bytes())?;
    record.filter(|record| record.has(own)).ok_or(PhoneError::UnknownGroup)
}

pub(super) fn store_group(rows: &mut Rows<'_>, record: &GroupRecord) -> Result<(), StorageError> {
    rows.store(Table::Groups, record.id.0.as_bytes(), record)
}

fn roster(record: &GroupRecord, rows: &mut Rows<'_>) -> Content {
    Content::Roster(Roster {
        id: BodyId::generate(&mut rows.rng),
        group: record.id,
        name: record.name.clone(),
        members: record.present().collect(),
        key: record.key,
    })
}

/// Puts one copy for each other member into the outbox. Whoever is written to becomes a contact, and is accepted.
fn tell(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    own: AccountId,
    content: &Content,
    first: u64,
    now: Timestamp,
) -> Result<Said, PhoneError> {
    let mut said = Vec::new();
    for (order, to) in (first..).zip(record.present().filter(|member| *member != own)) {
        let known: Option<ContactRecord> = rows.load(Table::Contacts, &to.0)?;
        let mut contact = match known {
            Some(contact) => contact,
            None => ContactRecord::new(to, people::some_name(rows, to, "")?, Origin::Group, now),
        };
        contact.accepted = true;
        store_contact(rows, &contact)?;
        let item = Item { order, to, content: content.clone(), stage: Stage::Waiting, resends: 0 };
        store_item(rows, &item)?;
        if let (Content::Roster(Roster { id, .. }) | Content::Leave(Leave { id, .. }), order) =
            (content, order)
        {
            // No entry shows it, but its receipt must find it.
            rows.store(
                Table::Messages,
                &message_key(to, *id),
                &Whereabouts { place: NOWHERE, order: Some(order) },
            )?;
        }
        said.push((order, item.brief()));
    }
    Ok(said)
}

/// Has somebody with other keys told who is in the groups that they and this phone's owner are in, unless that waits already.
pub(super) fn tell_again(
    rows: &mut Rows<'_>,
    contact: AccountId,
    own: Option<AccountId>,
) -> Result<(), StorageError> {
    let shared = |group: &GroupRecord| group.has(contact) && own.is_some_and(|own| group.has(own));
    let groups: Vec<_> = rows.load_all::<GroupRecord>(Table::Groups)?.into_iter().filter(shared).collect();
    if groups.is_empty() {
        return Ok(());
    }
    let items = rows.load_all::<Item>(Table::Outbox)?;
    let first = items.iter().map(|item| item.order + 1).max().unwrap_or_default();
    let waits = |group: &&GroupRecord| {
        let about =
            |item: &Item| matches!(&item.content, Content::Roster(roster) if roster.group == group.id);
        items
            .iter()
            .any(|item| item.to == contact && about(item) && !matches!(item.stage, Stage::Accepted { .. }))
    };
    for (order, group) in (first..).zip(groups.iter().filter(|group| !waits(group))) {
        let content = roster(group, rows);
        if let Content::Roster(Roster { id, .. }) = &content {
            let whereabouts = Whereabouts { place: NOWHERE, order: Some(order) };
            rows.store(Table::Messages, &message_key(contact, *id), &whereabouts)?;
        }
        store_item(rows, &Item { order, to: contact, content, stage: Stage::Waiting, resends: 0 })?;
    }
    Ok(())
}

/// Keeps the roster to be left at the relay, or to be taken back from it by somebody who left.
pub(super) fn keep_roster(
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

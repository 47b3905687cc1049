//! Groups as the owner uses them: making, writing to and leaving them.

use pillarbox_wire::{AccountId, DepositKind, FixedBytes, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::owner::talk::check_text;
use crate::phone::rows::entries::{self, Draft};
use crate::phone::rows::groups::{
    Said, all_groups, find_group, keep_roster, load_group, roster, store_group, tell,
};
use crate::phone::rows::records::{load_contact, place_key};
use crate::phone::state::outbox::IndexEntry;
use crate::records::account::Account;
use crate::records::body::{Content, GroupText, Leave, Text};
use crate::records::contact::ContactRecord;
use crate::records::group::{Added, Group, GroupCopy, GroupEntry, GroupNews, GroupRecord, GroupSent};
use crate::records::history::{DeliveryState, EntryDirection, EntryKind};
use crate::records::ids::{BodyId, GroupId};
use crate::text::naming::check_name;
use crate::vault::{Rows, Table};

impl Phone {
    /// Makes a group of these contacts and the owner, and tells them. This counts as writing to each of them.
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
        record.did(GroupNews::Made, own, now);
        self.change_group(now, rng, |rows, _, _| {
            for member in record.present().filter(|member| *member != own) {
                load_contact(rows, member)?;
            }
            let content = roster(&record, rows);
            Ok((record, content))
        })?;
        Ok(id)
    }

    /// Adds a contact to a group and tells every member.
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
            if !record.has(member) {
                if record.add(member) != Added::Now {
                    return Err(PhoneError::TooManyMembers);
                }
                record.did(GroupNews::Added(member), own, now);
            }
            let content = roster(&record, rows);
            Ok((record, content))
        })
    }

    /// Leaves a group and tells every member. The conversation stays here.
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
            record.did(GroupNews::Left, own, now);
            Ok((record, Content::Leave(Leave { id: BodyId::generate(&mut rows.rng), group })))
        })
    }

    /// Returns the owner's groups, by name.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn groups(&self) -> Result<Vec<Group>, PhoneError> {
        let own = self.account.address.map(|address| address.account);
        let records = self.vault.read(all_groups)?;
        let mut groups: Vec<Group> = records
            .iter()
            .filter(|record| own.is_some_and(|own| record.has(own)))
            .map(GroupRecord::view)
            .collect();
        groups.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        Ok(groups)
    }

    /// Queues a text for every member. It is one entry here; each member has a separate copy.
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
        check_text(text)?;
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
            let copy = |(order, indexed): &(u64, IndexEntry)| GroupCopy {
                to: indexed.to,
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
            let entry = entries::written(draft, place, EntryDirection::Sent(DeliveryState::Queued), now);
            rows.store(Table::Entries, &place_key(GroupRecord::shelf(group), place), &entry)?;
            store_group(rows, &record)?;
            Ok(said)
        })?;
        self.said(said, now)?;
        Ok(id)
    }

    /// Returns the conversation of a group in the order in which this phone stored it.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::Storage`].
    pub fn group_history(&self, group: GroupId) -> Result<Vec<GroupEntry>, PhoneError> {
        self.vault.read(|rows| {
            let record = find_group(rows, group)?.ok_or(PhoneError::UnknownGroup)?;
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

    /// Returns the delivery state of the owner's text for each member.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]. An unknown message has no members.
    pub fn group_delivery(&self, message: BodyId) -> Result<Vec<(AccountId, DeliveryState)>, PhoneError> {
        let sent: Option<GroupSent> =
            self.vault.read(|rows| rows.load(Table::GroupTexts, message.0.as_bytes()))?;
        let copies = sent.into_iter().flat_map(|sent| sent.copies);
        Ok(copies.map(|copy| (copy.to, copy.state)).collect())
    }

    /// Changes a group's members, stores the roster for the relay, and tells the members.
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
        for (order, indexed) in said {
            self.outbox.insert(order, indexed);
            self.note_pending(indexed.to, now)?;
        }
        Ok(())
    }

    pub(crate) fn own(&self) -> Result<AccountId, PhoneError> {
        Ok(self.account.address.ok_or(PhoneError::NotRegistered)?.account)
    }
}

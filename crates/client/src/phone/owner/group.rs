//! Groups as the owner uses them: making, writing to and leaving them.

use std::collections::BTreeSet;

use pillarbox_wire::{AccountId, DepositKind, FixedBytes, GroupAct, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::owner::signing::GroupSigner;
use crate::phone::owner::talk::check_text;
use crate::phone::rows::entries::{self, Draft};
use crate::phone::rows::group_news::news_for;
use crate::phone::rows::groups::{Said, all_groups, find_group, keep_roster, load_group, store_group, tell};
use crate::phone::rows::membership::{carried, hold_back, load_log, store_log};
use crate::phone::rows::readers::reads;
use crate::phone::rows::records::load_contact;
use crate::phone::rows::say::{Asked, say_in_group};
use crate::phone::rows::wishes;
use crate::records::body::{Content, Leave, MAX_GROUP_MEMBERS};
use crate::records::contact::ContactRecord;
use crate::records::group::{Added, Group, GroupEntry, GroupNews, GroupRecord, GroupSent};
use crate::records::history::{DeliveryState, EntryKind};
use crate::records::ids::{BodyId, GroupId};
use crate::records::membership::log::MembershipLog;
use crate::text::naming::check_name;
use crate::vault::{Rows, Table};

/// A group after a change by the owner, and the news of it.
struct ChangedGroup {
    record: GroupRecord,
    log: MembershipLog,
    messages: Vec<(AccountId, Content)>,
}

impl Phone {
    /// Makes a group of these contacts and the owner, and tells them. This counts as writing to each of them. A phone
    /// whose operator manages groups asks the relay, and has the group once it has answered. A linked device asks its
    /// account's first phone, as for every change, and has the group once that has signed it.
    ///
    /// # Errors
    /// [`PhoneError::NotRegistered`], [`PhoneError::BadName`], [`PhoneError::EmptyGroup`],
    /// [`PhoneError::TooManyMembers`], [`PhoneError::UnknownContact`], [`PhoneError::Storage`];
    /// [`PhoneError::NoIdentity`] for a member whose key this phone does not have yet and so cannot sign.
    pub fn make_group(
        &mut self,
        name: &str,
        members: &[AccountId],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<GroupId, PhoneError> {
        let salt = BodyId::generate(rng).0;
        self.make_group_for(name, members, salt, None, now, rng)
    }

    /// Makes a group whose claim has this salt, for a wish of a linked device if there is one.
    pub(super) fn make_group_for(
        &mut self,
        name: &str,
        members: &[AccountId],
        salt: FixedBytes<16>,
        wish: Option<FixedBytes<16>>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<GroupId, PhoneError> {
        check_name(name)?;
        let own = self.own()?;
        let mut key = [0; 32];
        rng.fill_bytes(&mut key);
        let others: BTreeSet<AccountId> = members.iter().copied().filter(|member| *member != own).collect();
        if others.is_empty() {
            return Err(PhoneError::EmptyGroup);
        }
        if others.len() >= MAX_GROUP_MEMBERS {
            return Err(PhoneError::TooManyMembers);
        }
        if self.account.follows_operator() {
            return self.ask_for_new_group(name, &others, rng);
        }
        if self.link.is_some() {
            return self.wish_for_group(name, &others, salt, now, rng);
        }
        let signs = self.account.signs_groups();
        self.change_group(wish, now, rng, |rows, signer| {
            let contacts =
                others.iter().map(|member| load_contact(rows, *member)).collect::<Result<Vec<_>, _>>()?;
            let key = FixedBytes(key);
            let mut log = MembershipLog::default();
            let mut record = if signs {
                signer.make(&mut log, name, salt, &contacts)?
            } else {
                GroupRecord::new(GroupId(salt), name.to_owned(), key)
            };
            record.key = key;
            if !signs {
                for member in others.iter().chain([&own]) {
                    if record.add(*member) == Added::NoRoom {
                        return Err(PhoneError::TooManyMembers);
                    }
                }
            }
            record.did(GroupNews::Made, own, now);
            let mut messages = Vec::new();
            for member in &others {
                let news = news_for(rows, &record, &mut log, *member, None)?;
                messages.extend(news.into_iter().map(|content| (*member, content)));
            }
            let id = record.id;
            Ok((id, ChangedGroup { record, log, messages }))
        })
    }

    /// Adds a contact to a group and tells every member.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::TooManyMembers`] (also for somebody who has left),
    /// [`PhoneError::UnknownContact`], [`PhoneError::NoIdentity`], [`PhoneError::OtherKey`],
    /// [`PhoneError::NotRegistered`], [`PhoneError::Storage`].
    pub fn add_to_group(
        &mut self,
        group: GroupId,
        member: AccountId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.add_to_group_for(group, member, None, now, rng)
    }

    pub(super) fn add_to_group_for(
        &mut self,
        group: GroupId,
        member: AccountId,
        wish: Option<FixedBytes<16>>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        if let Some(record) = self.operators_group(group)? {
            self.vault.read(|rows| load_contact(rows, member).map(drop))?;
            return self.ask_as_admin(&record, GroupAct::Add { member });
        }
        if self.link.is_some() {
            return self.wish_for_change(group, GroupAct::Add { member }, now, rng);
        }
        self.change_group(wish, now, rng, |rows, signer| {
            let contact = load_contact(rows, member)?;
            let mut record = load_group(rows, group, signer.own)?;
            let mut log = load_log(rows, group)?;
            let was_in = record.has(member);
            let mut told = Vec::new();
            if record.keeper.is_some() {
                told.extend(signer.add(&mut log, &record, &contact)?);
                record.follow(&log);
            } else if !was_in && record.add(member) != Added::Now {
                return Err(PhoneError::TooManyMembers);
            }
            if !was_in {
                record.did(GroupNews::Added(member), signer.own, now);
            }
            let mut messages = Vec::new();
            for other in record.present().filter(|other| *other != signer.own).collect::<Vec<_>>() {
                // Whoever is new hears everything, and so does everybody if there was nothing to add.
                let all = other == member || told.is_empty();
                let news = news_for(rows, &record, &mut log, other, (!all).then_some(&told))?;
                messages.extend(news.into_iter().map(|content| (other, content)));
            }
            Ok(((), ChangedGroup { record, log, messages }))
        })
    }

    /// Removes a member from a group that the owner keeps, and tells every member and the one removed. Texts to the
    /// group that wait here go to that one no more.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::UnsignedGroup`], [`PhoneError::NotKeeper`],
    /// [`PhoneError::NotMember`] (also for the owner, who leaves instead), [`PhoneError::OtherKey`],
    /// [`PhoneError::NotRegistered`], [`PhoneError::Storage`].
    pub fn remove_from_group(
        &mut self,
        group: GroupId,
        member: AccountId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.remove_from_group_for(group, member, None, now, rng)
    }

    pub(super) fn remove_from_group_for(
        &mut self,
        group: GroupId,
        member: AccountId,
        wish: Option<FixedBytes<16>>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        if let Some(record) = self.operators_group(group)? {
            if member == self.own()? || !record.has(member) {
                return Err(PhoneError::NotMember);
            }
            return self.ask_as_admin(&record, GroupAct::Remove { member });
        }
        if self.link.is_some() {
            return self.wish_for_change(group, GroupAct::Remove { member }, now, rng);
        }
        self.change_group(wish, now, rng, |rows, signer| {
            let mut record = load_group(rows, group, signer.own)?;
            if record.keeper.is_none() {
                return Err(PhoneError::UnsignedGroup);
            }
            if record.keeper != Some(signer.own) {
                return Err(PhoneError::NotKeeper);
            }
            if member == signer.own || !record.has(member) {
                return Err(PhoneError::NotMember);
            }
            let mut log = load_log(rows, group)?;
            let acts = signer.remove(&mut log, &record, member)?;
            let others: Vec<AccountId> = record.present().filter(|other| *other != signer.own).collect();
            for (news, _) in record.follow(&log) {
                record.did(news, signer.own, now);
                if let GroupNews::Removed(gone) | GroupNews::Dropped(gone) = news {
                    hold_back(rows, group, gone)?;
                }
            }
            let mut messages = Vec::new();
            for other in others {
                // A phone that reads no signatures is told nothing: no roster takes anybody away.
                if reads(rows, other)? {
                    // Whoever goes may lack the keeper's earlier acts, and hears nothing later.
                    let told = if record.has(other) {
                        acts.last().cloned().into_iter().collect()
                    } else {
                        acts.clone()
                    };
                    let news = carried(rows, &record, &told, false);
                    messages.extend(news.into_iter().map(|content| (other, content)));
                } else {
                    log.owe(other);
                }
            }
            Ok(((), ChangedGroup { record, log, messages }))
        })
    }

    /// Leaves a group and tells every member. The conversation stays here. A keeper who leaves a signed group makes the
    /// member who has been in it longest its keeper.
    ///
    /// # Errors
    /// [`PhoneError::UnknownGroup`], [`PhoneError::NotRegistered`], [`PhoneError::Storage`].
    pub fn leave_group(
        &mut self,
        group: GroupId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.leave_group_for(group, None, now, rng)
    }

    pub(super) fn leave_group_for(
        &mut self,
        group: GroupId,
        wish: Option<FixedBytes<16>>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        if self.operators_group(group)?.is_some() {
            return self.ask_operator(group, GroupAct::Leave);
        }
        if self.link.is_some() {
            return self.wish_for_change(group, GroupAct::Leave, now, rng);
        }
        self.change_group(wish, now, rng, |rows, signer| {
            let mut record = load_group(rows, group, signer.own)?;
            let others: Vec<AccountId> = record.present().filter(|other| *other != signer.own).collect();
            let mut log = load_log(rows, group)?;
            let acts = if record.keeper.is_some() { signer.leave(&mut log, &record)? } else { Vec::new() };
            let news = record.follow(&log);
            record.part(signer.own);
            for (news, _) in news.iter().filter(|(news, _)| matches!(news, GroupNews::Handed(_))) {
                record.did(*news, signer.own, now);
            }
            record.did(GroupNews::Left, signer.own, now);
            let mut messages = Vec::new();
            for other in others {
                if acts.is_empty() || !reads(rows, other)? {
                    let leave = Leave { id: BodyId::generate(&mut rows.rng), group };
                    messages.push((other, Content::Leave(leave)));
                } else {
                    let news = carried(rows, &record, &acts, false);
                    messages.extend(news.into_iter().map(|content| (other, content)));
                }
            }
            Ok(((), ChangedGroup { record, log, messages }))
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
        let own = self.account.address.ok_or(PhoneError::NotRegistered)?;
        let id = BodyId::generate(rng);
        let kind = EntryKind::Text(text.to_owned());
        let draft = Draft { id, kind, sent_at: now, expires_after: None, group: Some(group) };
        let asked = Asked { origin: None, first: self.outbox.next_order(), now };
        let said = self.vault.transact(rng, |rows| say_in_group(rows, own, group, draft, asked))?;
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

    /// Changes a group's members, stores the roster for the relay, and tells the members. A wish is granted in the same
    /// transaction.
    fn change_group<T>(
        &mut self,
        wish: Option<FixedBytes<16>>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        change: impl FnOnce(&mut Rows<'_>, &GroupSigner<'_>) -> Result<(T, ChangedGroup), PhoneError>,
    ) -> Result<T, PhoneError> {
        let own = self.own()?;
        let (account, first) = (&self.account, self.outbox.next_order());
        let signer = GroupSigner { own, identity: &self.secrets.identity, now };
        let (value, said) = self.vault.transact(rng, |rows| {
            let (value, ChangedGroup { record, log, messages }) = change(rows, &signer)?;
            store_group(rows, &record)?;
            if record.keeper.is_some() {
                store_log(rows, record.id, &log)?;
            }
            let said = tell(rows, messages, first, now)?;
            keep_roster(rows, &record, account)?;
            wish.map_or(Ok(()), |wish| wishes::answer(rows, account.address, wish, None))?;
            Ok::<_, PhoneError>((value, said))
        })?;
        self.facts_changed(DepositKind::Group);
        // Texts that waited for somebody who was removed are gone from the rows.
        self.reindex()?;
        self.said(said, now)?;
        Ok(value)
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

//! The directory's answer about a number. Where the number leads to another account than before, the contact that has it goes on
//! under the new account.
//!
//! The phone knows the number as somebody's. Where the directory now names another account with another key, that is what a
//! changed key is: the person may have a new phone and a new account, the number may have been given to somebody else,
//! or the relay has put somebody in between. So the rule of [`Trust`] decides, as for every changed key,
//! and nobody becomes a second contact. What was said stays together under the one name.

use pillarbox_wire::{AccountId, DeviceId, Handle, IdentityKey, Refusal, Timestamp};
use rand_core::CryptoRng;

use super::error::PhoneError;
use super::records::{
    Expiring, Whereabouts, has_blocked, message_key, place_key, remove_contact, remove_item, remove_place,
    store_contact, store_item,
};
use super::{Phone, entries, people};
use crate::body::Content;
use crate::contact::{ContactRecord, Origin, Trust, read_identity};
use crate::history::{DeliveryState, Entry};
use crate::naming;
use crate::notice::Notice;
use crate::outbox::{Item, Stage};
use crate::vault::{Rows, StorageError, Table, View};

impl Phone {
    /// The directory's answer: the relay's word that this account has this number.
    pub(super) fn found(
        &mut self,
        account: AccountId,
        identity: &IdentityKey,
        handle: Handle,
        name: Option<String>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let own = self.account.address.is_some_and(|address| address.account == account);
        if own || read_identity(identity).is_err() {
            return Ok(vec![Notice::NotFound { handle, reason: Refusal::UnknownHandle }]);
        }
        let (own, protection) = (self.account.address.map(|own| own.account), self.account.protection);
        let (changed, blocked, moved) = self.vault.transact(rng, |rows| {
            let known: Option<ContactRecord> = rows.load(Table::Contacts, &account.0)?;
            let compared =
                |known: &ContactRecord| known.trust == Trust::Verified && known.identity == Some(*identity);
            let apart = known.as_ref().is_some_and(compared);
            let mut other = holder(rows, &handle, account)?;
            if let Some(other) = other.as_mut().filter(|_| apart) {
                // The owner has compared the safety number of this account too: two contacts, and the number finds one.
                other.handle = None;
                if naming::is_number(&other.name) {
                    // By a number that is no longer theirs nobody would find them.
                    other.name = people::some_name(rows, other.account, "")?;
                }
                store_contact(rows, other)?;
            }
            let holder = other.filter(|_| !apart);
            let (is_new, moved) = (known.is_none() && holder.is_none(), holder.is_some());
            let (mut record, changed) = match (holder, known) {
                (Some(holder), _) => go_on(rows, holder, account, identity)?,
                (None, known) => {
                    let mut record = known
                        .unwrap_or_else(|| ContactRecord::new(account, String::new(), Origin::Number, now));
                    let changed = record.meet_key_of(protection, identity);
                    (record, changed)
                }
            };
            record.handle = Some(handle.clone());
            record.accepted = true;
            // The name was free when it was asked for; if it no longer is, one near it does.
            if is_new || name.is_some() {
                let wish = name.as_deref().unwrap_or(handle.as_str());
                record.name = people::some_name(rows, account, wish)?;
            }
            if changed {
                people::start_over(rows, account, own)?;
            }
            if is_new {
                people::greet(rows, account)?;
            }
            store_contact(rows, &record)?;
            Ok::<_, PhoneError>((changed, !record.trust.may_send(), moved))
        })?;
        self.note_errands(account, now)?;
        let mut notices = vec![Notice::Found { contact: account, handle }];
        if changed || moved {
            self.reindex()?;
        }
        if changed {
            notices.push(Notice::KeyChanged { contact: account, blocked });
        }
        Ok(notices)
    }
}

/// The contact that has a number, if its account is another one.
pub(super) fn holder(
    rows: &View<'_>,
    handle: &Handle,
    account: AccountId,
) -> Result<Option<ContactRecord>, StorageError> {
    let contacts = rows.load_all::<ContactRecord>(Table::Contacts)?;
    Ok(contacts.into_iter().find(|known| known.account != account && known.handle.as_ref() == Some(handle)))
}

/// The account that a contact had when it was verified, while [`Trust::Changed`] waits for a choice; none if it is the same.
pub(super) fn former_account(rows: &View<'_>, contact: AccountId) -> Result<Option<AccountId>, StorageError> {
    let row = rows.get(Table::FormerAccounts, &contact.0)?;
    row.map(|row| row.as_slice().try_into().map(AccountId).map_err(|_| StorageError::Damaged)).transpose()
}

/// Notes which of its phones an account has now: each registration counts one further.
pub(super) fn store_device(
    rows: &mut Rows<'_>,
    contact: AccountId,
    device: DeviceId,
) -> Result<(), StorageError> {
    match device {
        DeviceId::FIRST => rows.remove(Table::Devices, &contact.0),
        DeviceId(number) => rows.put(Table::Devices, &contact.0, &[number]),
    }
}

/// Has a contact go on under another account, which may have been a request until now. True if its key is another one.
pub(super) fn go_on(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    account: AccountId,
    identity: &IdentityKey,
) -> Result<(ContactRecord, bool), PhoneError> {
    let former = record.account;
    let merged: Option<ContactRecord> = rows.load(Table::Contacts, &account.0)?;
    let verified_at = former_account(rows, former)?.unwrap_or(former);
    record.account = account;
    let changed = record.meet_key(identity);
    let parts = [Some((former, record.next_place)), merged.map(|merged| (account, merged.next_place))];
    record.next_place = move_history(rows, &parts, account)?;
    move_items(rows, former, account)?;
    if has_blocked(rows, former)? {
        rows.put(Table::Blocked, &account.0, &account.0)?;
        rows.remove(Table::Blocked, &former.0)?;
    }
    remove_contact(rows, former)?;
    if record.trust == Trust::Changed && verified_at != account {
        rows.put(Table::FormerAccounts, &account.0, &verified_at.0)?;
    }
    store_contact(rows, &record)?;
    Ok((record, changed))
}

/// Something that was said, with what is kept beside it.
struct Kept {
    entry: Entry,
    order: Option<u64>,
    evidence: Option<Vec<u8>>,
}

/// Puts conversations together under one account, in the order in which this phone stored what was said. Gives the next place.
fn move_history(
    rows: &mut Rows<'_>,
    parts: &[Option<(AccountId, u64)>],
    to: AccountId,
) -> Result<u64, StorageError> {
    let mut said = Vec::new();
    for (contact, next_place) in parts.iter().flatten().copied() {
        for place in 0..next_place {
            let Some(entry) = entries::at(rows, contact, place)? else { continue };
            let name = message_key(contact, entry.id);
            let whereabouts: Option<Whereabouts> = rows.load(Table::Messages, &name)?;
            let evidence = rows.get(Table::Reports, &name)?.map(|row| row.to_vec());
            remove_place(rows, contact, place, Some(entry.id))?;
            said.push(Kept { entry, order: whereabouts.and_then(|it| it.order), evidence });
        }
    }
    said.sort_by_key(|kept| kept.entry.stored_at);
    let mut place = 0;
    for Kept { mut entry, order, evidence } in said {
        entry.place = place;
        let name = message_key(to, entry.id);
        rows.store(Table::Entries, &place_key(to, place), &entry)?;
        rows.store(Table::Messages, &name, &Whereabouts { place, order })?;
        if let Some(evidence) = evidence {
            rows.put(Table::Reports, &name, &evidence)?;
        }
        if let Some(at) = entry.expires_at {
            rows.store(Table::Expiring, &place_key(to, place), &Expiring { contact: to, place, at })?;
        }
        place += 1;
    }
    Ok(place)
}

/// What waits for the former account goes to the new one, under the rule of [`Trust`]. What was said to a group does not: the
/// new account is in no group.
fn move_items(rows: &mut Rows<'_>, from: AccountId, to: AccountId) -> Result<(), StorageError> {
    for mut item in rows.load_all::<Item>(Table::Outbox)?.into_iter().filter(|item| item.to == from) {
        if let Content::GroupText(_) | Content::Roster(_) | Content::Leave(_) = &item.content {
            if let Some(id) = item.id().filter(|_| !matches!(item.stage, Stage::Accepted { .. })) {
                entries::progress(rows, from, id, DeliveryState::Refused, Timestamp(0))?;
            }
            remove_item(rows, item.order)?;
            continue;
        }
        item.to = to;
        if matches!(item.stage, Stage::Sealed { .. }) {
            item.stage = Stage::Waiting;
        }
        store_item(rows, &item)?;
    }
    Ok(())
}

//! Moving a contact to another account, with its conversation, outbox items and devices.

use pillarbox_wire::{AccountId, DeviceId, Handle, IdentityKey, Timestamp};

use crate::phone::error::PhoneError;
use crate::phone::rows::contacts::remove_contact;
use crate::phone::rows::entries;
use crate::phone::rows::records::{
    EntryLocation, Expiring, device, has_blocked, message_key, place_key, remove_item, remove_place,
    store_contact, store_item,
};
use crate::phone::state::outbox::{Item, Stage};
use crate::records::body::Content;
use crate::records::contact::{ContactRecord, Trust};
use crate::records::history::{DeliveryState, HistoryEntry};
use crate::vault::{Rows, StorageError, Table, View};

/// Returns the contact with this number, if it has another account.
pub(crate) fn holder(
    rows: &View<'_>,
    handle: &Handle,
    account: AccountId,
) -> Result<Option<ContactRecord>, StorageError> {
    let contacts = rows.load_all::<ContactRecord>(Table::Contacts)?;
    Ok(contacts.into_iter().find(|known| known.account != account && known.handle.as_ref() == Some(handle)))
}

/// Returns the account that a contact had when it was verified, while [`Trust::Changed`] waits for a choice; `None`
/// if it is the same account.
pub(crate) fn former_account(rows: &View<'_>, contact: AccountId) -> Result<Option<AccountId>, StorageError> {
    let row = rows.get(Table::FormerAccounts, &contact.0)?;
    row.map(|row| row.as_slice().try_into().map(AccountId).map_err(|_| StorageError::Damaged)).transpose()
}

/// Returns the number of an account's first phone.
pub(crate) fn first_phone(rows: &View<'_>, account: AccountId) -> Result<DeviceId, StorageError> {
    Ok(device(rows, account)?.device)
}

/// Stores the number of the account's current phone. Each registration raises the number by one.
pub(crate) fn store_device(
    rows: &mut Rows<'_>,
    contact: AccountId,
    device: DeviceId,
) -> Result<(), StorageError> {
    match device {
        DeviceId::FIRST => rows.remove(Table::Devices, &contact.0),
        DeviceId(number) => rows.put(Table::Devices, &contact.0, &[number]),
    }
}

/// Moves a contact to another account, which may have been a request until now. Returns true if its key changed.
pub(crate) fn go_on(
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

/// An entry and the rows stored with it.
struct Kept {
    entry: HistoryEntry,
    order: Option<u64>,
    evidence: Option<Vec<u8>>,
}

/// Merges conversations under one account, in the order in which this phone stored their entries. Returns the next
/// index.
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
            let location: Option<EntryLocation> = rows.load(Table::Messages, &name)?;
            let evidence = rows.get(Table::Reports, &name)?.map(|row| row.to_vec());
            remove_place(rows, contact, place, Some(entry.id))?;
            said.push(Kept { entry, order: location.and_then(|it| it.order), evidence });
        }
    }
    said.sort_by_key(|kept| kept.entry.stored_at);
    let mut place = 0;
    for Kept { mut entry, order, evidence } in said {
        entry.place = place;
        let name = message_key(to, entry.id);
        rows.store(Table::Entries, &place_key(to, place), &entry)?;
        rows.store(Table::Messages, &name, &EntryLocation { place, order })?;
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

/// Moves waiting items to the new account, under the rule of [`Trust`]. Items for groups are dropped, because the new
/// account is in no group.
fn move_items(rows: &mut Rows<'_>, from: AccountId, to: AccountId) -> Result<(), StorageError> {
    for mut item in rows.load_all::<Item>(Table::Outbox)?.into_iter().filter(|item| item.to == from) {
        if let Content::GroupText(_)
        | Content::Roster(_)
        | Content::Leave(_)
        | Content::SeenGroupText(_)
        | Content::MemberChanges(_) = &item.content
        {
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

//! Conversations as rows: adding entries, recording their delivery, and removing expired ones.
//!
//! **The timer of a disappearing text** starts at its sender when the relay has accepted it, and at its recipient
//! when it was shown, so that nothing disappears unseen. Each text carries the timer.

use pillarbox_wire::{AccountId, Duration, Timestamp};

use crate::phone::rows::pictures;
use crate::phone::rows::records::{
    EntryLocation, Expiring, load_item_of, message_key, place_key, read_grown, remove_item, store_contact,
};
use crate::records::contact::{ContactRecord, Trust};
use crate::records::group::{GroupRecord, GroupSent};
use crate::records::history::{DeliveryState, EntryDirection, EntryKind, HistoryEntry};
use crate::records::ids::{BodyId, GroupId};
use crate::vault::{Rows, StorageError, Table, View};

/// An entry that has no index yet.
pub(crate) struct Draft {
    pub(crate) id: BodyId,
    pub(crate) kind: EntryKind,
    pub(crate) sent_at: Timestamp,
    pub(crate) expires_after: Option<u32>,
    pub(crate) group: Option<GroupId>,
}

/// The origin of an entry.
pub(crate) enum Source {
    /// Written here; `order` is its item in the outbox.
    Ours { order: u64 },
    /// Received.
    Theirs { sealed: bool },
    /// Reported by another device of this account, in either direction.
    Elsewhere(EntryDirection),
}

/// Adds an entry at the end of the conversation, and stores the contact's record.
pub(crate) fn add(
    rows: &mut Rows<'_>,
    contact: &mut ContactRecord,
    draft: Draft,
    source: &Source,
    now: Timestamp,
) -> Result<HistoryEntry, StorageError> {
    let place = contact.next_place;
    contact.next_place += 1;
    let (direction, order) = match source {
        Source::Ours { order } => (EntryDirection::Sent(DeliveryState::Queued), Some(*order)),
        Source::Theirs { sealed } => {
            let verified = contact.trust == Trust::Verified;
            (EntryDirection::Received { sealed: *sealed, verified }, None)
        }
        Source::Elsewhere(direction) => (*direction, None),
    };
    let entry = written(draft, place, direction, now);
    rows.store(Table::Entries, &place_key(contact.account, place), &entry)?;
    rows.store(Table::Messages, &message_key(contact.account, entry.id), &EntryLocation { place, order })?;
    pictures::expect(rows, contact.account, &entry)?;
    store_contact(rows, contact)?;
    Ok(entry)
}

/// Assigns a draft its index. Entries sent from this phone count as shown.
pub(crate) fn written(draft: Draft, place: u64, direction: EntryDirection, now: Timestamp) -> HistoryEntry {
    let Draft { id, kind, sent_at, expires_after, group } = draft;
    let (stored_at, shown) = (now, matches!(direction, EntryDirection::Sent(_)));
    HistoryEntry {
        place,
        id,
        direction,
        kind,
        sent_at,
        stored_at,
        shown,
        expires_after,
        expires_at: None,
        group,
    }
}

/// Returns the entry at an index, or `None` if it has disappeared.
pub(crate) fn at(
    rows: &View<'_>,
    contact: AccountId,
    place: u64,
) -> Result<Option<HistoryEntry>, StorageError> {
    rows.get(Table::Entries, &place_key(contact, place))?.map(|row| read_grown(&row)).transpose()
}

/// Returns the item of the outbox that holds this phone's message to a contact, alone or as a member of a group.
pub(crate) fn order_of(rows: &View<'_>, contact: AccountId, id: BodyId) -> Result<Option<u64>, StorageError> {
    if let Some(location) = find(rows, contact, id)? {
        return Ok(location.order);
    }
    let sent: Option<GroupSent> = rows.load(Table::GroupTexts, id.0.as_bytes())?;
    let mut copies = sent.into_iter().flat_map(|sent| sent.copies);
    Ok(copies.find(|copy| copy.to == contact).map(|copy| copy.order))
}

/// Records the delivery state of one member's copy of a group text, and of the text. Returns true if it changed.
fn group_progress(
    rows: &mut Rows<'_>,
    contact: AccountId,
    id: BodyId,
    state: DeliveryState,
) -> Result<bool, StorageError> {
    let Some(mut sent) = rows.load::<GroupSent>(Table::GroupTexts, id.0.as_bytes())? else {
        return Ok(false);
    };
    let Some(copy) = sent.copies.iter_mut().find(|copy| copy.to == contact && copy.state < state) else {
        return Ok(false);
    };
    copy.state = state;
    rows.store(Table::GroupTexts, id.0.as_bytes(), &sent)?;
    let shelf = GroupRecord::shelf(sent.group);
    if let Some(mut entry) = at(rows, shelf, sent.place)? {
        entry.direction = EntryDirection::Sent(sent.state());
        rows.store(Table::Entries, &place_key(shelf, sent.place), &entry)?;
    }
    Ok(true)
}

/// Finds the index of a message.
pub(crate) fn find(
    rows: &View<'_>,
    contact: AccountId,
    id: BodyId,
) -> Result<Option<EntryLocation>, StorageError> {
    rows.load(Table::Messages, &message_key(contact, id))
}

/// Records the delivery state of a message, which never moves back. Returns true if it changed.
pub(crate) fn progress(
    rows: &mut Rows<'_>,
    contact: AccountId,
    id: BodyId,
    state: DeliveryState,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let Some(location) = find(rows, contact, id)? else {
        return group_progress(rows, contact, id, state);
    };
    let Some(mut entry) = at(rows, contact, location.place)? else {
        return Ok(false);
    };
    match entry.direction {
        EntryDirection::Sent(before) if before < state => entry.direction = EntryDirection::Sent(state),
        _ => return Ok(false),
    }
    if matches!(state, DeliveryState::Sent | DeliveryState::Delivered) {
        start_time(rows, contact, &mut entry, now)?;
    }
    rows.store(Table::Entries, &place_key(contact, entry.place), &entry)?;
    Ok(true)
}

/// Marks an entry as shown, which starts its timer.
pub(crate) fn show(
    rows: &mut Rows<'_>,
    contact: AccountId,
    place: u64,
    now: Timestamp,
) -> Result<(), StorageError> {
    let Some(mut entry) = at(rows, contact, place)? else {
        return Ok(());
    };
    if !entry.shown {
        entry.shown = true;
        start_time(rows, contact, &mut entry, now)?;
        rows.store(Table::Entries, &place_key(contact, place), &entry)?;
    }
    Ok(())
}

/// Starts the timer of an entry that another of the owner's devices has sent.
pub(crate) fn start(
    rows: &mut Rows<'_>,
    contact: AccountId,
    place: u64,
    now: Timestamp,
) -> Result<(), StorageError> {
    let Some(mut entry) = at(rows, contact, place)? else {
        return Ok(());
    };
    if matches!(entry.direction, EntryDirection::Sent(DeliveryState::Sent | DeliveryState::Delivered)) {
        start_time(rows, contact, &mut entry, now)?;
        rows.store(Table::Entries, &place_key(contact, place), &entry)?;
    }
    Ok(())
}

/// Stores an entry whose timer runs on another of the owner's devices.
pub(crate) fn restore(
    rows: &mut Rows<'_>,
    contact: AccountId,
    entry: &HistoryEntry,
) -> Result<(), StorageError> {
    if let Some(at) = entry.expires_at {
        let expiring = Expiring { contact, place: entry.place, at };
        rows.store(Table::Expiring, &place_key(contact, entry.place), &expiring)?;
    }
    rows.store(Table::Entries, &place_key(contact, entry.place), entry)
}

fn start_time(
    rows: &mut Rows<'_>,
    contact: AccountId,
    entry: &mut HistoryEntry,
    now: Timestamp,
) -> Result<(), StorageError> {
    if let (Some(seconds), None) = (entry.expires_after, entry.expires_at) {
        let at = now + Duration::from_seconds(u64::from(seconds));
        entry.expires_at = Some(at);
        let expiring = Expiring { contact, place: entry.place, at };
        rows.store(Table::Expiring, &place_key(contact, entry.place), &expiring)?;
    }
    Ok(())
}

/// Removes expired entries. Returns their number, and the items of the outbox removed with them.
pub(crate) fn remove_expired(rows: &mut Rows<'_>, now: Timestamp) -> Result<(usize, Vec<u64>), StorageError> {
    let (mut removed, mut orders) = (0, Vec::new());
    for Expiring { contact, place, at: due } in rows.load_all::<Expiring>(Table::Expiring)? {
        if due > now {
            continue;
        }
        if let Some(order) = remove(rows, contact, place)? {
            orders.push(order);
        }
        removed += 1;
    }
    Ok((removed, orders))
}

/// Removes one entry with its text, from the outbox too. Its id stays known, so that it is not stored again.
fn remove(rows: &mut Rows<'_>, contact: AccountId, place: u64) -> Result<Option<u64>, StorageError> {
    let key = place_key(contact, place);
    let entry = at(rows, contact, place)?;
    rows.remove(Table::Entries, &key)?;
    rows.remove(Table::Expiring, &key)?;
    let Some(entry) = entry else {
        return Ok(None);
    };
    rows.remove(Table::Reports, &message_key(contact, entry.id))?;
    pictures::remove(rows, contact, entry.id)?;
    let order = find(rows, contact, entry.id)?.and_then(|location| location.order);
    let Some(order) = order else {
        return Ok(None);
    };
    if load_item_of(rows, order, entry.id)?.is_none() {
        return Ok(None);
    }
    remove_item(rows, order)?;
    Ok(Some(order))
}

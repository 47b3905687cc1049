//! The owner's texts: an entry here, and an item for each device that should receive it.
//!
//! A linked device writes only to people who have confirmed a list that contains it: to anybody else its messages
//! would arrive under a key that they do not know. It asks the first phone to send what is for them, and for
//! groups.

use pillarbox_wire::{AccountId, DeviceAddress, Timestamp};

use crate::phone::error::PhoneError;
use crate::phone::rows::devices::Queued;
use crate::phone::rows::entries::{self, Draft, Source};
use crate::phone::rows::groups::{load_group, store_group, tell};
use crate::phone::rows::records::{
    EntryLocation, LINK, has_blocked, load_contact, message_key, place_key, store_item,
};
use crate::phone::rows::{devices, siblings};
use crate::phone::state::outbox::{IndexEntry, Item, Stage};
use crate::records::body::{Content, GroupText, SeenGroupText, Text, Timer};
use crate::records::contact::ContactRecord;
use crate::records::devices::LinkRecord;
use crate::records::group::{GroupCopy, GroupRecord, GroupSent};
use crate::records::history::{DeliveryState, EntryDirection, EntryKind, HistoryEntry};
use crate::records::ids::GroupId;
use crate::records::own_news::{EntryWay, OwnTold};
use crate::records::picture::PictureTold;
use crate::vault::{Rows, StorageError, Table, View};

/// The circumstances in which the owner sends something.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    /// The device that has asked this one to send it, if another one did.
    pub(crate) origin: Option<AccountId>,
    /// The order of the first item.
    pub(crate) first: u64,
    pub(crate) now: Timestamp,
}

/// Returns true if this device may write to a contact under its own key.
pub(crate) fn may_write(rows: &View<'_>, contact: AccountId) -> Result<bool, StorageError> {
    let Some(link) = rows.load::<LinkRecord>(Table::Account, LINK)? else {
        return Ok(true);
    };
    Ok(link.since > 0 && devices::told(rows, contact)?.confirmed >= link.since)
}

/// Returns true if this is the account's first phone.
fn is_first_phone(rows: &View<'_>) -> Result<bool, StorageError> {
    Ok(!rows.has(Table::Account, LINK)?)
}

/// Adds a text or a timer to a conversation, and queues it. Writing to a contact accepts them. An existing message
/// is not queued again.
pub(crate) fn say_to_contact(
    rows: &mut Rows<'_>,
    own: Option<DeviceAddress>,
    contact: AccountId,
    draft: impl FnOnce(&mut ContactRecord) -> Draft,
    asked: Asked,
) -> Result<Queued, PhoneError> {
    let Asked { origin, first: order, now } = asked;
    let mut record = load_contact(rows, contact)?;
    if !record.trust.may_send() {
        return Err(PhoneError::KeyChanged);
    }
    if has_blocked(rows, contact)? {
        return Err(PhoneError::Blocked);
    }
    record.accepted = true;
    let draft = draft(&mut record);
    if entries::find(rows, contact, draft.id)?.is_some() {
        return Ok(Vec::new());
    }
    if let EntryKind::Timer(expires_after) = draft.kind {
        record.expires_after = expires_after;
        record.timer_set_at = draft.sent_at;
    }
    if !may_write(rows, contact)? {
        let source = Source::Elsewhere(EntryDirection::Sent(DeliveryState::Queued));
        let entry = entries::add(rows, &mut record, draft, &source, now)?;
        note(rows, own, contact, &entry, EntryWay::Asked, None)?;
        return Ok(Vec::new());
    }
    let content = content_of(&draft);
    let entry = entries::add(rows, &mut record, draft, &Source::Ours { order }, now)?;
    let item = Item { order, to: contact, content, stage: Stage::Waiting, resends: 0 };
    store_item(rows, &item)?;
    let mut queued = vec![(order, item.index_entry())];
    queued.extend(devices::fan_out(rows, &item, order + 1)?);
    note(rows, own, contact, &entry, EntryWay::Sent(DeliveryState::Queued), origin)?;
    Ok(queued)
}

fn content_of(draft: &Draft) -> Content {
    let &Draft { id, ref kind, sent_at, expires_after, group: _ } = draft;
    match kind {
        EntryKind::Text(text) => Content::Text(Text { id, sent_at, text: text.clone(), expires_after }),
        EntryKind::Picture(picture) => {
            Content::Picture(PictureTold { id, sent_at, picture: picture.clone(), expires_after })
        }
        EntryKind::Timer(expires_after) => {
            Content::Timer(Timer { id, sent_at, expires_after: *expires_after })
        }
    }
}

/// Adds a text to a group's conversation, and queues a copy for every member.
pub(crate) fn say_in_group(
    rows: &mut Rows<'_>,
    own: DeviceAddress,
    group: GroupId,
    draft: Draft,
    asked: Asked,
) -> Result<Queued, PhoneError> {
    let Asked { origin, first, now } = asked;
    let (id, shelf) = (draft.id, GroupRecord::shelf(group));
    if rows.has(Table::GroupTexts, id.0.as_bytes())? {
        return Ok(Vec::new());
    }
    let mut record = load_group(rows, group, own.account)?;
    let Draft { sent_at, kind: EntryKind::Text(text), .. } = &draft else { return Ok(Vec::new()) };
    let said = Text { id, sent_at: *sent_at, text: text.clone(), expires_after: None };
    let said = GroupText { group, text: said };
    let content = match record.keeper {
        Some(_) => Content::SeenGroupText(SeenGroupText { said, seen: record.seen() }),
        None => Content::GroupText(said),
    };
    let others: Vec<AccountId> = record.present().filter(|member| *member != own.account).collect();
    if others.is_empty() {
        return Err(PhoneError::EmptyGroup);
    }
    let place = record.next_place;
    record.next_place += 1;
    let entry = entries::written(draft, place, EntryDirection::Sent(DeliveryState::Queued), now);
    rows.store(Table::Entries, &place_key(shelf, place), &entry)?;
    store_group(rows, &record)?;
    if !is_first_phone(rows)? {
        rows.store(Table::Messages, &message_key(shelf, id), &EntryLocation { place, order: None })?;
        note(rows, Some(own), own.account, &entry, EntryWay::Asked, None)?;
        return Ok(Vec::new());
    }
    let messages = others.iter().map(|member| (*member, content.clone())).collect();
    let queued = tell(rows, messages, first, now)?;
    let copy = |(order, indexed): &(u64, IndexEntry)| GroupCopy {
        to: indexed.to,
        order: *order,
        state: DeliveryState::Queued,
    };
    let to_members = queued.iter().filter(|(_, indexed)| others.contains(&indexed.to));
    let sent = GroupSent { group, place, copies: to_members.map(copy).collect() };
    rows.store(Table::GroupTexts, id.0.as_bytes(), &sent)?;
    note(rows, Some(own), own.account, &entry, EntryWay::Sent(DeliveryState::Queued), origin)?;
    Ok(queued)
}

fn note(
    rows: &mut Rows<'_>,
    own: Option<DeviceAddress>,
    with: AccountId,
    entry: &HistoryEntry,
    way: EntryWay,
    origin: Option<AccountId>,
) -> Result<(), StorageError> {
    let mut told = siblings::entry_news(with, entry, false);
    if let OwnTold::Entry(news) = &mut told {
        news.way = way;
    }
    siblings::note(rows, own, told, origin)
}

//! The effects of a decrypted body.

use pillarbox_wire::{AccountId, Encoded as _};

use crate::phone::receiving::effects::{
    ArrivalContext, Effects, NotTaken, forward, owe_receipt, take_picture, take_text,
};
use crate::phone::receiving::{devices_told, news, signed_news};
use crate::phone::rows::entries::{self, Draft, Source};
use crate::phone::rows::records::{load_item_of, remove_item, store_contact, store_item};
use crate::phone::rows::{checkers, devices, group_news, membership, pictures, readers, siblings};
use crate::phone::state::outbox::{Item, MAX_RESENDS, Stage};
use crate::records::body::{
    Body, CHECKS_LOG, Content, HeadTold, Introduction, READS_VERSION_2, Receipt, ResendRequest,
    SHOWS_PICTURES, SeenGroupText, Timer,
};
use crate::records::contact::ContactRecord;
use crate::records::devices::{LinkedDevice, ToldDevices};
use crate::records::directory::KnownHead;
use crate::records::history::{DeliveryState, EntryKind};
use crate::records::notice::Notice;
use crate::software::Software;
use crate::vault::{Rows, StorageError, Table};

pub(crate) fn take(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    body: Body,
    arrival: &ArrivalContext<'_>,
    software: &impl Software,
    effects: &mut Effects,
) -> Result<(), NotTaken> {
    let Body { introduction, content } = body;
    let own = arrival.account.address.map(|own| own.account);
    let shows = content.version() > Body::VERSION
        || matches!(&content, Content::Receipt(receipt) if receipt.ids.contains(&READS_VERSION_2));
    if shows && arrival.account.signs_groups() && readers::learn(rows, record.account)? {
        effects.outbox_changed |= membership::pay(rows, record.account, own)?;
    }
    if let Some(introduction) = introduction {
        meet(rows, &mut record, introduction)?;
    }
    if let Content::Receipt(receipt) = &content {
        pictures::learn(rows, arrival.peer, receipt.ids.contains(&SHOWS_PICTURES))?;
    }
    if arrival.checks_log {
        match &content {
            Content::Receipt(receipt) => {
                checkers::learn(rows, arrival.peer, receipt.ids.contains(&CHECKS_LOG))?;
            }
            Content::LogHead(_) => checkers::learn(rows, arrival.peer, true)?,
            _ => {}
        }
    }
    match content {
        // A phone that does not check the log has nothing to compare it with.
        Content::LogHead(HeadTold { log_key, head }) => {
            effects.log.head =
                Some((record.account, KnownHead { log_key, head })).filter(|_| arrival.checks_log);
        }
        Content::Devices(told) => devices_told::take(rows, record, &told, arrival, software, effects)?,
        // Only from the owner's own devices, whose messages are handled elsewhere.
        Content::OwnNews(_) => {}
        Content::Text(text) => take_text(rows, record, text, None, arrival, effects)?,
        Content::GroupText(said) => news::take_group_text(rows, record, said, None, arrival, effects)?,
        Content::SeenGroupText(SeenGroupText { said, seen }) => {
            news::take_group_text(rows, record, said, Some(seen), arrival, effects)?;
        }
        Content::MemberChanges(told) => {
            signed_news::take_member_changes(rows, record.account, &told, arrival, effects)?;
        }
        Content::Roster(roster) => news::take_roster(rows, record.account, roster, arrival, effects)?,
        Content::Leave(leave) => news::take_leave(rows, record.account, &leave, arrival, effects)?,
        Content::Picture(told) => take_picture(rows, record, told, arrival, effects)?,
        Content::Timer(timer) => take_timer(rows, record, &timer, arrival, effects)?,
        Content::Receipt(receipt) => take_receipt(rows, Some(record), &receipt, arrival, effects)?,
        Content::ResendRequest(request) => {
            take_resend_request(rows, Some(record), &request, arrival, effects)?;
        }
    }
    Ok(())
}

/// Stores the other phone's delivery key, for sealed answers, and its suggested name.
fn meet(
    rows: &mut Rows<'_>,
    record: &mut ContactRecord,
    introduction: Introduction,
) -> Result<(), StorageError> {
    if let Some(key) = introduction.delivery_key {
        rows.put(Table::DeliveryKeys, &record.account.0, key.as_bytes())?;
    }
    record.suggested_name = Some(introduction.name).filter(|name| !name.is_empty());
    store_contact(rows, record)
}

fn take_timer(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    timer: &Timer,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let contact = record.account;
    let &Timer { id, sent_at, expires_after } = timer;
    owe_receipt(rows, id, arrival, effects)?;
    if entries::find(rows, contact, id)?.is_some() {
        return Ok(());
    }
    let later = sent_at > record.timer_set_at;
    if later {
        record.expires_after = expires_after;
        record.timer_set_at = sent_at;
        effects.notices.push(Notice::TimerChanged { contact, expires_after });
    }
    let draft =
        Draft { id, kind: EntryKind::Timer(expires_after), sent_at, expires_after: None, group: None };
    let source = Source::Theirs { sealed: arrival.sealed };
    let entry = entries::add(rows, &mut record, draft, &source, arrival.now)?;
    forward(rows, contact, &entry, arrival)
}

/// Applies a receipt from a contact, or from another of the owner's devices, which is not a contact.
pub(crate) fn take_receipt(
    rows: &mut Rows<'_>,
    record: Option<ContactRecord>,
    receipt: &Receipt,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let contact = record.as_ref().map(|record| record.account);
    set_introduced(rows, record, arrival.peer, true)?;
    for &id in &receipt.ids {
        let Some(order) = entries::order_of(rows, arrival.peer, id)? else {
            continue;
        };
        if let Some(item) = load_item_of(rows, order, id)?.filter(|item| item.to == arrival.peer) {
            remove_item(rows, item.order)?;
            effects.confirmed.push(item.order);
            if let (Content::Devices(told), Some(contact)) = (&item.content, contact)
                && contact == arrival.peer
            {
                let confirmed = devices::told(rows, contact)?.confirmed.max(told.list.version);
                let told = ToldDevices { confirmed, ..devices::told(rows, contact)? };
                rows.store(Table::ToldDevices, &contact.0, &told)?;
            }
        }
        let Some(contact) = contact else { continue };
        if entries::progress(rows, contact, id, DeliveryState::Delivered, arrival.now)? {
            let own = arrival.account.address;
            siblings::note_progress(rows, own, contact, id, DeliveryState::Delivered)?;
            effects.notices.push(Notice::Delivered { contact, message: id });
        }
    }
    Ok(())
}

/// Records whether a device knows this phone's introduction.
fn set_introduced(
    rows: &mut Rows<'_>,
    record: Option<ContactRecord>,
    peer: AccountId,
    introduced: bool,
) -> Result<(), StorageError> {
    if let Some(device) = devices::linked(rows, peer)? {
        if device.introduced != introduced {
            devices::store_linked(rows, &LinkedDevice { introduced, ..device })?;
        }
    } else if let Some(record) = record.filter(|record| record.introduced != introduced) {
        store_contact(rows, &ContactRecord { introduced, ..record })?;
    }
    Ok(())
}

/// Applies a resend request from a contact, or from another of the owner's devices, which is not a contact.
pub(crate) fn take_resend_request(
    rows: &mut Rows<'_>,
    record: Option<ContactRecord>,
    request: &ResendRequest,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let peer = arrival.peer;
    let contact = record.as_ref().map(|record| record.account);
    let identity = match devices::linked(rows, peer)? {
        Some(device) => Some(device.identity),
        None => match &record {
            Some(record) => record.identity,
            None => arrival.link.map(|link| link.identity),
        },
    };
    if contact.is_some() {
        // A phone that lost its keys may have lost this phone's introduction too.
        set_introduced(rows, record, peer, false)?;
    }
    if request.digests.is_empty() {
        if let Some(contact) = contact.filter(|contact| *contact == peer) {
            let own = arrival.account.address.map(|own| own.account);
            group_news::tell_again(rows, contact, own)?;
            effects.outbox_changed = true;
        }
        return Ok(());
    }
    let identity = identity.map(|identity| identity.signing);
    let (mut messages, mut again) = (0, false);
    for mut item in rows.load_all::<Item>(Table::Outbox)? {
        let asked_for = match &item.stage {
            Stage::Sealed { digest, identity: sealed_to, .. }
            | Stage::Accepted { digest, identity: sealed_to } => {
                request.digests.contains(digest) && *sealed_to == identity
            }
            Stage::Waiting => false,
        };
        if item.to == peer && asked_for && item.may_be_resent() && item.resends < MAX_RESENDS {
            item.stage = Stage::Waiting;
            item.resends += 1;
            store_item(rows, &item)?;
            again = true;
            messages += u32::from(item.id().is_some());
        }
    }
    effects.outbox_changed |= again;
    if let Some(contact) = contact {
        effects.notices.push(Notice::Resent { contact, messages });
    }
    Ok(())
}

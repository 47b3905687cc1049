//! The effects of a decrypted body.

use pillarbox_wire::{Encoded as _, Timestamp};

use crate::phone::receiving::effects::{ArrivalContext, Effects, NotTaken, owe_receipt, take_text};
use crate::phone::receiving::{news, signed_news};
use crate::phone::rows::entries::{self, Draft, Source};
use crate::phone::rows::records::{load_item_of, remove_item, store_contact, store_item};
use crate::phone::rows::{group_news, membership, readers};
use crate::phone::state::outbox::{Item, MAX_RESENDS, Stage};
use crate::records::body::{
    Body, Content, Introduction, READS_VERSION_2, Receipt, ResendRequest, SeenGroupText, Timer,
};
use crate::records::contact::ContactRecord;
use crate::records::history::{DeliveryState, EntryKind};
use crate::records::notice::Notice;
use crate::vault::{Rows, StorageError, Table};

pub(crate) fn take(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    body: Body,
    arrival: &ArrivalContext<'_>,
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
    match content {
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
        Content::Timer(timer) => take_timer(rows, record, &timer, arrival, effects)?,
        Content::Receipt(receipt) => take_receipt(rows, record, &receipt, arrival.now, effects)?,
        Content::ResendRequest(request) => take_resend_request(rows, record, &request, arrival, effects)?,
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
    owe_receipt(rows, contact, id, arrival, effects)?;
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
    entries::add(rows, &mut record, draft, &Source::Theirs { sealed: arrival.sealed }, arrival.now)?;
    Ok(())
}

fn take_receipt(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    receipt: &Receipt,
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let contact = record.account;
    if !record.introduced {
        record.introduced = true;
        store_contact(rows, &record)?;
    }
    for &id in &receipt.ids {
        let Some(order) = entries::order_of(rows, contact, id)? else {
            continue;
        };
        if let Some(item) = load_item_of(rows, order, id)?.filter(|item| item.to == contact) {
            remove_item(rows, item.order)?;
            effects.confirmed.push(item.order);
        }
        if entries::progress(rows, contact, id, DeliveryState::Delivered, now)? {
            effects.notices.push(Notice::Delivered { contact, message: id });
        }
    }
    Ok(())
}

fn take_resend_request(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    request: &ResendRequest,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let contact = record.account;
    // A phone that lost its keys may have lost this phone's introduction too.
    record.introduced = false;
    store_contact(rows, &record)?;
    if request.digests.is_empty() {
        let own = arrival.account.address.map(|own| own.account);
        group_news::tell_again(rows, contact, own)?;
        effects.outbox_changed = true;
        return Ok(());
    }
    let identity = record.identity.map(|identity| identity.signing);
    let (mut messages, mut again) = (0, false);
    for mut item in rows.load_all::<Item>(Table::Outbox)? {
        let asked_for = match &item.stage {
            Stage::Sealed { digest, identity: sealed_to, .. }
            | Stage::Accepted { digest, identity: sealed_to } => {
                request.digests.contains(digest) && *sealed_to == identity
            }
            Stage::Waiting => false,
        };
        if item.to == contact && asked_for && item.may_be_resent() && item.resends < MAX_RESENDS {
            item.stage = Stage::Waiting;
            item.resends += 1;
            store_item(rows, &item)?;
            again = true;
            messages += u32::from(item.id().is_some());
        }
    }
    effects.outbox_changed |= again;
    effects.notices.push(Notice::Resent { contact, messages });
    Ok(())
}

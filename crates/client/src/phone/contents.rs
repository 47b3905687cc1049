//! What a body does once it is out of its envelopes.

use pillarbox_wire::{AccountId, Timestamp};

use super::entries::{self, Draft, Source};
use super::records::{
    load_errands, load_item_of, message_key, remove_item, store_contact, store_errands, store_item,
};
use super::room::NotTaken;
use super::{group, news};
use crate::account::Account;
use crate::body::{Body, BodyId, Content, Introduction, Receipt, ResendRequest, Text, Timer};
use crate::contact::ContactRecord;
use crate::group::GroupId;
use crate::history::{DeliveryState, EntryKind};
use crate::notice::Notice;
use crate::outbox::{Item, MAX_RESENDS, Stage};
use crate::report::Evidence;
use crate::vault::{Rows, StorageError, Table};

/// What a transaction did, for the copies in memory and for the owner.
#[derive(Default)]
pub(super) struct Effects {
    pub(super) notices: Vec<Notice>,
    /// Something may be owed to the contact.
    pub(super) owed: bool,
    /// Prekeys were used up.
    pub(super) consumed: bool,
    /// Items of the outbox changed their stage.
    pub(super) outbox_changed: bool,
    /// Items of the outbox that are done with.
    pub(super) confirmed: Vec<u64>,
    /// Something that is left at the relay has changed.
    pub(super) facts_changed: bool,
}

/// A payload that was dealt with before came again: nothing is to be done that was not done then.
pub(super) fn again() -> Effects {
    Effects { owed: true, ..Effects::default() }
}

/// How a content came.
pub(super) struct Coming<'a> {
    /// Whether the relay was not told who sent it.
    pub(super) sealed: bool,
    /// This phone's own.
    pub(super) account: &'a Account,
    /// What a report of it would show, if this phone keeps that.
    pub(super) evidence: Option<Evidence>,
    pub(super) now: Timestamp,
}

pub(super) fn take(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    body: Body,
    coming: &Coming<'_>,
    effects: &mut Effects,
) -> Result<(), NotTaken> {
    let Body { introduction, content } = body;
    if let Some(introduction) = introduction {
        meet(rows, &mut record, introduction)?;
    }
    match content {
        Content::Text(text) => take_text(rows, record, text, None, coming, effects)?,
        Content::GroupText(said) => news::take_group_text(rows, record, said, coming, effects)?,
        Content::Roster(roster) => news::take_roster(rows, record.account, roster, coming, effects)?,
        Content::Leave(leave) => news::take_leave(rows, record.account, &leave, coming, effects)?,
        Content::Timer(timer) => take_timer(rows, record, &timer, coming, effects)?,
        Content::Receipt(receipt) => take_receipt(rows, record, &receipt, coming.now, effects)?,
        Content::ResendRequest(request) => take_resend_request(rows, record, &request, coming, effects)?,
    }
    Ok(())
}

/// The other phone says how to seal answers, and what it calls itself.
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

pub(super) fn take_text(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    text: Text,
    group: Option<GroupId>,
    coming: &Coming<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let contact = record.account;
    owe_receipt(rows, contact, text.id, coming, effects)?;
    // Sent a second time, in another envelope, because its sender could not know that it had come.
    if entries::find(rows, contact, text.id)?.is_some() {
        return Ok(());
    }
    let Text { id, sent_at, text, expires_after } = text;
    if let Some(evidence) = &coming.evidence {
        rows.store(Table::Reports, &message_key(contact, id), evidence)?;
    }
    let draft = Draft { id, kind: EntryKind::Text(text), sent_at, expires_after, group };
    let entry =
        entries::add(rows, &mut record, draft, &Source::Theirs { sealed: coming.sealed }, coming.now)?;
    effects.notices.push(Notice::Received { contact, entry });
    Ok(())
}

fn take_timer(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    timer: &Timer,
    coming: &Coming<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let contact = record.account;
    let &Timer { id, sent_at, expires_after } = timer;
    owe_receipt(rows, contact, id, coming, effects)?;
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
    entries::add(rows, &mut record, draft, &Source::Theirs { sealed: coming.sealed }, coming.now)?;
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
    coming: &Coming<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let contact = record.account;
    // Whoever lost keys may have lost what we said of ourselves, too.
    record.introduced = false;
    store_contact(rows, &record)?;
    if request.digests.is_empty() {
        let own = coming.account.address.map(|own| own.account);
        group::tell_again(rows, contact, own)?;
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

pub(super) fn owe_receipt(
    rows: &mut Rows<'_>,
    contact: AccountId,
    id: BodyId,
    coming: &Coming<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let (view, rng) = rows.split();
    let mut errands = load_errands(view, contact)?;
    if let Some(due) = coming.account.habits.receipts.due(coming.now, rng) {
        errands.owe_receipt(id, due);
    }
    store_errands(rows, &errands)?;
    effects.owed = true;
    Ok(())
}

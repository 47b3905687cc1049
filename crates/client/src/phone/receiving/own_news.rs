//! News from the other devices of this account.
//!
//! Every device of an account is the owner's, and each is believed about contacts, entries and what was shown. About
//! the account itself and its devices only the first phone is believed, whose identity signs the list.

use pillarbox_crypto::SecretBytes;
use pillarbox_wire::{AccountId, DeviceAddress};

use crate::phone::receiving::contents::{take_receipt, take_resend_request};
use crate::phone::receiving::effects::{AccountTold, ArrivalContext, Effects, NotTaken, owe_receipt};
use crate::phone::receiving::{news, signed_news};
use crate::phone::rows::contacts::forget;
use crate::phone::rows::entries::{self, Draft, Source};
use crate::phone::rows::groups::{find_group, store_group};
use crate::phone::rows::records::{
    DELIVERY_KEY, EntryLocation, LINK, message_key, place_key, store_account, store_contact,
};
use crate::phone::rows::say::{Asked, say_in_group, say_to_contact};
use crate::phone::rows::siblings::{ToldContact, contact_news, digest};
use crate::phone::rows::{devices, names, readers, removal, renewal, wishes};
use crate::records::account::Account;
use crate::records::body::Content;
use crate::records::contact::{ContactOrigin, ContactRecord};
use crate::records::devices::{LinkRecord, ToldDevices, check_list, is_later};
use crate::records::group::GroupRecord;
use crate::records::history::{EntryDirection, HistoryEntry};
use crate::records::notice::Notice;
use crate::records::own_news::{
    AccountNews, ContactFacts, ContactNews, EntryNews, EntryWay, GroupWish, OwnNews, OwnTold, ProgressNews,
    ShownNews, WishAnswer, WishFault,
};
use crate::vault::{Rows, StorageError, Table};

/// Applies a message from another device of this account.
pub(crate) fn take(
    rows: &mut Rows<'_>,
    content: Content,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), NotTaken> {
    let Some(own) = arrival.account.address else { return Ok(()) };
    match content {
        Content::OwnNews(OwnNews { id, told }) => {
            owe_receipt(rows, id, arrival, effects)?;
            match told {
                OwnTold::Account(news) if arrival.peer == own.account => {
                    take_account(rows, own, *news, arrival, effects)?;
                }
                OwnTold::Account(_) => {}
                OwnTold::Contact(news) => take_contact(rows, own, *news, arrival, effects)?,
                OwnTold::Entry(news) => take_entry(rows, own, *news, arrival, effects)?,
                OwnTold::Progress(news) => take_progress(rows, news, arrival)?,
                OwnTold::SignOff => take_sign_off(rows, own, arrival, effects)?,
                OwnTold::GroupWish(wish) => take_wish(rows, own, &wish, arrival, effects)?,
                OwnTold::WishAnswered(answer) if arrival.peer == own.account => {
                    take_answer(rows, answer, arrival, effects)?;
                }
                OwnTold::WishAnswered(_) => {}
                OwnTold::Shown(ShownNews { with, message, at }) => {
                    if let Some(location) = entries::find(rows, with, message)? {
                        entries::show(rows, with, location.place, at.min(arrival.now))?;
                    }
                }
            }
            Ok(())
        }
        Content::Receipt(receipt) => Ok(take_receipt(rows, None, &receipt, arrival, effects)?),
        Content::ResendRequest(request) => Ok(take_resend_request(rows, None, &request, arrival, effects)?),
        // Membership is sent as to any member; only the first phone changes it.
        Content::Roster(roster) if arrival.peer == own.account => {
            quietly(effects, |effects| news::take_roster(rows, own.account, roster, arrival, effects))
        }
        Content::Leave(leave) if arrival.peer == own.account => {
            quietly(effects, |effects| Ok(news::take_leave(rows, own.account, &leave, arrival, effects)?))
        }
        Content::MemberChanges(told) if arrival.peer == own.account => quietly(effects, |effects| {
            signed_news::take_member_changes(rows, own.account, &told, arrival, effects)
        }),
        _ => Ok(()),
    }
}

/// Applies a linked device's request to leave the account. Only the first phone can sign the shorter list.
fn take_sign_off(
    rows: &mut Rows<'_>,
    own: DeviceAddress,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let leaver = devices::linked(rows, arrival.peer)?.filter(|leaver| leaver.account == own.account);
    if let (Some(leaver), None) = (leaver, arrival.link)
        && removal::note_signed_off(rows, leaver.device)?
    {
        effects.notices.push(Notice::DeviceSignedOff { device: leaver.device });
    }
    Ok(())
}

/// Notes a linked device's wish for a change of a group. Only the first phone can sign it.
fn take_wish(
    rows: &mut Rows<'_>,
    own: DeviceAddress,
    wish: &GroupWish,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    if arrival.link.is_none() {
        if !wishes::note(rows, wish, arrival.peer)? {
            wishes::answer(rows, Some(own), wish.wish, Some(WishFault::TooMany))?;
        }
        effects.outbox_changed = true;
    }
    Ok(())
}

/// Takes the first phone's answer to a wish of this device. Another device's wish is none here.
fn take_answer(
    rows: &mut Rows<'_>,
    answer: WishAnswer,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    if arrival.link.is_some()
        && let Some(wish) = wishes::drop_wish(rows, answer.wish)?
        && let Some(fault) = answer.refused
    {
        effects.notices.push(Notice::WishRefused { group: wish.group, fault });
    }
    Ok(())
}

/// Applies what the owner did on another device without notifying them.
fn quietly(
    effects: &mut Effects,
    take: impl FnOnce(&mut Effects) -> Result<(), NotTaken>,
) -> Result<(), NotTaken> {
    let told = effects.notices.len();
    take(effects)?;
    effects.notices.truncate(told);
    Ok(())
}

fn take_account(
    rows: &mut Rows<'_>,
    own: DeviceAddress,
    news: AccountNews,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let AccountNews { handle, name, delivery_key, sealed_sender, list } = news;
    let Some(link) = arrival.link else { return Ok(()) };
    let known = devices::known(rows, own.account)?;
    let is_good = check_list(&list, own.account, &link.identity).is_ok()
        && list.device(own.device).is_some()
        && is_later(&list, known.as_ref().map(|known| &known.list)).is_ok();
    if !is_good {
        return Ok(());
    }
    devices::adopt(rows, &list, list.devices.clone(), Some(own))?;
    let mut account = Account { handle, name, ..arrival.account.clone() };
    account.habits.sealed_sender = sealed_sender;
    store_account(rows, &account)?;
    rows.put(Table::Account, DELIVERY_KEY, delivery_key.as_bytes())?;
    let is_first = link.since == 0;
    let link = LinkRecord { since: if is_first { list.version } else { link.since }, ..link };
    rows.store(Table::Account, LINK, &link)?;
    // Contacts who knew the former key have to be told this one.
    for contact in rows.load_all::<ContactRecord>(Table::Contacts)?.into_iter().filter(|it| it.introduced) {
        store_contact(rows, &ContactRecord { introduced: false, ..contact })?;
    }
    effects.account = Some(AccountTold { account, delivery: SecretBytes::from_bytes(delivery_key.0), link });
    effects.outbox_changed = true;
    if is_first {
        effects.notices.push(Notice::LinkComplete);
    }
    Ok(())
}

fn take_contact(
    rows: &mut Rows<'_>,
    own: DeviceAddress,
    news: ContactNews,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), NotTaken> {
    let account = news.account;
    if account == own.account {
        return Ok(());
    }
    let before: Option<ToldContact> = rows.load(Table::ToldContacts, &account.0)?;
    let order = digest(&news)?;
    // Of two changes that cross, the later one applies on all devices.
    if before.is_some_and(|before| (before.at, before.digest.0) >= (news.at, order.0)) {
        return Ok(());
    }
    match news.blocked {
        true => rows.put(Table::Blocked, &account.0, &account.0)?,
        false => rows.remove(Table::Blocked, &account.0)?,
    }
    let known: Option<ContactRecord> = rows.load(Table::Contacts, &account.0)?;
    match (news.contact, known) {
        (None, None) => {}
        (None, Some(record)) => forget(rows, &record)?,
        (Some(facts), known) => take_facts(rows, own, account, facts, known, arrival)?,
    }
    // As it is here now, so that it is reported back only if something here differs.
    let digest = digest(&contact_news(rows, account, news.at)?)?;
    rows.store(Table::ToldContacts, &account.0, &ToldContact { account, digest, at: news.at })?;
    effects.touched.push(account);
    effects.outbox_changed = true;
    Ok(())
}

fn take_facts(
    rows: &mut Rows<'_>,
    own: DeviceAddress,
    account: AccountId,
    facts: ContactFacts,
    known: Option<ContactRecord>,
    arrival: &ArrivalContext<'_>,
) -> Result<(), NotTaken> {
    let ContactFacts {
        name,
        suggested_name,
        handle,
        identity,
        former_identity,
        trust,
        origin,
        accepted,
        expires_after,
        timer_set_at,
        added_at,
        delivery_key,
        devices: list,
        reads_newer,
        knows_devices,
    } = facts;
    for identity in identity.iter().chain(&former_identity) {
        if crate::records::contact::read_identity(identity).is_err() {
            return Ok(());
        }
    }
    let other_key =
        known.as_ref().is_some_and(|known| known.identity.is_some() && known.identity != identity);
    if other_key {
        renewal::start_over(rows, account, Some(own.account))?;
    }
    let (introduced, next_place) =
        known.as_ref().map_or((false, 0), |known| (known.introduced && !other_key, known.next_place));
    let name = match known {
        Some(known) if known.name == name => name,
        _ => names::some_name(rows, account, &name)?,
    };
    let record = ContactRecord {
        account,
        name,
        suggested_name,
        handle,
        identity,
        former_identity,
        trust,
        origin,
        accepted,
        introduced,
        expires_after,
        timer_set_at,
        added_at,
        next_place,
    };
    store_contact(rows, &record)?;
    match delivery_key {
        Some(key) => rows.put(Table::DeliveryKeys, &account.0, key.as_bytes())?,
        None => rows.remove(Table::DeliveryKeys, &account.0)?,
    }
    if reads_newer {
        readers::learn(rows, account)?;
    }
    if let Some(list) = list
        && devices::examine(rows, &record, &list)? == Ok(true)
    {
        devices::adopt(rows, &list, list.devices.clone(), arrival.account.address)?;
    }
    let told = devices::told(rows, account)?;
    if knows_devices > told.confirmed {
        let told = ToldDevices { confirmed: knows_devices, queued: told.queued.max(knows_devices) };
        rows.store(Table::ToldDevices, &account.0, &told)?;
    }
    Ok(())
}

fn take_entry(
    rows: &mut Rows<'_>,
    own: DeviceAddress,
    news: EntryNews,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), NotTaken> {
    let EntryNews { with, group, message, way, kind, sent_at, expires_after, expires_at, is_history } = news;
    let draft = Draft { id: message, kind, sent_at, expires_after, group };
    if way == EntryWay::Asked {
        if !own.device.is_linked() {
            ask(rows, own, with, draft, arrival, effects)?;
        }
        return Ok(());
    }
    if let (true, Some(group)) = (with == own.account, group) {
        let EntryWay::Sent(state) = way else { return Ok(()) };
        return Ok(keep_group_entry(rows, GroupRecord::shelf(group), group, draft, state, arrival)?);
    }
    if entries::find(rows, with, message)?.is_some() {
        return Ok(());
    }
    let known: Option<ContactRecord> = rows.load(Table::Contacts, &with.0)?;
    let mut record = match known {
        Some(record) => record,
        // Told before the contact was, or after it was removed here.
        None => {
            let name = names::some_name(rows, with, "")?;
            ContactRecord::new(with, name, ContactOrigin::Stranger, arrival.now)
        }
    };
    let (direction, shown) = match way {
        EntryWay::Sent(state) => (EntryDirection::Sent(state), true),
        EntryWay::Received { sealed, verified, shown } => {
            (EntryDirection::Received { sealed, verified }, shown)
        }
        EntryWay::Asked => return Ok(()),
    };
    let entry = entries::add(rows, &mut record, draft, &Source::Elsewhere(direction), arrival.now)?;
    if let Some(at) = expires_at {
        let entry = HistoryEntry { expires_at: Some(at), shown, ..entry.clone() };
        entries::restore(rows, with, &entry)?;
    } else if shown && entry.is_received() {
        entries::show(rows, with, entry.place, arrival.now)?;
    } else if matches!(direction, EntryDirection::Sent(_)) {
        entries::start(rows, with, entry.place, arrival.now)?;
    }
    if entry.is_received() && !is_history && !shown {
        effects.notices.push(Notice::Received { contact: with, entry });
    }
    Ok(())
}

/// Stores the owner's own text to a group, which another device has sent.
fn keep_group_entry(
    rows: &mut Rows<'_>,
    shelf: AccountId,
    group: crate::records::ids::GroupId,
    draft: Draft,
    state: crate::records::history::DeliveryState,
    arrival: &ArrivalContext<'_>,
) -> Result<(), StorageError> {
    if entries::find(rows, shelf, draft.id)?.is_some()
        || rows.has(Table::GroupTexts, draft.id.0.as_bytes())?
    {
        return Ok(());
    }
    let Some(mut record) = find_group(rows, group)? else { return Ok(()) };
    let place = record.next_place;
    record.next_place += 1;
    let id = draft.id;
    let entry = entries::written(draft, place, EntryDirection::Sent(state), arrival.now);
    rows.store(Table::Entries, &place_key(shelf, place), &entry)?;
    rows.store(Table::Messages, &message_key(shelf, id), &EntryLocation { place, order: None })?;
    store_group(rows, &record)
}

/// Sends what another of the owner's devices has asked this first phone to send. Anything that can no longer be sent
/// stays with the device that asked.
fn ask(
    rows: &mut Rows<'_>,
    own: DeviceAddress,
    with: AccountId,
    draft: Draft,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let asked = Asked { origin: Some(arrival.peer), first: devices::next_order(rows)?, now: arrival.now };
    let said = match draft.group {
        Some(group) => say_in_group(rows, own, group, draft, asked),
        None => say_to_contact(rows, Some(own), with, |_| draft, asked),
    };
    match said {
        Ok(_) => {
            effects.outbox_changed = true;
            effects.touched.push(with);
            Ok(())
        }
        Err(crate::phone::error::PhoneError::Storage(error)) => Err(error),
        Err(_) => Ok(()),
    }
}

fn take_progress(
    rows: &mut Rows<'_>,
    news: ProgressNews,
    arrival: &ArrivalContext<'_>,
) -> Result<(), StorageError> {
    let ProgressNews { with, group, message, state } = news;
    let with = group.map_or(with, GroupRecord::shelf);
    if entries::find(rows, with, message)?.is_some() {
        entries::progress(rows, with, message, state, arrival.now)?;
    }
    Ok(())
}

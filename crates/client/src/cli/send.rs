//! `pillarbox send`: one message, stored before it is sent.

use std::path::Path;

use pillarbox_client::body::MAX_TEXT_LEN;
use pillarbox_client::sentences;
use pillarbox_client::{BodyId, Contact, DeliveryState, EntryDirection, Phone, PhoneError};
use pillarbox_text::read::is_blank;
use pillarbox_wire::{AccountId, Refusal, Timestamp};
use serde::Serialize;

use super::context::{CliContext, find, may_say, may_write, must_be_open, now};
use super::device_words::DeviceTrouble;
use super::exit::Exit;
use super::failure::Failure;
use super::grammar::Send;
use super::group::find::{self as of_group, find_group, member};
use super::group::news;
use super::membership::GroupFailure;
use super::program::PhoneProgram;
use super::typing::{TABS_ARE_BLANKS, without_tabs};
use super::words::OnThisPhone;
use super::{net, picture, waiting, words};

/// A message as JSON.
#[derive(Serialize)]
struct Sent {
    id: String,
    contact: String,
    account: String,
    /// Delivery state.
    state: &'static str,
    sent_at_ms: u64,
}

/// A message to a group as JSON.
#[derive(Serialize)]
struct SentToGroup {
    id: String,
    group: String,
    group_id: String,
    /// Delivery state of the copy that is furthest behind, refused ones aside.
    state: &'static str,
    copies: Vec<MemberCopy>,
    sent_at_ms: u64,
}

/// One member's copy as JSON.
#[derive(Serialize)]
struct MemberCopy {
    contact: String,
    account: String,
    state: &'static str,
}

/// Runs `pillarbox send`.
pub(crate) fn run(context: &mut CliContext<'_, impl PhoneProgram>, send: &Send) -> Result<(), Failure> {
    if let Some(file) = &send.picture {
        return picture_to(context, send, file);
    }
    let mut said: Vec<&str> = send.text.iter().map(String::as_str).collect();
    if send.group.is_some() {
        said.insert(0, &send.name);
    }
    let text = match said.as_slice() {
        ["-"] => context.read_stdin(MAX_TEXT_LEN)?,
        words => words.join(" "),
    };
    check(&text)?;
    let (text, tabs) = without_tabs(&text);
    if tabs {
        context.terminal.note(TABS_ARE_BLANKS);
    }
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    if let Some(group) = &send.group {
        return to_group(context, phone, group, &text, send.json);
    }
    let contact = find(&phone, &send.name)?;
    may_say(&phone, &contact)?;
    let sent_at = now();
    let id = phone.queue_text(contact.account, &text, sent_at, &mut context.rng)?;
    carry(context, phone, &contact, (id, sent_at), send.json)
}

/// Queues a picture and carries it: it is left at the relay, and its message follows.
fn picture_to(
    context: &mut CliContext<'_, impl PhoneProgram>,
    send: &Send,
    file: &Path,
) -> Result<(), Failure> {
    let bytes = picture::read(file)?;
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    let contact = find(&phone, &send.name)?;
    may_say(&phone, &contact)?;
    let sent_at = now();
    let queued = phone.queue_picture(contact.account, &bytes, sent_at, &mut context.rng);
    let id = queued.map_err(|error| picture::not_queued(error, &words::name(&contact)))?;
    carry(context, phone, &contact, (id, sent_at), send.json)
}

/// Connects and says how far a message came. It is on this phone's disk, so a broken connection does not lose it.
fn carry(
    context: &mut CliContext<'_, impl PhoneProgram>,
    mut phone: Phone,
    contact: &Contact,
    (id, sent_at): (BodyId, Timestamp),
    json: bool,
) -> Result<(), Failure> {
    let name = words::name(contact);
    let outcome = net::fetch(context, &mut phone);
    if phone.requests_are_full() {
        context.terminal.note(&sentences::requests_full(&OnThisPhone(&phone)));
    }
    let state = reached(&phone, contact.account, id)?;
    if json {
        context.terminal.json(&Sent {
            id: id.to_string(),
            contact: name,
            account: contact.account.to_string(),
            state: words::state(state),
            sent_at_ms: sent_at.0,
        })?;
    } else if is_unknown_there(&outcome) {
        context.terminal.result(&format!("Not sent: the message to {name} is kept on this phone."))?;
    } else {
        context.terminal.result(&sentences::progress(state, &name))?;
    }
    match state {
        DeliveryState::Sent | DeliveryState::Delivered => Ok(()),
        DeliveryState::Refused => Err(Failure::Told(Exit::No)),
        DeliveryState::Queued => {
            may_write(&phone, &phone.contact(contact.account)?)?;
            Err(outcome?.map_or(Failure::Told(Exit::No), Failure::Refused))
        }
    }
}

/// Sends a text to every member of a group: one entry here, and a copy for each of them.
fn to_group(
    context: &mut CliContext<'_, impl PhoneProgram>,
    mut phone: Phone,
    typed: &str,
    text: &str,
    json: bool,
) -> Result<(), Failure> {
    let group = find_group(&phone, typed)?;
    let (name, sent_at) = (of_group::name(&group), now());
    // Whoever is new gets the text too, so it is said first. `inbox` says it again, for whoever has not seen this.
    for (_, _, change) in phone.unshown_changes()?.into_iter().filter(|(of, ..)| *of == group.id) {
        context.terminal.note(&news::sentence(&phone, group.id, &change));
    }
    let id =
        phone.queue_group_text(group.id, text, sent_at, &mut context.rng).map_err(|error| match error {
            PhoneError::EmptyGroup => Failure::Group(GroupFailure::Alone { name: name.clone() }),
            other => other.into(),
        })?;
    let outcome = net::fetch(context, &mut phone);
    if phone.requests_are_full() {
        context.terminal.note(&sentences::requests_full(&OnThisPhone(&phone)));
    }
    let copies = phone.group_delivery(id)?;
    let state = copies.iter().map(|(_, state)| *state).filter(|state| *state != DeliveryState::Refused).min();
    // A linked device hands its text to the first phone, which makes the copies.
    let by_first_phone = copies.is_empty() && phone.is_linked_device();
    let state = state.unwrap_or(if by_first_phone { DeliveryState::Queued } else { DeliveryState::Refused });
    if json {
        let copy = |(account, state): &(AccountId, DeliveryState)| MemberCopy {
            contact: member(&phone, *account).unwrap_or_default(),
            account: account.to_string(),
            state: words::state(*state),
        };
        context.terminal.json(&SentToGroup {
            id: id.to_string(),
            group: name,
            group_id: group.id.to_string(),
            state: words::state(state),
            copies: copies.iter().map(copy).collect(),
            sent_at_ms: sent_at.0,
        })?;
    } else if is_unknown_there(&outcome) {
        context.terminal.result(&format!("Not sent: the message to {name} is kept on this phone."))?;
    } else {
        context.terminal.result(&group_progress(&phone, &name, &copies))?;
    }
    let waits =
        state == DeliveryState::Queued || copies.iter().any(|(_, state)| *state == DeliveryState::Queued);
    match (waits, outcome) {
        (true, Ok(_)) if by_first_phone => Err(Failure::Told(Exit::No)),
        (true, Err(failure)) => Err(failure),
        (true, Ok(delayed)) => {
            waiting::tell(context, &phone, delayed)?;
            Err(Failure::Told(Exit::No))
        }
        (false, _) if copies.iter().any(|(_, state)| *state == DeliveryState::Refused) => {
            Err(Failure::Told(Exit::No))
        }
        (false, _) => Ok(()),
    }
}

/// Describes the progress of the copies of a text, and names the members whose copy is behind.
pub(crate) fn group_progress(phone: &Phone, group: &str, copies: &[(AccountId, DeliveryState)]) -> String {
    let named = |wanted: DeliveryState| {
        let whom = copies.iter().filter(|(_, state)| *state == wanted);
        let mut names: Vec<_> = whom.filter_map(|(account, _)| member(phone, *account)).collect();
        names.sort_unstable();
        names.join(", ")
    };
    let gone =
        copies.iter().filter(|(_, state)| matches!(state, DeliveryState::Sent | DeliveryState::Delivered));
    let mut says = match (gone.count(), copies.len()) {
        (0, 0) if phone.is_linked_device() => {
            format!("Your first phone is asked to send this to {group}: it does so when it next connects.")
        }
        (0, _) => format!("Not sent to {group} yet."),
        (1, 1) => format!("Sent to {group}: the relay has the copy of its one other member."),
        (2, 2) => format!("Sent to {group}: the relay has the copies of both other members."),
        (gone, all) if gone == all => {
            format!("Sent to {group}: the relay has the copies of all {all} other members.")
        }
        (gone, all) => format!("Sent to {gone} of {all} members of {group}."),
    };
    let (waits, refused) = (named(DeliveryState::Queued), named(DeliveryState::Refused));
    if !waits.is_empty() {
        says += &format!(" Waiting on this phone for: {waits}.");
    }
    if !refused.is_empty() {
        says += &format!(" The relay does not take it for: {refused}.");
    }
    says
}

/// Returns true if the relay does not know this phone: no later command would send the waiting messages.
pub(crate) fn is_unknown_there<T>(outcome: &Result<T, Failure>) -> bool {
    matches!(outcome, Err(Failure::Refused(Refusal::NotAuthentic) | Failure::Device(DeviceTrouble::Gone)))
}

/// Returns the delivery state of a message. A message that is no longer stored has disappeared, and its timer
/// started when the relay accepted it.
fn reached(phone: &Phone, contact: AccountId, id: BodyId) -> Result<DeliveryState, Failure> {
    let entry = phone.history(contact)?.into_iter().rev().find(|entry| entry.id == id);
    Ok(match entry.map(|entry| entry.direction) {
        Some(EntryDirection::Sent(state)) => state,
        Some(EntryDirection::Received { .. }) | None => DeliveryState::Sent,
    })
}

/// Fails for a text that does not fit a message, before the user is asked anything.
pub(crate) fn check(text: &str) -> Result<(), Failure> {
    match text.len() {
        _ if is_blank(text) => Err(Failure::EmptyText),
        0..=MAX_TEXT_LEN => Ok(()),
        _ => Err(Failure::TooLong { most: MAX_TEXT_LEN }),
    }
}

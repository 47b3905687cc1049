//! `pillarbox send`: one message, stored before it is sent.

use pillarbox_client::body::MAX_TEXT_LEN;
use pillarbox_client::sentences;
use pillarbox_client::{BodyId, DeliveryState, EntryDirection, Phone};
use pillarbox_text::read::is_blank;
use pillarbox_wire::{AccountId, Refusal};
use serde::Serialize;

use super::desk::{CliContext, find, may_say, may_write, must_be_open, now};
use super::exit::Exit;
use super::failure::Failure;
use super::grammar::Send;
use super::typing::{TABS_ARE_BLANKS, without_tabs};
use super::words::OnThisPhone;
use super::{net, words};

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

/// Runs `pillarbox send`.
pub(crate) fn run(desk: &mut CliContext<'_>, send: &Send) -> Result<(), Failure> {
    let text = match send.text.as_slice() {
        [dash] if dash == "-" => desk.read_stdin(MAX_TEXT_LEN)?,
        words => words.join(" "),
    };
    check(&text)?;
    let (text, tabs) = without_tabs(&text);
    if tabs {
        desk.terminal.note(TABS_ARE_BLANKS);
    }
    let mut phone = desk.open()?;
    must_be_open(&phone)?;
    let contact = find(&phone, &send.name)?;
    may_say(&phone, &contact)?;
    let (name, sent_at) = (words::name(&contact), now());
    let id = phone.queue_text(contact.account, &text, sent_at, &mut desk.rng)?;
    // The message is on the disk now, so a broken connection does not lose it.
    let outcome = net::fetch(desk, &mut phone);
    if phone.requests_are_full() {
        desk.terminal.note(&sentences::requests_full(&OnThisPhone(&phone)));
    }
    let state = reached(&phone, contact.account, id)?;
    if send.json {
        desk.terminal.json(&Sent {
            id: id.to_string(),
            contact: name,
            account: contact.account.to_string(),
            state: words::state(state),
            sent_at_ms: sent_at.0,
        })?;
    } else if is_unknown_there(&outcome) {
        desk.terminal.result(&format!("Not sent: the message to {name} is kept on this phone."))?;
    } else {
        desk.terminal.result(&sentences::progress(state, &name))?;
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

/// Returns true if the relay does not know this phone: no later command would send the waiting messages.
pub(crate) fn is_unknown_there<T>(outcome: &Result<T, Failure>) -> bool {
    matches!(outcome, Err(Failure::Refused(Refusal::NotAuthentic)))
}

/// Returns the delivery state of a message. A message that is gone has disappeared, and its timer started when the
/// relay took it.
fn reached(phone: &Phone, contact: AccountId, id: BodyId) -> Result<DeliveryState, Failure> {
    let entry = phone.history(contact)?.into_iter().rev().find(|entry| entry.id == id);
    Ok(match entry.map(|entry| entry.direction) {
        Some(EntryDirection::Sent(state)) => state,
        Some(EntryDirection::Received { .. }) | None => DeliveryState::Sent,
    })
}

/// Fails for a text that does not fit a message, before anything else is asked.
pub(crate) fn check(text: &str) -> Result<(), Failure> {
    match text.len() {
        _ if is_blank(text) => Err(Failure::EmptyText),
        0..=MAX_TEXT_LEN => Ok(()),
        _ => Err(Failure::TooLong { most: MAX_TEXT_LEN }),
    }
}

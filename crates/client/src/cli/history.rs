//! `pillarbox history`: both sides of a conversation as this phone has stored it, without asking the relay.

use pillarbox_client::display::{safe, safe_lines};
use pillarbox_client::{Contact, EntryDirection, EntryKind, HistoryEntry};
use serde::Serialize;

use super::clock::milliseconds;
use super::desk::{CliContext, find, now};
use super::failure::Failure;
use super::grammar::History;
use super::terminal::Form;
use super::words;

/// A message as JSON.
#[derive(Serialize)]
struct Said {
    /// `you`, or the contact's name here.
    from: String,
    id: String,
    /// Delivery state of a message sent by the owner; absent for a received one.
    state: Option<&'static str>,
    /// True if the contact was verified on arrival; absent for a sent message.
    verified: Option<bool>,
    text: Option<String>,
    timer_seconds: Option<u32>,
    sent_at_ms: u64,
    stored_at_ms: u64,
    kind: &'static str,
}

/// Runs `pillarbox history`. Every entry counts as shown afterwards.
pub(crate) fn run(desk: &mut CliContext<'_>, history: &History) -> Result<(), Failure> {
    let form = history.machine.form();
    let mut phone = desk.open()?;
    let contact = find(&phone, &history.name)?;
    let entries = phone.history(contact.account)?;
    let first = history.last.map_or(0, |last| entries.len().saturating_sub(last));
    for entry in entries.iter().skip(first) {
        print(desk, &contact, entry, form)?;
        if !entry.shown {
            phone.mark_shown(contact.account, entry.place, now(), &mut desk.rng)?;
        }
    }
    if entries.is_empty() && form == Form::Text {
        desk.terminal.note(&format!("Nothing has been said with {} on this phone.", words::name(&contact)));
    }
    Ok(())
}

fn print(
    desk: &mut CliContext<'_>,
    contact: &Contact,
    entry: &HistoryEntry,
    form: Form,
) -> Result<(), Failure> {
    let (from, state, verified) = match entry.direction {
        EntryDirection::Sent(reached) => ("you".to_owned(), Some(words::state(reached)), None),
        EntryDirection::Received { verified, .. } => (words::name(contact), None, Some(verified)),
    };
    let (kind, text, timer_seconds) = match &entry.kind {
        EntryKind::Text(text) => ("text", Some(safe_lines(text)), entry.expires_after),
        EntryKind::Timer(seconds) => ("timer", None, *seconds),
    };
    match form {
        Form::Text => {
            desk.note_zone();
            let text = words::entry(entry, contact, &desk.clock, now(), desk.terminal.width());
            desk.terminal.result(&text)
        }
        Form::Plain => {
            let (sent, text) = (entry.sent_at.to_string(), text.map(|text| safe(&text)).unwrap_or_default());
            desk.terminal.row(&[&from, state.unwrap_or_default(), &sent, kind, &text])
        }
        Form::Json => desk.terminal.json(&Said {
            from,
            id: entry.id.to_string(),
            state,
            verified,
            text,
            timer_seconds,
            sent_at_ms: milliseconds(entry.sent_at),
            stored_at_ms: entry.stored_at.0,
            kind,
        }),
    }
}

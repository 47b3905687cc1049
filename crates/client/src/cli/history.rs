//! `pillarbox history`: both sides of a conversation as this phone has stored it, without asking the relay.

use pillarbox_client::display::{safe, safe_lines};
use pillarbox_client::{Contact, EntryDirection, EntryKind, Group, HistoryEntry, Phone, sentences};
use serde::Serialize;

use super::clock::milliseconds;
use super::context::{CliContext, find, now};
use super::failure::Failure;
use super::grammar::History;
use super::group::find::{find_any, name};
use super::group::news;
use super::group::said::{GroupLine, conversation};
use super::program::PhoneProgram;
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
    /// The group that it was sent to, by its name; absent between two people.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<String>,
}

/// Runs `pillarbox history`. Every entry counts as shown afterwards.
pub(crate) fn run(context: &mut CliContext<'_, impl PhoneProgram>, history: &History) -> Result<(), Failure> {
    let form = history.machine.form();
    let mut phone = context.open()?;
    if let Some(group) = &history.group {
        let group = find_any(&phone, group)?;
        return of_group(context, &mut phone, &group, history.last, form);
    }
    let contact = find(&phone, history.name.as_deref().unwrap_or_default())?;
    let entries = phone.history(contact.account)?;
    let first = history.last.map_or(0, |last| entries.len().saturating_sub(last));
    for entry in entries.iter().skip(first) {
        print(context, &phone, Some(&contact), entry, form)?;
        if !entry.shown {
            phone.mark_shown(contact.account, entry.place, now(), &mut context.rng)?;
        }
    }
    if entries.is_empty() && form == Form::Text {
        context
            .terminal
            .note(&format!("Nothing has been said with {} on this phone.", words::name(&contact)));
    }
    Ok(())
}

/// Prints the conversation of a group, with the changes of its members where this phone learned of them.
fn of_group(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    group: &Group,
    last: Option<usize>,
    form: Form,
) -> Result<(), Failure> {
    let lines = conversation(phone, group)?;
    let first = last.map_or(0, |last| lines.len().saturating_sub(last));
    for line in lines.iter().skip(first) {
        match line {
            GroupLine::Said(said) => {
                let contact = said.from.map(|from| phone.contact(from)).transpose()?;
                print(context, phone, contact.as_ref(), &said.entry, form)?;
                if let (Some(from), false) = (said.from, said.entry.shown) {
                    phone.mark_shown(from, said.entry.place, now(), &mut context.rng)?;
                }
            }
            GroupLine::Changed(number, change) => {
                news::show(context, phone, &(group.id, *number, *change), form)?;
            }
        }
    }
    if lines.is_empty() && form == Form::Text {
        context.terminal.note(&format!("Nothing has been said in {} on this phone.", name(group)));
    }
    Ok(())
}

fn print(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    contact: Option<&Contact>,
    entry: &HistoryEntry,
    form: Form,
) -> Result<(), Failure> {
    let (from, state, verified) = match entry.direction {
        EntryDirection::Sent(reached) => ("you".to_owned(), Some(words::state(reached)), None),
        EntryDirection::Received { verified, .. } => {
            (contact.map(words::name).unwrap_or_default(), None, Some(verified))
        }
    };
    let (kind, text, timer_seconds) = match &entry.kind {
        EntryKind::Text(text) => ("text", Some(safe_lines(text)), entry.expires_after),
        EntryKind::Timer(seconds) => ("timer", None, *seconds),
        EntryKind::Picture(pointer) => ("picture", Some(sentences::picture(pointer)), entry.expires_after),
    };
    let group = words::group_of(phone, entry);
    match form {
        Form::Text => {
            context.note_zone();
            let text =
                words::entry(entry, &from, group.as_deref(), &context.clock, now(), context.terminal.width());
            context.terminal.result(&text)
        }
        Form::Plain => {
            let (sent, text) = (entry.sent_at.to_string(), text.map(|text| safe(&text)).unwrap_or_default());
            let row = [from.as_str(), state.unwrap_or_default(), &sent, kind, &text];
            // The name of a group is one field more.
            let row: Vec<&str> = row.into_iter().chain(group.as_deref()).collect();
            context.terminal.row(&row)
        }
        Form::Json => context.terminal.json(&Said {
            from,
            id: entry.id.to_string(),
            state,
            verified,
            text,
            timer_seconds,
            sent_at_ms: milliseconds(entry.sent_at),
            stored_at_ms: entry.stored_at.0,
            kind,
            group,
            group_id: entry.group.map(|group| group.to_string()),
        }),
    }
}

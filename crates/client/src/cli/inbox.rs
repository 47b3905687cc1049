//! `pillarbox inbox`: fetches waiting messages and prints those not shown yet.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use pillarbox_client::display::{safe, safe_lines};
use pillarbox_client::net::{Carrier, CarrierEvent};
use pillarbox_client::sentences;
use pillarbox_client::{Contact, EntryDirection, EntryKind, HistoryEntry, Notice, Phone, Trust};
use pillarbox_wire::{AccountId, Refusal};
use serde::Serialize;
use tokio::time::interval;

use super::backup;
use super::clock::milliseconds;
use super::context::{CliContext, must_be_open, now};
use super::exit::Exit;
use super::failure::Failure;
use super::grammar::Inbox;
use super::group::news;
use super::lock::Holder;
use super::missing;
use super::net::{self, ConnectionStatus};
use super::program::PhoneProgram;
use super::send::is_unknown_there;
use super::terminal::Form;
use super::waiting;
use super::words::{self, OnThisPhone};

/// Interval at which expired entries are removed while a command runs, so that a timer of a few seconds is kept.
pub(crate) const EXPIRY: Duration = Duration::from_secs(1);

/// A message as JSON.
#[derive(Serialize)]
struct Message<'a> {
    contact: String,
    account: String,
    id: String,
    /// True if the contact was verified on arrival.
    verified: bool,
    /// True if the relay was not told who sent it.
    sealed: bool,
    text: Option<String>,
    timer_seconds: Option<u32>,
    sent_at_ms: u64,
    stored_at_ms: u64,
    kind: &'a str,
    /// The group that it was sent to, by its name; absent between two people.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<String>,
}

/// Runs `pillarbox inbox`.
pub(crate) fn run(context: &mut CliContext<'_, impl PhoneProgram>, inbox: &Inbox) -> Result<(), Failure> {
    let form = inbox.machine.form();
    let mut phone = context.open()?;
    if inbox.follow {
        return net::runtime()?.block_on(follow(context, &mut phone, form));
    }
    let mut shown = 0;
    let fetched = loop {
        // Earlier messages are shown even if the relay is away now.
        let fetched = net::fetch(context, &mut phone);
        let new = show_new(context, &mut phone, form)?;
        shown += new;
        // Once requests were shown, there is room for new people.
        if fetched.is_err() || phone.held_back() == 0 || new == 0 || !context.terminal.is_seen() {
            break fetched;
        }
    };
    if shown > 0 && !context.terminal.is_seen() {
        context.terminal.note(
            "Standard output leads nowhere: what came is new still, and is printed again the next time.",
        );
    }
    // Nothing can be sent or received any more, so waiting messages are not reported.
    must_be_open(&phone)?;
    if fetched.is_ok() {
        backup::refresh(context, &mut phone)?;
    }
    let full = phone.held_back() > 0;
    if phone.requests_are_full() {
        context.terminal.note(&sentences::requests_full(&OnThisPhone(&phone)));
    }
    let said = match is_unknown_there(&fetched) {
        true => Some(Refusal::NotAuthentic),
        false => fetched.as_ref().copied().unwrap_or_default(),
    };
    let waits = waiting::tell(context, &phone, said)?;
    let misses = missing::tell(context, &phone)?;
    let left = waits || misses || full;
    match fetched? {
        Some(reason) if !waits => context.terminal.note(&sentences::delayed(reason)),
        _ if shown == 0 && !left && !context.showed_posts && form == Form::Text => {
            context.terminal.note("Nothing new.")
        }
        _ => {}
    }
    if left { Err(Failure::Told(Exit::No)) } else { Ok(()) }
}

/// Stays connected and prints messages as they arrive, until Ctrl-C or a lock.
async fn follow(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    form: Form,
) -> Result<(), Failure> {
    show_new(context, phone, form)?;
    must_be_open(phone)?;
    let relay = phone.account().relay.clone();
    let (mut carrier, mut status) = (Carrier::new(), ConnectionStatus::default());
    let mut expiry = interval(EXPIRY);
    let mut holder = Holder::hold(&context.directory()?)?;
    // One listener for all rounds, so that Ctrl-C during a busy round reaches the next.
    let mut pressed = pin!(net::pressed());
    let ended = loop {
        let event = tokio::select! {
            event = context.next_event(&mut carrier, phone) => event?,
            _ = expiry.tick() => {
                phone.remove_expired(now(), &mut context.rng)?;
                continue;
            }
            () = holder.told() => {
                context.terminal.note("Told to lock, so this ends: with the program goes what it held in memory.");
                break Failure::Told(Exit::Done);
            }
            interrupted = pressed.as_mut() => break interrupted,
        };
        if let Some(news) = status.observe(&event, &relay)? {
            context.terminal.note(&news);
        }
        if let CarrierEvent::Told(notices) = event {
            for notice in &notices {
                net::tell(context, phone, notice)?;
                if let Some(news) = status.hear(notice, phone.unsent()) {
                    context.terminal.note(&news);
                }
                match notice {
                    Notice::Received { contact, entry } => {
                        show(context, phone, &phone.contact(*contact)?, entry, form)?;
                    }
                    Notice::TimerChanged { contact, .. } => {
                        show_new_from(context, phone, &phone.contact(*contact)?, form)?;
                    }
                    Notice::GroupJoined { group, .. }
                    | Notice::MemberAdded { group, .. }
                    | Notice::MemberLeft { group, .. }
                    | Notice::MemberRemoved { group, .. }
                    | Notice::MemberDropped { group, .. }
                    | Notice::KeeperChanged { group, .. }
                    | Notice::OperatorSays { group, .. } => {
                        news::show_new(context, phone, Some(*group), form)?;
                    }
                    _ => {}
                }
            }
        }
    };
    carrier.close(phone).await;
    Err(ended)
}

/// Prints every message and every change of a group not shown yet, in order of arrival, across all senders.
fn show_new(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    form: Form,
) -> Result<usize, Failure> {
    let contacts: HashMap<AccountId, Contact> =
        phone.contacts()?.into_iter().map(|contact| (contact.account, contact)).collect();
    let unshown = phone.unshown()?;
    let mut changes = phone.unshown_changes()?.into_iter().peekable();
    let mut shown = unshown.len() + changes.len();
    for (account, entry) in &unshown {
        while let Some(change) = changes.next_if(|(_, _, change)| change.at <= entry.stored_at) {
            news::show(context, phone, &change, form)?;
        }
        match contacts.get(account) {
            Some(contact) => show(context, phone, contact, entry, form)?,
            None => shown -= 1,
        }
    }
    changes.try_for_each(|change| news::show(context, phone, &change, form))?;
    Ok(shown)
}

/// Prints the messages of one contact that were not shown yet.
pub(crate) fn show_new_from(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    contact: &Contact,
    form: Form,
) -> Result<usize, Failure> {
    let mut shown = 0;
    for entry in phone.history(contact.account)?.iter().filter(|entry| !entry.shown) {
        show(context, phone, contact, entry, form)?;
        shown += 1;
    }
    Ok(shown)
}

/// Prints a message, and marks it as shown only afterwards and only if somebody can have seen it. After a closed pipe
/// or a full disk the message is shown again next time; otherwise it would never be seen.
pub(crate) fn show(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    contact: &Contact,
    entry: &HistoryEntry,
    form: Form,
) -> Result<(), Failure> {
    print(context, phone, contact, entry, form)?;
    if !context.terminal.is_seen() {
        return Ok(());
    }
    Ok(phone.mark_shown(contact.account, entry.place, now(), &mut context.rng)?)
}

fn print(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    contact: &Contact,
    entry: &HistoryEntry,
    form: Form,
) -> Result<(), Failure> {
    let (sealed, verified) = match entry.direction {
        EntryDirection::Received { sealed, verified } => (sealed, verified),
        EntryDirection::Sent(_) => (false, false),
    };
    let (kind, text, timer_seconds) = match &entry.kind {
        EntryKind::Text(text) => ("text", Some(safe_lines(text)), entry.expires_after),
        EntryKind::Timer(seconds) => ("timer", None, *seconds),
        EntryKind::Picture(pointer) => ("picture", Some(sentences::picture(pointer)), entry.expires_after),
    };
    let (name, group) = (words::name(contact), words::group_of(phone, entry));
    let account = contact.account.to_string();
    let trust = words::trust_code(if verified { Trust::Verified } else { Trust::Unverified });
    match form {
        Form::Text => {
            context.note_zone();
            let text =
                words::entry(entry, &name, group.as_deref(), &context.clock, now(), context.terminal.width());
            context.terminal.result(&text)
        }
        Form::Plain => {
            let (sent, text) = (entry.sent_at.to_string(), text.map(|text| safe(&text)).unwrap_or_default());
            let row = [name.as_str(), trust, &sent, kind, &text];
            // The name of a group is one field more.
            let row: Vec<&str> = row.into_iter().chain(group.as_deref()).collect();
            context.terminal.row(&row)
        }
        Form::Json => context.terminal.json(&Message {
            contact: name,
            account,
            id: entry.id.to_string(),
            verified,
            sealed,
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

//! Items about messages: from the rows of messages that still exist, and from the log of those that passed.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_client::group::{Group, GroupId};
use pillarbox_relay::Logged;
use pillarbox_relay::store::MessageRow;
use pillarbox_wire::{AccountId, DeviceAddress, MessageId};

use super::rows::{ItemReading, Rows};
use super::{backup, pictures};
use crate::evidence::Exhibit;
use crate::facts::{Facts, Member, ReadableText, Wrote, addressed};
use crate::reading::{Keys, read_with};
use crate::returned::{Blank, ItemAnswer};

/// The number of attempts that one answer spends on public values in place of private keys, over all its messages.
/// They never open anything. They are made to leave no doubt about which key was needed. Each costs as much as an
/// attempt that might work.
const PUBLIC_ATTEMPTS: usize = 256;

/// A message about which something is known, and the evidence for it.
struct Known {
    message: Option<MessageId>,
    wrote: Wrote,
    exhibit: Exhibit,
}

/// Collects every message that a row or the log shows, each once, by number.
fn known(rows: &Rows<'_>) -> Vec<Known> {
    let mut known: BTreeMap<MessageId, Known> = BTreeMap::new();
    let mut unnumbered = Vec::new();
    for event in rows.happened(Logged::Sent) {
        let name = |account: Option<_>| account.map(|account| rows.name(account));
        let wrote = Wrote { at: event.at, from: name(event.account), to: name(event.about) };
        let this = Known { message: event.message, wrote, exhibit: Exhibit::row("events", event) };
        match event.message {
            Some(message) => drop(known.insert(message, this)),
            None => unnumbered.push(this),
        }
    }
    // A message of the tap's time that is still in the rows has already passed the tap.
    for row in rows.messages().filter(|_| rows.tap.is_none()) {
        let wrote = of_row(row, rows);
        let entry = known.entry(row.message);
        entry
            .and_modify(|known| {
                known.wrote.from = known.wrote.from.take().or_else(|| wrote.from.clone());
                known.wrote.to = known.wrote.to.take().or_else(|| wrote.to.clone());
            })
            .or_insert_with(|| Known { message: Some(row.message), exhibit: header(row, &wrote), wrote });
    }
    known.into_values().chain(unnumbered).collect()
}

pub(super) fn of_row(row: &MessageRow, rows: &Rows<'_>) -> Wrote {
    let name = |address: DeviceAddress| rows.name(address.account);
    Wrote { at: row.accepted_at, from: row.sender.map(name), to: rows.holdings.recipient(row).map(name) }
}

/// The row's facts about its message, without the payload and without its digest, which would confirm a guess.
pub(super) fn header(row: &MessageRow, wrote: &Wrote) -> Exhibit {
    Exhibit::field("messages", "header", &(row.message, wrote, row.payload.len(), row.delivered_at))
}

/// Returns the reason that neither a row nor the log shows a message.
fn nothing(rows: &Rows<'_>) -> Blank {
    if rows.holdings.passed() == 0 { Blank::NonePassed } else { rows.not_logged(Logged::Sent) }
}

/// Returns the reason that the relay has no message. A log that does or does not record messages says nothing about
/// their content.
fn nothing_held(rows: &Rows<'_>) -> Blank {
    let holdings = rows.holdings;
    match (holdings.passed(), holdings.rows().messages.is_empty()) {
        (0, _) => Blank::NonePassed,
        (passed, true) => Blank::Deleted { passed },
        (_, false) => Blank::NoneOfThisAccount,
    }
}

/// Reads the time of each message, and whether the account sent or received it. Another item names the other party.
pub(super) fn times(rows: &Rows<'_>) -> ItemReading {
    let own = rows.name(rows.account.account);
    let line = |known: &Known| {
        let end = match (&known.wrote.from, &known.wrote.to) {
            (Some(from), _) if *from == own => "sent",
            (_, Some(to)) if *to == own => "received",
            _ => return None,
        };
        Some(format!("{}: {end}", known.wrote.at))
    };
    let own_end = |end: Option<String>| end.filter(|name| *name == own);
    told(rows, line, |wrote| Wrote { at: wrote.at, from: own_end(wrote.from), to: own_end(wrote.to) })
}

/// Reads who wrote to whom. A message with an unknown party has no line.
pub(super) fn source_destination(rows: &Rows<'_>) -> ItemReading {
    let line = |known: &Known| {
        let (from, to) = (known.wrote.from.as_ref()?, known.wrote.to.as_ref()?);
        Some(format!("{}: {from} to {to}", known.wrote.at))
    };
    told(rows, line, |wrote| wrote)
}

fn told(
    rows: &Rows<'_>,
    line: impl Fn(&Known) -> Option<String>,
    fact: impl Fn(Wrote) -> Wrote,
) -> ItemReading {
    let mut lines = Vec::new();
    let mut reply = ItemReading::blank(Blank::NotWrittenDown);
    let known = known(rows);
    let some = !known.is_empty();
    for known in known {
        if let Some(line) = line(&known) {
            lines.push(line);
            reply.facts.wrote.push(fact(known.wrote));
            reply.exhibits.push(known.exhibit);
        }
    }
    let otherwise = if some { Blank::NotWrittenDown } else { nothing(rows) };
    reply.answer = ItemAnswer::of(lines, otherwise);
    reply
}

/// Counts the messages that a row or the log shows, and those that the log records as delivered. The latter rows do not
/// name the sender.
pub(super) fn count_of(rows: &Rows<'_>) -> ItemReading {
    let known = known(rows);
    let numbered: BTreeSet<MessageId> = known.iter().filter_map(|known| known.message).collect();
    let mut count = known.len();
    let mut exhibits: Vec<Exhibit> = known.into_iter().map(|known| known.exhibit).collect();
    for event in rows.happened(Logged::Delivered) {
        count += usize::from(event.message.is_none_or(|message| !numbered.contains(&message)));
        exhibits.push(Exhibit::row("events", event));
    }
    let line = (count > 0).then(|| count.to_string());
    ItemReading::of(line.into_iter().collect(), exhibits, nothing(rows))
}

/// Reads the messages that the relay still has after delivery, readable or not.
pub(super) fn delivered(rows: &Rows<'_>) -> ItemReading {
    let delivered: Vec<&MessageRow> = rows.messages().filter(|row| row.delivered_at.is_some()).collect();
    let lines = delivered.iter().map(|row| format!("{} bytes of {}", row.payload.len(), row.accepted_at));
    let otherwise = match (rows.keeping().delivered, rows.messages().next()) {
        (None, _) if rows.holdings.passed() > 0 => Blank::GoneOnDelivery,
        (Some(_), Some(_)) => Blank::NoneDelivered,
        _ => nothing_held(rows),
    };
    ItemReading::of(lines.collect(), delivered.iter().map(|row| payload(row)).collect(), otherwise)
}

/// Reads the content of messages. Every key that the operator has is tried on each payload, and on a backup and on
/// pictures that are stored here.
pub(super) fn content(rows: &Rows<'_>) -> ItemReading {
    let mut reply = ItemReading::blank(nothing_held(rows));
    let (mut lines, mut held) = (Vec::new(), 0_u64);
    let (mut other_form, mut plain_words) = (0_u64, 0_u64);
    let messages = payloads(rows);
    let mut groups: Vec<Group> = Vec::new();
    let mut went_to: Vec<Option<GroupId>> = Vec::new();
    let mut pointers = Vec::new();
    let most_public = PUBLIC_ATTEMPTS / messages.len().max(1);
    let mut tried = Keys::for_recipient(rows.holdings, None, 0).counts();
    for message in messages {
        held += 1;
        let keys = Keys::for_recipient(rows.holdings, message.to, most_public);
        tried = (tried.0, if held == 1 { keys.counts().1 } else { tried.1.min(keys.counts().1) });
        let attempts = read_with(message.payload, &keys);
        if attempts.readable.is_none() {
            reply.facts.sealed.push(message.wrote.clone());
        }
        if attempts.is_in_another_form() {
            other_form += 1;
            plain_words += u64::from(attempts.has_plain_words);
        }
        if let Some(text) = attempts.text {
            let Wrote { at, from, to } = message.wrote;
            reply.facts.said.push(ReadableText { at, from, to, text, group: None });
            went_to.push(attempts.went_to);
        }
        if let Some(group) = attempts.group {
            let member =
                |member: &AccountId| Member { group: group.name.clone(), member: rows.name(*member) };
            let members = group.members.iter().map(member).collect();
            reply.facts.add(Facts { members, ..Facts::default() });
            groups.push(group);
        }
        pointers.extend(attempts.picture);
        lines.extend(attempts.readable);
        reply.exhibits.push(Exhibit::bytes(message.place, "payload", message.payload));
    }
    // A text has the number of its group. The group's name is in another message.
    for (said, group) in reply.facts.said.iter_mut().zip(went_to) {
        said.group = addressed(group, &groups);
    }
    let backup = if rows.backups { backup::content(rows) } else { backup::Opened::default() };
    lines.extend(backup.lines);
    reply.facts.add(backup.facts);
    reply.exhibits.extend(backup.exhibits);
    held += backup.unreadable;
    let pictures = pictures::content(rows, &pointers, most_public);
    lines.extend(pictures.lines);
    reply.exhibits.extend(pictures.exhibits);
    held += pictures.unreadable;
    reply.facts.sealed_pictures = pictures.unreadable;
    let (private_keys, public_values) = tried;
    reply.answer = match (lines.is_empty(), held) {
        (true, 0) => reply.answer,
        (true, count) if other_form > 0 => {
            ItemAnswer::HeldInAnotherForm { count, other_form, plain_words, private_keys, public_values }
        }
        (true, count) => ItemAnswer::HeldUnreadable { count, private_keys, public_values },
        (false, _) => ItemAnswer::of(lines, Blank::NonePassed),
    };
    reply
}

/// A message whose bytes are available.
struct Payload<'a> {
    place: &'static str,
    wrote: Wrote,
    to: Option<AccountId>,
    payload: &'a [u8],
}

/// Returns the payloads. A tap yields everything that passed it, which includes what the rows still have of that
/// time. Without a tap, the rows yield them.
fn payloads<'a>(rows: &Rows<'a>) -> Vec<Payload<'a>> {
    let name = |account: Option<_>| account.map(|account| rows.name(account));
    match rows.tap {
        Some(tap) => tap
            .messages()
            .map(|tapped| Payload {
                place: "tap",
                wrote: Wrote { at: tapped.at, from: name(tapped.from), to: name(tapped.to) },
                to: tapped.to,
                payload: &tapped.payload,
            })
            .collect(),
        None => rows
            .messages()
            .map(|row| Payload {
                place: "messages",
                wrote: of_row(row, rows),
                to: rows.holdings.recipient(row).map(|to| to.account),
                payload: row.payload.as_slice(),
            })
            .collect(),
    }
}

fn payload(row: &MessageRow) -> Exhibit {
    Exhibit::bytes("messages", "payload", row.payload.as_slice())
}

//! Serves a demand: reads the relay's rows and writes the paper, asked on the left, returned on the right.
//!
//! The same function answers for every design. What differs between designs is in the rows.

use std::collections::BTreeSet;

use pillarbox_relay::store::{AccountRow, MessageRow, PreKeyKind};
use pillarbox_wire::{AccountId, Handle, Timestamp};

use crate::ask::Ask;
use crate::demand::Demand;
use crate::evidence::{ContentEvidence, Evidence, RowEvidence};
use crate::reading::{Attempts, read};
use crate::returned::{Answer, Blank, Line, Return};
use crate::view::RelayHoldings;

/// Serves `demand` about the account with the number `about` on what a relay has.
#[must_use]
pub fn serve(demand: &'static Demand, about: &Handle, holdings: &RelayHoldings) -> Return {
    let account = holdings.account(about);
    let rows: Vec<&MessageRow> =
        account.map(|row| holdings.messages_of(row.account).collect()).unwrap_or_default();
    let covers_content = demand.reaches.contains(&Ask::Content.reach());
    let read: Vec<(&MessageRow, Option<Attempts>)> = rows
        .iter()
        .map(|row| (*row, covers_content.then(|| read(row.payload.as_slice(), holdings))))
        .collect();
    let lines = Ask::ALL
        .iter()
        .map(|ask| Line {
            ask: *ask,
            asked: ask.wording(),
            answer: if demand.reaches.contains(&ask.reach()) {
                account.map_or(Answer::NoneHeld { reason: Blank::NoSuchAccount }, |account| {
                    answer(*ask, account, &read, holdings)
                })
            } else {
                Answer::NotCovered
            },
        })
        .collect();
    Return {
        demand,
        about: about.to_string(),
        lines,
        others_named: account.map_or(0, |account| others(account.account, &rows, holdings)),
        accepted_in_all: holdings.passed(),
        evidence: Evidence {
            rows: read
                .into_iter()
                .map(|(row, attempts)| RowEvidence {
                    message: row.message.0,
                    bytes: count(row.payload.len()),
                    names_sender: row.sender.is_some(),
                    content: attempts.map(|attempts| ContentEvidence::new(row.payload.as_slice(), attempts)),
                })
                .collect(),
        },
    }
}

fn answer(
    ask: Ask,
    account: &AccountRow,
    rows: &[(&MessageRow, Option<Attempts>)],
    holdings: &RelayHoldings,
) -> Answer {
    match ask {
        Ask::Subscriber => entry(Some(format!("account {}", account.account))),
        Ask::Registered => entry(account.registered_at.map(moment)),
        Ask::Devices => devices(account.account, holdings),
        Ask::LastSeen => entry(last_seen(account.account, holdings)),
        Ask::Traffic => traffic(rows, holdings),
        Ask::Content => content(rows, holdings),
    }
}

/// A single entry of the account's rows, or the blank that says it is not there.
fn entry(value: Option<String>) -> Answer {
    value.map_or(Answer::NoneHeld { reason: Blank::NotWrittenDown }, |line| Answer::Returned {
        count: 1,
        lines: vec![line],
    })
}

fn last_seen(account: AccountId, holdings: &RelayHoldings) -> Option<String> {
    let devices = holdings.rows().devices.iter().filter(|device| device.account == account);
    let latest = devices.max_by_key(|device| device.last_seen)?;
    let time = moment(latest.last_seen?);
    Some(match latest.last_address {
        Some(address) => format!("{time}, from {address}"),
        None => time,
    })
}

/// A kept time in words: one that stands at midnight was kept by the day, and is shown by the day.
fn moment(time: Timestamp) -> String {
    let text = time.to_string();
    if time == time.day() { text.chars().take(10).chain(" (day only)".chars()).collect() } else { text }
}

fn traffic(rows: &[(&MessageRow, Option<Attempts>)], holdings: &RelayHoldings) -> Answer {
    if rows.is_empty() {
        return Answer::NoneHeld { reason: nothing_left(holdings) };
    }
    let lines = rows
        .iter()
        .map(|(row, _)| {
            let from =
                row.sender.map_or_else(|| "(no sender held)".into(), |sender| holdings.name(sender.account));
            let to = holdings
                .recipient(row)
                .map_or_else(|| "(closed account)".into(), |to| holdings.name(to.account));
            format!("{}: {from} to {to}, {} bytes", row.accepted_at, row.payload.len())
        })
        .collect();
    Answer::Returned { count: count(rows.len()), lines }
}

fn content(rows: &[(&MessageRow, Option<Attempts>)], holdings: &RelayHoldings) -> Answer {
    if rows.is_empty() {
        return Answer::NoneHeld { reason: nothing_left(holdings) };
    }
    let attempts = rows.iter().filter_map(|(_, attempts)| attempts.as_ref());
    let lines: Vec<String> = attempts.filter_map(|tried| tried.readable.clone()).collect();
    if lines.is_empty() {
        let private = holdings.keys().iter().filter(|key| key.is_private).count();
        return Answer::HeldUnreadable {
            count: count(rows.len()),
            private_keys: count(private),
            public_values: count(holdings.keys().len() - private),
        };
    }
    Answer::Returned { count: count(lines.len()), lines }
}

/// The devices, and how many one-time prekeys each has left: one is gone for each conversation that somebody began.
fn devices(account: AccountId, holdings: &RelayHoldings) -> Answer {
    let devices = holdings.rows().devices.iter().filter(|device| device.account == account);
    let lines: Vec<String> = devices
        .map(|device| {
            let own =
                holdings.rows().prekeys.iter().filter(|prekey| prekey.device_number == device.device_number);
            let left = own.filter(|prekey| prekey.kind == PreKeyKind::OneTime).count();
            format!("device {}, {left} one-time keys left", device.device)
        })
        .collect();
    Answer::Returned { count: count(lines.len()), lines }
}

/// Why no row names the account, as far as the relay's own numbering tells.
fn nothing_left(holdings: &RelayHoldings) -> Blank {
    match (holdings.passed(), holdings.rows().messages.is_empty()) {
        (0, _) => Blank::NonePassed,
        (passed, true) => Blank::Deleted { passed },
        (_, false) => Blank::NoneOfThisAccount,
    }
}

/// How many other accounts the rows name.
fn others(account: AccountId, rows: &[&MessageRow], holdings: &RelayHoldings) -> u64 {
    let named: BTreeSet<AccountId> = rows
        .iter()
        .flat_map(|row| [row.sender, holdings.recipient(row)])
        .flatten()
        .map(|address| address.account)
        .filter(|named| *named != account)
        .collect();
    count(named.len())
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

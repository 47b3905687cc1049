//! The connection without a name: a phone sends messages without a sender over their own connection. As long as it
//! stays open, everything on it comes from one person.
//!
//! Its owner is the person who is known, from rows that name both, to write with most of its recipients. At least two
//! of its recipients have to point at that person, and more than at anybody else.

use std::collections::{BTreeMap, BTreeSet};

use super::leads::{Leads, Passed};
use super::{Lead, MeansRefusal, MeansSettings, lookup, named};
use crate::trace::{RowKind, Trace, TracePerson};

/// The number of recipients that have to point at an owner. With one recipient, everybody who writes with that one
/// person would qualify.
const POINTING: usize = 2;

pub(super) fn find(trace: &Trace, settings: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
    let is_nameless = |row: &crate::trace::TraceRow| row.kind == RowKind::Sent && row.from.is_none();
    if !trace.rows.iter().any(|row| row.connection.is_some()) {
        return Err(MeansRefusal::NoConnections);
    }
    let known = known(trace, settings);
    if known.is_empty() {
        return Err(MeansRefusal::NamesNobody);
    }
    let mut recipients: BTreeMap<u64, BTreeSet<TracePerson>> = BTreeMap::new();
    for row in trace.rows.iter().filter(|row| is_nameless(row)) {
        if let (Some(connection), Some(to)) = (row.connection, row.to) {
            recipients.entry(connection).or_default().insert(to);
        }
    }
    let owners: BTreeMap<u64, TracePerson> = recipients
        .iter()
        .filter_map(|(connection, recipients)| Some((*connection, owner(recipients, &known)?)))
        .collect();
    let (mut leads, mut passed) = (Leads::after(1), Passed::of(trace));
    for (place, row) in trace.rows.iter().enumerate() {
        let number = passed.with(row);
        let owner = row.connection.and_then(|connection| owners.get(&connection));
        if let (true, Some(owner), Some(to)) = (is_nameless(row), owner, row.to) {
            leads.observe(*owner, to, place, number);
        }
    }
    Ok(leads.named())
}

/// Returns the people with whom each person is known to write, from rows that name both.
fn known(trace: &Trace, settings: MeansSettings) -> BTreeMap<TracePerson, BTreeSet<TracePerson>> {
    let mut known: BTreeMap<TracePerson, BTreeSet<TracePerson>> = BTreeMap::new();
    let named = named::find(trace).unwrap_or_default();
    for lead in named.iter().chain(&lookup::find(trace, settings).unwrap_or_default()) {
        known.entry(lead.one).or_default().insert(lead.other);
        known.entry(lead.other).or_default().insert(lead.one);
    }
    known
}

/// Returns the person at whom most of the recipients point, if nobody else has as many.
fn owner(
    recipients: &BTreeSet<TracePerson>,
    known: &BTreeMap<TracePerson, BTreeSet<TracePerson>>,
) -> Option<TracePerson> {
    let mut pointing: BTreeMap<TracePerson, usize> = BTreeMap::new();
    for partner in recipients.iter().filter_map(|recipient| known.get(recipient)).flatten() {
        // Nobody sends messages to themselves.
        if !recipients.contains(partner) {
            *pointing.entry(*partner).or_default() += 1;
        }
    }
    let (owner, most) = pointing.iter().max_by_key(|(_, count)| **count)?;
    let is_alone = pointing.values().filter(|count| *count == most).count() == 1;
    (*most >= POINTING && is_alone).then_some(*owner)
}

//! Network address: a message without a sender comes from an address at which one known person was seen under their
//! name.
//!
//! If several people were seen at it, as behind a mobile operator's gateway or in Tor, the row names nobody.

use std::collections::BTreeMap;

use super::leads::{Leads, Passed};
use super::{Lead, MeansRefusal, MeansSettings};
use crate::trace::{RowKind, Trace, TracePerson};

/// The time around a message within which a person has to be seen at its address, in milliseconds. Addresses change
/// hands.
const SEEN_WITHIN: u64 = 6 * 3_600_000;

pub(super) fn find(trace: &Trace, _: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
    if !trace.rows.iter().any(|row| row.address.is_some()) {
        return Err(MeansRefusal::NoAddresses);
    }
    if !trace.rows.iter().any(|row| row.to.is_some() && row.kind == RowKind::Sent) {
        return Err(MeansRefusal::NoRecipients);
    }
    let seen = sightings(trace);
    let (mut leads, mut passed) = (Leads::after(1), Passed::of(trace));
    for (place, row) in trace.rows.iter().enumerate() {
        let number = passed.with(row);
        let (RowKind::Sent, None, Some(to), Some(address)) = (row.kind, row.from, row.to, row.address) else {
            continue;
        };
        if let Some(from) = seen.get(&address).and_then(|seen| the_one_at(seen, row.at)) {
            leads.observe(from, to, place, number);
        }
    }
    Ok(leads.named())
}

/// Returns the people seen at each address under their name, in order of time. A delivery names its recipient.
fn sightings(trace: &Trace) -> BTreeMap<u32, Vec<(u64, TracePerson)>> {
    let mut seen: BTreeMap<u32, Vec<(u64, TracePerson)>> = BTreeMap::new();
    for row in &trace.rows {
        let who = match row.kind {
            RowKind::Delivered => row.to,
            _ => row.from,
        };
        if let (Some(address), Some(who)) = (row.address, who) {
            let seen = seen.entry(address).or_default();
            // The same person again within the hour adds nothing.
            if !seen.last().is_some_and(|(at, last)| *last == who && at + 3_600_000 > row.at) {
                seen.push((row.at, who));
            }
        }
    }
    seen
}

/// Returns the only person at an address around a moment.
fn the_one_at(seen: &[(u64, TracePerson)], at: u64) -> Option<TracePerson> {
    let first = seen.partition_point(|(when, _)| when.saturating_add(SEEN_WITHIN) < at);
    let mut near = seen.iter().skip(first).take_while(|(when, _)| *when <= at.saturating_add(SEEN_WITHIN));
    let (_, who) = near.next()?;
    near.all(|(_, other)| other == who).then_some(*who)
}

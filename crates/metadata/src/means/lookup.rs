//! Look-up and key fetch before a first message. A phone has to ask for somebody's keys before it can write to them,
//! and it asks under its own name. The row names both people. A message that then follows to the second shows that the
//! first wrote.

use std::collections::BTreeMap;

use super::leads::{Leads, Passed};
use super::{Lead, MeansRefusal, MeansSettings};
use crate::trace::{RowKind, Trace, TracePerson};

/// The time after a key fetch within which the first message is expected, in milliseconds. The phone needs the keys for
/// nothing else.
const FOLLOWS_WITHIN: u64 = 60_000;

pub(super) fn find(trace: &Trace, settings: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
    let is_fetch = |kind| matches!(kind, RowKind::LookedUp | RowKind::FetchedKeys);
    if !trace.rows.iter().any(|row| is_fetch(row.kind) && row.from.is_some() && row.to.is_some()) {
        return Err(MeansRefusal::NoRows(RowKind::FetchedKeys));
    }
    let within = FOLLOWS_WITHIN.max(settings.window);
    // The people who asked for somebody's keys and have not written since, by the owner of the keys.
    let mut asked: BTreeMap<TracePerson, Vec<(TracePerson, u64, usize)>> = BTreeMap::new();
    let (mut leads, mut passed) = (Leads::after(1), Passed::of(trace));
    for (place, row) in trace.rows.iter().enumerate() {
        let number = passed.with(row);
        let Some(to) = row.to else { continue };
        match (row.kind, row.from) {
            (RowKind::LookedUp | RowKind::FetchedKeys, Some(from)) => {
                let waiting = asked.entry(to).or_default();
                waiting.retain(|(one, ..)| *one != from);
                waiting.push((from, row.at, place));
            }
            (RowKind::Sent, sender) => {
                let Some(waiting) = asked.get_mut(&to) else { continue };
                waiting.retain(|(_, at, _)| at.saturating_add(within) >= row.at);
                // If the row names the sender, that person wrote the message. Otherwise anybody who asked can have
                // written it.
                for (from, _, fetch) in
                    waiting.extract_if(.., |(one, ..)| sender.is_none_or(|name| name == *one))
                {
                    leads.observe(from, to, fetch, number);
                }
            }
            _ => {}
        }
    }
    Ok(leads.named())
}

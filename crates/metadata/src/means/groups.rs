//! One text to several people. A phone submits a text for a group once for each member, one after the other and of
//! the same size. Rows of one connection, one address or one name belong together at once. If nothing ties them,
//! time and size have to yield the same set of people twice.

use std::collections::BTreeMap;

use super::leads::{Leads, Passed};
use super::{Lead, MeansRefusal, MeansSettings};
use crate::trace::{RowKind, Trace, TracePerson, TraceRow};

/// The longest time in which one text is submitted for all members, in milliseconds.
const ONE_TEXT: u64 = 1_000;

/// The largest set that is taken for a group. A larger burst is an operator's notice to everybody.
const MOST: usize = 256;

/// The phone that a row came from, as far as the row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phone {
    Named(TracePerson),
    Connection(u64),
    Address(u32),
    Unknown,
}

impl Phone {
    fn of(row: &TraceRow) -> Self {
        row.from
            .map(Self::Named)
            .or(row.connection.map(Self::Connection))
            .or(row.address.map(Self::Address))
            .unwrap_or(Self::Unknown)
    }
}

/// People who received one text together, with the sender if a row names one.
#[derive(Clone, Debug, Default)]
struct Burst {
    people: Vec<TracePerson>,
    row: usize,
    passed: u64,
    began: u64,
}

pub(super) fn find(trace: &Trace, _: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
    if !trace.of(RowKind::Sent).any(|row| row.to.is_some()) {
        return Err(MeansRefusal::NoRecipients);
    }
    let mut leads = Leads::after(1);
    for burst in found(trace) {
        for (place, one) in burst.people.iter().enumerate() {
            for other in burst.people.iter().skip(place + 1) {
                leads.observe(*one, *other, burst.row, burst.passed);
            }
        }
    }
    Ok(leads.named())
}

/// Returns sets of at least three people who received one text together. Each set is returned once, and a subset of
/// another set is left out.
#[must_use]
pub fn sets(trace: &Trace) -> Vec<Vec<TracePerson>> {
    let mut sets: Vec<Vec<TracePerson>> = found(trace).into_iter().map(|burst| burst.people).collect();
    sets.retain(|set| set.len() > 2);
    sets.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    sets.dedup();
    let mut kept: Vec<Vec<TracePerson>> = Vec::new();
    for set in sets {
        if !kept.iter().any(|larger| set.iter().all(|one| larger.contains(one))) {
            kept.push(set);
        }
    }
    kept
}

/// Returns every burst that counts, in order of time, with its people in ascending order.
fn found(trace: &Trace) -> Vec<Burst> {
    let mut open: BTreeMap<(Phone, Option<u32>), Burst> = BTreeMap::new();
    let mut closed: Vec<(Phone, Burst)> = Vec::new();
    let mut passed = Passed::of(trace);
    for (place, row) in trace.rows.iter().enumerate() {
        let number = passed.with(row);
        let (RowKind::Sent, Some(to)) = (row.kind, row.to) else { continue };
        let phone = Phone::of(row);
        let burst = open.entry((phone, row.bytes)).or_default();
        if burst.people.is_empty()
            || burst.began.saturating_add(ONE_TEXT) < row.at
            || burst.people.contains(&to)
        {
            closed.push((phone, std::mem::take(burst)));
            burst.began = row.at;
        }
        burst.people.push(to);
        (burst.row, burst.passed) = (place, number);
    }
    closed.extend(open.into_iter().map(|((phone, _), burst)| (phone, burst)));
    closed.retain(|(_, burst)| (2..=MOST).contains(&burst.people.len()));
    let mut times: BTreeMap<Vec<TracePerson>, u64> = BTreeMap::new();
    let mut bursts = Vec::new();
    closed.sort_by_key(|(_, burst)| burst.row);
    for (phone, mut burst) in closed {
        burst.people.sort_unstable();
        let times = times.entry(burst.people.clone()).or_default();
        *times += 1;
        match phone {
            Phone::Named(sender) => burst.people.push(sender),
            Phone::Connection(_) | Phone::Address(_) => {}
            Phone::Unknown if *times < 2 => continue,
            Phone::Unknown => {}
        }
        burst.people.sort_unstable();
        burst.people.dedup();
        bursts.push(burst);
    }
    bursts
}

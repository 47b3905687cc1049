//! Statistics over many messages: [statistical disclosure](crate::disclosure) with everybody as the target in turn.
//!
//! For each target the people who got a message in the window after the target did are counted, and those in the window after
//! somebody else did are taken off. How often chance alone gives so many target epochs is a Poisson tail: the person's messages,
//! spread evenly over the time in which anything passes. A pair is named if its two tails together would be reached by chance in
//! fewer than one of twenty analyses of this trace ([`RISK`], divided by the number of possible pairs).

use std::collections::BTreeMap;

use super::epochs::{Event, Following, beginnings, events};
use super::{Lead, Refusal, Settings};
use crate::disclosure::Scores;
use crate::random::Random;
use crate::statistics::{combined, poisson_tail};
use crate::trace::{Kind, Person, Trace};

/// False leads that are expected in a whole analysis if nobody writes to anybody.
const RISK: f64 = 0.05;

/// A tail above this is not remembered: almost every two people are seen together once.
const WORTH_A_LOOK: f64 = 0.05;

/// Milliseconds after which nothing passes in a trace: of a longer gap only this much counts as time in which something could.
const QUIET: u64 = 600_000;

/// The purpose of the stream of random epochs.
const PURPOSE: u64 = 0x7264_6f6d;

/// Numbers of messages after which the analysis is repeated, as halves of the whole.
const HALVINGS: u32 = 10;

/// Fewest messages of which a shorter part of the trace is analysed.
const FEWEST: u64 = 16;

pub(super) fn find(trace: &Trace, settings: Settings) -> Result<Vec<Lead>, Refusal> {
    let sent = events(trace, Kind::Sent);
    if sent.is_empty() {
        return Err(Refusal::NoRecipients);
    }
    Ok(disclosed(trace.people.len(), &beginnings(trace), &sent, settings))
}

/// The pairs that disclosure names, each after the shortest part of the trace in which it does.
pub(super) fn disclosed(people: usize, begin: &[Event], follow: &[Event], settings: Settings) -> Vec<Lead> {
    let all = follow.last().map_or(0, |event| event.passed);
    let mut named = at_once(people, begin, follow, settings);
    let mut earlier = named.clone();
    for messages in (1..=HALVINGS).map(|halvings| all >> halvings) {
        // A part that names nobody has no shorter part that does, or hardly ever.
        if messages < FEWEST || earlier.is_empty() {
            break;
        }
        let cut = |events: &[Event]| events.partition_point(|event| event.passed <= messages);
        let (begun, followed) = (cut(begin), cut(follow));
        let (begun, followed) = (begin.get(..begun).unwrap_or_default(), follow.get(..followed).unwrap_or_default());
        earlier = at_once(people, begun, followed, settings);
        for ((one, other), _) in &earlier {
            if let Some(lead) = named.get_mut(&(*one, *other)) {
                lead.after = messages;
            }
        }
    }
    named.into_values().collect()
}

/// The pairs that disclosure names on these events as a whole.
fn at_once(people: usize, begin: &[Event], follow: &[Event], settings: Settings) -> BTreeMap<(Person, Person), Lead> {
    let mut following = Following::new(follow, settings.window);
    let epochs: Vec<(Person, &[Event])> = begin.iter().map(|event| (event.who, following.after(event.at))).collect();
    let rates = rates(people, follow, settings.window);
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); people];
    for (place, (who, _)) in epochs.iter().enumerate() {
        if let Some(own) = of.get_mut(who.place()) {
            own.push(place);
        }
    }
    let mut random = Random::new(settings.seed, PURPOSE);
    let mut scores = Scores::of(people);
    let mut seen: Vec<(u32, usize)> = vec![(0, 0); people];
    let mut tails: BTreeMap<(Person, Person), (f64, Lead)> = BTreeMap::new();
    for (target, own) in of.iter().enumerate().filter(|(_, own)| own.len() > 1) {
        let target = Person(u32::try_from(target).unwrap_or(u32::MAX));
        scores.begin_again();
        for place in own {
            let Some((_, epoch)) = epochs.get(*place) else { continue };
            scores.target_epoch(others(epoch, target).map(|event| event.who.0));
            // A random epoch of somebody else's.
            let other = random.pick(&epochs).filter(|(who, _)| *who != target);
            scores.random_epoch(other.into_iter().flat_map(|(_, epoch)| others(epoch, target)).map(|event| event.who.0));
        }
        for place in own {
            let epoch = epochs.get(*place).map_or(<&[Event]>::default(), |(_, epoch)| *epoch);
            for event in others(epoch, target) {
                if let Some(first) = seen.get_mut(event.who.place()).filter(|first| first.0 == 0) {
                    *first = (1, event.row);
                }
            }
        }
        for (person, target_epochs, score) in scores.seen() {
            let who = Person(person);
            let row = seen.get_mut(who.place()).map_or(0, |first| std::mem::take(first).1);
            let rate = rates.get(who.place()).copied().unwrap_or(0.0);
            let tail = poisson_tail(target_epochs, rate * own.len() as f64);
            if who == target || target_epochs < 2 || score < 2 || tail > WORTH_A_LOOK {
                continue;
            }
            let pair = if who < target { (who, target) } else { (target, who) };
            let fresh = || (1.0, Lead { one: pair.0, other: pair.1, there: 0, back: 0, after: 0, rows: Vec::new() });
            let (combined_tail, lead) = tails.entry(pair).or_insert_with(fresh);
            *combined_tail *= tail;
            let count = if pair.0 == who { &mut lead.there } else { &mut lead.back };
            *count = target_epochs.into();
            lead.rows.push(row);
        }
    }
    let possible = (people * people.saturating_sub(1) / 2).max(1) as f64;
    let passed = follow.last().map_or(0, |event| event.passed);
    let is_named = |product: f64| combined(product, 1.0) < RISK / possible;
    tails
        .into_iter()
        .filter(|(_, (product, _))| is_named(*product))
        .map(|(pair, (_, lead))| (pair, Lead { after: passed, ..lead }))
        .collect()
}

fn others(epoch: &[Event], target: Person) -> impl Iterator<Item = &Event> {
    epoch.iter().filter(move |event| event.who != target)
}

/// The probability that each person is seen in an epoch by chance: their messages, spread over the time in which anything passes.
///
/// The fraction of all epochs in which the person is seen would not do. In a quiet trace most of those are answers to their
/// own correspondents.
fn rates(people: usize, follow: &[Event], window: u64) -> Vec<f64> {
    let mut counts = vec![0_u32; people];
    for event in follow {
        if let Some(count) = counts.get_mut(event.who.place()) {
            *count += 1;
        }
    }
    let gaps = follow.iter().zip(follow.iter().skip(1)).map(|(one, next)| next.at.saturating_sub(one.at));
    let active: u64 = gaps.map(|gap| gap.min(QUIET)).sum();
    // A clock of whole seconds makes a window of two seconds one of three: rows of the same moment have no order.
    let clock = clock(follow);
    let window = window / clock * clock + clock;
    let share = window as f64 / active.max(1) as f64;
    counts.into_iter().map(|count| 1.0 - (-f64::from(count) * share).exp()).collect()
}

/// The coarsest of the usual clocks that all times are of, in milliseconds.
fn clock(events: &[Event]) -> u64 {
    let all = |clock: &u64| events.iter().all(|event| event.at.is_multiple_of(*clock));
    [3_600_000, 60_000, 1_000].into_iter().find(all).unwrap_or(1)
}

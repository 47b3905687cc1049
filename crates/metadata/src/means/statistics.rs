//! Statistics over many messages: [statistical disclosure](crate::disclosure) with everybody as the target in turn.
//!
//! For each target, this means counts the people who received a message in the window after the target received
//! one, and subtracts those who received one in the window after somebody else did. A Poisson tail is the
//! probability that chance alone produces as many target epochs. Its rate is the rate at which that person is seen
//! after messages to people whom they do not answer. A pair is named if chance would reach its two tails together
//! in fewer than one of twenty analyses of this trace ([`RISK`], divided by the number of possible pairs).

use std::collections::BTreeMap;

use super::epochs::{Event, Following, beginnings, events};
use super::{Lead, MeansRefusal, MeansSettings};
use crate::disclosure::Scores;
use crate::random::Random;
use crate::statistics::{combined, poisson_tail};
use crate::trace::{RowKind, Trace, TracePerson};

/// The number of false leads that are expected in a whole analysis if nobody writes to anybody.
const RISK: f64 = 0.05;

/// The tail above which a pair is not remembered. Almost any two people are seen together once.
const WORTH_A_LOOK: f64 = 0.05;

/// The longest part of a gap between two events, in milliseconds, that counts as time in which something could pass. In
/// the rest of a longer gap, nothing passes.
const QUIET: u64 = 600_000;

/// The tail below which a target counts as an outlier, when the rate of chance is estimated.
const STANDS_OUT: f64 = 0.01;

/// The rounds of that estimate. Each leaves out the targets that were outliers in the round before. After four, nothing
/// changes.
const ROUNDS: usize = 5;

/// The purpose of the stream of random epochs.
const PURPOSE: u64 = 0x7264_6f6d;

/// The number of times that the messages are halved, and each shorter part analysed again.
const HALVINGS: u32 = 10;

/// The fewest messages for which a shorter part of the trace is analysed.
const FEWEST: u64 = 16;

pub(super) fn find(trace: &Trace, settings: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
    let sent = events(trace, RowKind::Sent);
    if sent.is_empty() {
        return Err(MeansRefusal::NoRecipients);
    }
    Ok(disclosed(trace.people.len(), &beginnings(trace), &sent, settings))
}

/// Returns the pairs that disclosure names, each with the shortest part of the trace after which it does.
pub(super) fn disclosed(
    people: usize,
    begin: &[Event],
    follow: &[Event],
    settings: MeansSettings,
) -> Vec<Lead> {
    let all = follow.last().map_or(0, |event| event.passed);
    let mut named = at_once(people, begin, follow, settings);
    let mut earlier = named.clone();
    for messages in (1..=HALVINGS).map(|halvings| all >> halvings) {
        // If a part names nobody, a shorter part hardly ever names somebody.
        if messages < FEWEST || earlier.is_empty() {
            break;
        }
        let cut = |events: &[Event]| events.partition_point(|event| event.passed <= messages);
        let (begun, followed) = (cut(begin), cut(follow));
        let (begun, followed) =
            (begin.get(..begun).unwrap_or_default(), follow.get(..followed).unwrap_or_default());
        earlier = at_once(people, begun, followed, settings);
        for (one, other) in earlier.keys() {
            if let Some(lead) = named.get_mut(&(*one, *other)) {
                lead.after = messages;
            }
        }
    }
    named.into_values().collect()
}

/// A person seen in epochs of a target.
struct CoOccurrence {
    target: TracePerson,
    who: TracePerson,
    /// The number of the target's epochs.
    of: u32,
    /// The number of those in which the person was seen.
    epochs: u32,
    /// The score as the paper defines it.
    score: i32,
    /// The first row.
    row: usize,
}

/// Returns the pairs that disclosure names on these events as a whole.
fn at_once(
    people: usize,
    begin: &[Event],
    follow: &[Event],
    settings: MeansSettings,
) -> BTreeMap<(TracePerson, TracePerson), Lead> {
    let mut following = Following::new(follow, settings.window);
    let epochs: Vec<(TracePerson, &[Event])> =
        begin.iter().map(|event| (event.who, following.after(event.at))).collect();
    let seen = seen(people, &epochs, settings.seed);
    let rates = background(people, &epochs, &seen, &even(people, follow, settings.window));
    let passed = follow.last().map_or(0, |event| event.passed);
    let mut tails: BTreeMap<(TracePerson, TracePerson), (f64, Lead)> = BTreeMap::new();
    for seen in seen.iter().filter(|seen| seen.epochs > 1 && seen.score > 1) {
        let tail = seen.tail(&rates);
        if tail > WORTH_A_LOOK {
            continue;
        }
        let (who, target) = (seen.who, seen.target);
        let pair = if who < target { (who, target) } else { (target, who) };
        let fresh =
            || (1.0, Lead { one: pair.0, other: pair.1, there: 0, back: 0, after: passed, rows: Vec::new() });
        let (product, lead) = tails.entry(pair).or_insert_with(fresh);
        *product *= tail;
        *(if pair.0 == who { &mut lead.there } else { &mut lead.back }) = seen.epochs.into();
        lead.rows.push(seen.row);
    }
    let possible = (people * people.saturating_sub(1) / 2).max(1) as f64;
    let is_named = |product: f64| combined(product, 1.0) < RISK / possible;
    tails
        .into_iter()
        .filter(|(_, (product, _))| is_named(*product))
        .map(|(pair, (_, lead))| (pair, lead))
        .collect()
}

impl CoOccurrence {
    /// Returns the probability of this number of epochs by chance.
    fn tail(&self, rates: &[f64]) -> f64 {
        let rate = rates.get(self.who.place()).copied().unwrap_or(0.0);
        poisson_tail(self.epochs, rate * f64::from(self.of))
    }
}

/// Returns everybody who is seen in epochs of each target, with the published score.
fn seen(people: usize, epochs: &[(TracePerson, &[Event])], seed: u64) -> Vec<CoOccurrence> {
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); people];
    for (place, (who, _)) in epochs.iter().enumerate() {
        if let Some(own) = of.get_mut(who.place()) {
            own.push(place);
        }
    }
    let mut random = Random::new(seed, PURPOSE);
    let mut scores = Scores::of(people);
    let mut rows: Vec<Option<usize>> = vec![None; people];
    let mut all = Vec::new();
    for (target, own) in of.iter().enumerate().filter(|(_, own)| !own.is_empty()) {
        let target = TracePerson(u32::try_from(target).unwrap_or(u32::MAX));
        scores.begin_again();
        for (_, epoch) in own.iter().filter_map(|place| epochs.get(*place)) {
            scores.target_epoch(others(epoch, target).map(|event| event.who.0));
            for event in others(epoch, target) {
                if let Some(first) = rows.get_mut(event.who.place()) {
                    first.get_or_insert(event.row);
                }
            }
            // The random epoch belongs to somebody else, or it does not count.
            let other = random.pick(epochs).filter(|(who, _)| *who != target);
            let other = other.into_iter().flat_map(|(_, epoch)| others(epoch, target));
            scores.random_epoch(other.map(|event| event.who.0));
        }
        let of = u32::try_from(own.len()).unwrap_or(u32::MAX);
        all.extend(scores.seen().filter(|(_, epochs, _)| *epochs > 0).map(|(who, epochs, score)| {
            let who = TracePerson(who);
            let row = rows.get_mut(who.place()).and_then(Option::take).unwrap_or(0);
            CoOccurrence { target, who, of, epochs, score, row }
        }));
    }
    all
}

/// Returns the fraction of epochs in which each person is seen for a reason other than the target.
///
/// The fraction of all epochs would not do: in a quiet trace, most of those epochs are answers to the person's own
/// correspondents. Outlying targets are therefore left out, and the fraction is computed again, several times. On
/// shuffled rows there are no outliers.
fn background(
    people: usize,
    epochs: &[(TracePerson, &[Event])],
    seen: &[CoOccurrence],
    even: &[f64],
) -> Vec<f64> {
    let mut own = vec![0_u32; people];
    for (who, _) in epochs {
        if let Some(own) = own.get_mut(who.place()) {
            *own += 1;
        }
    }
    let all = epochs.len() as f64;
    let mut rates: Vec<f64> = Vec::new();
    for _ in 0..ROUNDS {
        let mut counts: Vec<(f64, f64)> = own.iter().map(|own| (0.0, all - f64::from(*own))).collect();
        for one in seen {
            let Some((times, of)) = counts.get_mut(one.who.place()) else { continue };
            if !rates.is_empty() && one.epochs > 1 && one.tail(&rates) < STANDS_OUT {
                *of -= f64::from(one.of);
            } else {
                *times += f64::from(one.epochs);
            }
        }
        // Nobody counts as seen more rarely than if their messages were spread evenly.
        let rate = |((times, of), even): (&(f64, f64), &f64)| (times / of.max(1.0)).max(*even);
        rates = counts.iter().zip(even).map(rate).collect();
    }
    rates
}

fn others(epoch: &[Event], target: TracePerson) -> impl Iterator<Item = &Event> {
    epoch.iter().filter(move |event| event.who != target)
}

/// Returns the probability that each person is seen in an epoch if their messages are spread evenly over the time in
/// which anything passes.
fn even(people: usize, follow: &[Event], window: u64) -> Vec<f64> {
    let mut counts = vec![0_u32; people];
    for event in follow {
        if let Some(count) = counts.get_mut(event.who.place()) {
            *count += 1;
        }
    }
    let gaps = follow.iter().zip(follow.iter().skip(1)).map(|(one, next)| next.at.saturating_sub(one.at));
    let active: u64 = gaps.map(|gap| gap.min(QUIET)).sum();
    // A clock of whole seconds turns a window of two seconds into one of three, because rows of the same moment have no
    // order.
    let clock = clock(follow);
    let window = window / clock * clock + clock;
    let share = window as f64 / active.max(1) as f64;
    counts.into_iter().map(|count| 1.0 - (-f64::from(count) * share).exp()).collect()
}

/// Returns the coarsest of the usual clocks that fits all times, in milliseconds.
fn clock(events: &[Event]) -> u64 {
    let all = |clock: &u64| events.iter().all(|event| event.at.is_multiple_of(*clock));
    [3_600_000, 60_000, 1_000].into_iter().find(all).unwrap_or(1)
}

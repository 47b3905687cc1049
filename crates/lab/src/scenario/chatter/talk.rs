//! The talk: authors, recipients, words and times of the texts.

use std::collections::{BTreeSet, VecDeque};

use pillarbox_wire::{Duration, Timestamp};

use super::crowd::{WAKES, shuffle};
use super::draw::Draw;
use super::section::Chatter;
use super::ties::{Circle, pairs};
use super::words::WORDS;
use crate::scenario::{Act, Audience, Event, Person, PersonId};

/// The number of texts that are still fresh enough to be answered.
const FRESH: usize = 6;

/// The longest text, in words. The mean is a third of it.
const LONGEST: usize = 36;

/// The time from the first group to the first text. By then every phone of the crowd has woken and knows its groups.
const AFTER_GROUPS: Duration = Duration(WAKES.0 + 60_000);

pub(super) fn events(chatter: &Chatter, people: &[Person], groups: &[Circle], draw: &mut Draw) -> Vec<Event> {
    let event = |at, who, act| Event { at, who, act, line: chatter.line };
    let mut events = Vec::with_capacity(chatter.texts + groups.len());
    for (number, circle) in groups.iter().enumerate() {
        if let Some((maker, with)) = circle.members.split_first() {
            let at = chatter.begins + Duration::from_seconds(number as u64);
            let act = Act::MakesGroup { group: circle.name.clone(), with: with.to_vec() };
            events.push(event(at, *maker, act));
        }
    }
    let mut pairs = pairs(people);
    shuffle(&mut pairs, draw);
    let weights = zipf(pairs.len());
    let mut at = chatter.begins + if groups.is_empty() { Duration::default() } else { AFTER_GROUPS };
    let mut unanswered: VecDeque<(PersonId, PersonId)> = VecDeque::new();
    let mut said = BTreeSet::new();
    for _ in 0..chatter.texts {
        at = at + gap(chatter.mean_gap, draw);
        let text = text(&mut said, draw);
        let circle = if draw.happens(chatter.to_groups) { draw.one_of(groups) } else { None };
        if let Some((circle, who)) = circle.and_then(|it| Some((it, *draw.one_of(&it.members)?)))
            && is_up(people, who, at)
        {
            let to = Audience::Group(circle.name.clone());
            events.push(event(at, who, Act::Says { text, to }));
            continue;
        }
        let answers = draw.happens(chatter.replies);
        let open = unanswered.iter().position(|(_, whom)| is_up(people, *whom, at)).filter(|_| answers);
        let exchange = match open.and_then(|open| unanswered.remove(open)) {
            Some((who, whom)) => Some((whom, who)),
            None => fresh(&pairs, &weights, draw, |who| is_up(people, who, at)),
        };
        let Some((who, whom)) = exchange else { continue };
        unanswered.push_back((who, whom));
        if unanswered.len() > FRESH {
            unanswered.pop_front();
        }
        events.push(event(at, who, Act::Says { text, to: Audience::Person(whom) }));
    }
    events
}

/// Returns true if somebody is not asleep.
fn is_up(people: &[Person], who: PersonId, at: Timestamp) -> bool {
    let hours = people.get(who.0).and_then(|person| person.connectivity.asleep);
    hours.is_none_or(|hours| !hours.contain(at))
}

/// Draws somebody who is up, and a person to whom they write. Returns nothing if nobody is found.
fn fresh(
    pairs: &[[PersonId; 2]],
    weights: &[u64],
    draw: &mut Draw,
    is_up: impl Fn(PersonId) -> bool,
) -> Option<(PersonId, PersonId)> {
    const TRIES: usize = 100;
    let all = weights.last().copied()?;
    for _ in 0..TRIES {
        let place = draw.below(usize::try_from(all).unwrap_or(usize::MAX)) as u64;
        let [one, other] = *pairs.get(weights.partition_point(|weight| *weight <= place))?;
        let (who, whom) = if draw.happens(50) { (one, other) } else { (other, one) };
        if is_up(who) {
            return Some((who, whom));
        }
    }
    None
}

/// Returns sums of weights by which one of `count` is drawn: the second half as often as the first, the third a third
/// as often.
fn zipf(count: usize) -> Vec<u64> {
    let mut sum = 0;
    (1..=count as u64)
        .map(|rank| {
            sum += 1_000_000 / rank;
            sum
        })
        .collect()
}

/// Draws the gap to the next text: exponential, and at least a millisecond.
fn gap(mean: Duration, draw: &mut Draw) -> Duration {
    let mean = f64::from(u32::try_from(mean.0).unwrap_or(u32::MAX));
    let gap = libm::round(-mean * libm::log(draw.share())).clamp(1.0, f64::from(u32::MAX));
    Duration(gap as u64)
}

/// Composes a text that nobody has said yet. Most have a few words, and now and then one has many.
fn text(said: &mut BTreeSet<String>, draw: &mut Draw) -> String {
    let longest = 1 + draw.below(LONGEST);
    let mut words: Vec<&str> =
        (0..=draw.below(longest)).filter_map(|_| draw.one_of(&WORDS).copied()).collect();
    loop {
        let mut text = words.join(" ");
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text.push('.');
        if said.insert(text.clone()) {
            return text;
        }
        words.extend(draw.one_of(&WORDS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_have_the_mean_that_the_story_names() {
        let mut draw = Draw::of(("a story", 1), "gaps");
        let gaps: Vec<u64> = (0..20_000).map(|_| gap(Duration(20_000), &mut draw).0).collect();
        let mean = gaps.iter().sum::<u64>() / 20_000;
        // One standard deviation of the mean of 20,000 is 141 ms.
        assert!(mean.abs_diff(20_000) < 5 * 141, "{mean}");
    }

    #[test]
    fn weights_fall_as_the_rank_rises() {
        assert_eq!(zipf(4), [1_000_000, 1_500_000, 1_833_333, 2_083_333]);
    }
}

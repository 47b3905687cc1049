//! Comparing worlds: the changes that an order caused, by the scorer and by the notices of phones. The steps that serve
//! demands see none of it.

use std::collections::BTreeSet;

use super::sight::Observed;
use super::staging::{Staged, channel_of};
use crate::record::text_id;
use crate::scenario::PersonId;
use crate::score::{Measures, Noticed, Share};
use crate::truth::WhereSaid;

/// The result of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Compared {
    /// Texts that somebody read without the order and nobody reads with the order.
    pub(super) lost: Share,
    /// The lost texts, each with the person who would have read it.
    pub(super) lost_texts: Vec<String>,
    /// People whose phones received something different from what they received without the order.
    pub(super) could_notice: Vec<String>,
    /// The people who noticed.
    pub(super) noticed: Vec<Noticed>,
    /// The answer, as scored.
    pub(super) scored: Measures,
    /// The comparison with the world in which the order is carried out in another way, if the experiment asked for one.
    pub(super) otherwise: Option<Otherwise>,
}

/// The result of carrying out the same order in another way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Otherwise {
    /// Texts that are lost in this way.
    pub(super) lost: Share,
    /// People whose phones received something different from what they received without the order.
    pub(super) could_notice: Vec<String>,
    /// The people who noticed.
    pub(super) noticed: Vec<Noticed>,
    /// The answer, as scored, if that was asked for.
    pub(super) scored: Option<Measures>,
    /// The texts that arrive in this way, as a fraction of those that are lost with the order.
    pub(super) restored: Share,
    /// The number of the remaining texts that were said to groups.
    pub(super) lost_to_groups: u64,
    /// Pairs of people who had to exchange invitations, after the order.
    pub(super) by_invitation: u64,
    /// Pairs of people who found each other by number, after the order.
    pub(super) by_number: u64,
    /// The posts that the channel's readers saw.
    pub(super) readers: Readers,
}

/// The readers of the channel that the story is about, and the posts that they read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readers {
    /// Posts from before the order.
    pub(super) posts: u64,
    /// The number of these posts that a first-time visitor read just before the order.
    pub(super) stranger_before: u64,
    /// The number that a first-time visitor read just after the order.
    pub(super) stranger_after: u64,
    /// The number of these posts that some follower's phone had fetched before the order.
    pub(super) fetched: u64,
    /// The number of followers who had fetched some.
    pub(super) followers: u64,
}

/// Compares the world without the order, the world with it, and the world with it in another way.
pub(super) fn compare(usual: &Staged, with: &Staged, otherwise: Option<&Staged>) -> Compared {
    let (before, after) = (read(usual), read(with));
    let (seen_before, seen_after) = (Observed::of(usual), Observed::of(with));
    let lost = |after: &BTreeSet<Reading>| Share {
        n: before.difference(after).count() as u64,
        of: before.len() as u64,
    };
    let otherwise = otherwise.map(|other| {
        let there = read(other);
        let seen = Observed::of(other);
        let gone: BTreeSet<&Reading> = before.difference(&after).collect();
        let restored = gone.iter().filter(|reading| there.contains(**reading)).count();
        Otherwise {
            lost: lost(&there),
            could_notice: seen.could_notice(&seen_before),
            noticed: seen.noticed(&seen_before),
            scored: None,
            restored: Share { n: restored as u64, of: gone.len() as u64 },
            lost_to_groups: gone
                .iter()
                .filter(|reading| !there.contains(**reading) && is_to_a_group(usual, reading))
                .count() as u64,
            by_invitation: met(other, false),
            by_number: met(other, true),
            readers: readers(other),
        }
    });
    Compared {
        lost: lost(&after),
        lost_texts: before.difference(&after).map(|reading| named(usual, reading)).collect(),
        could_notice: seen_after.could_notice(&seen_before),
        noticed: seen_after.noticed(&seen_before),
        scored: Measures::default(),
        otherwise,
    }
}

/// A text that was said from the order on, and a person who read it.
type Reading = (u64, PersonId, String);

fn read(staged: &Staged) -> BTreeSet<Reading> {
    let since = staged.scenario.inquiry.ordered;
    let scorer = staged.world.scorer();
    let said = scorer.read().iter().filter_map(|one| Some((one.who, scorer.said().get(one.said.0)?)));
    said.filter(|(_, said)| said.at >= since).map(|(who, said)| (said.at.0, who, said.text.clone())).collect()
}

/// Returns true if a text was said to a group.
fn is_to_a_group(staged: &Staged, (at, _, text): &Reading) -> bool {
    let mut said = staged.world.scorer().said().iter();
    said.any(|said| said.at.0 == *at && said.text == *text && matches!(said.place, WhereSaid::Group(_)))
}

/// Names a text by its number in the story, and its reader.
fn named(staged: &Staged, (at, who, text): &Reading) -> String {
    let said = staged.world.scorer().said().iter().position(|said| said.at.0 == *at && said.text == *text);
    let reader = staged.scenario.person(*who).map_or("", |person| person.name.as_str());
    format!("{} to {reader}", said.map(text_id).unwrap_or_default())
}

/// Counts pairs of people who met from the order on.
fn met(staged: &Staged, by_number: bool) -> u64 {
    let since = staged.scenario.inquiry.ordered;
    let met = staged.world.met().iter().filter(|met| met.at >= since && met.by_number == by_number);
    let pairs: BTreeSet<_> = met.map(|met| (met.who.min(met.whom), met.who.max(met.whom))).collect();
    pairs.len() as u64
}

fn readers(staged: &Staged) -> Readers {
    let Some(channel) = channel_of(&staged.scenario) else { return Readers::default() };
    let (scorer, since) = (staged.world.scorer(), staged.scenario.inquiry.ordered);
    let is_there = |place: &WhereSaid| matches!(place, WhereSaid::Channel(there) if there == channel);
    let posts: BTreeSet<usize> = scorer
        .said()
        .iter()
        .enumerate()
        .filter(|(_, said)| is_there(&said.place) && said.at < since)
        .map(|(at, _)| at)
        .collect();
    let read = || scorer.read().iter().filter(|one| posts.contains(&one.said.0));
    let by = |who: Option<PersonId>| read().filter(|one| Some(one.who) == who).count() as u64;
    let [before, after] = staged.strangers.map_or([None; 2], |strangers| strangers.map(Some));
    let known = || read().filter(|one| ![before, after].contains(&Some(one.who)) && one.at < since);
    Readers {
        posts: posts.len() as u64,
        stranger_before: by(before),
        stranger_after: by(after),
        fetched: known().map(|one| one.said).collect::<BTreeSet<_>>().len() as u64,
        followers: known().map(|one| one.who).collect::<BTreeSet<_>>().len() as u64,
    }
}

//! The scorer: the results of means, compared with the truth.
//!
//! [`PairTruth`] has no public field and no public reader. A method takes a [`Trace`](crate::Trace), which does not
//! contain the truth. Only [`PairScorer`] compares, and it returns counts and the names of false leads.

use std::collections::{BTreeMap, BTreeSet};

use crate::means::{Lead, Means};
use crate::trace::TracePerson;

/// Two people in ascending order.
type Pair = (TracePerson, TracePerson);

fn ordered(one: TracePerson, other: TracePerson) -> Pair {
    if one <= other { (one, other) } else { (other, one) }
}

/// The pairs who really wrote to each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairTruth {
    wrote: BTreeMap<Pair, u64>,
    together: BTreeSet<Pair>,
    owners: BTreeMap<TracePerson, TracePerson>,
}

impl PairTruth {
    /// Records that one wrote to the other.
    pub fn wrote(&mut self, from: TracePerson, to: TracePerson) {
        if from != to {
            *self.wrote.entry(ordered(from, to)).or_default() += 1;
        }
    }

    /// Records that these people, writer and readers, received one text together.
    pub fn together(&mut self, people: &[TracePerson]) {
        for (place, one) in people.iter().enumerate() {
            let others = people.iter().skip(place + 1).filter(|other| *other != one);
            self.together.extend(others.map(|other| ordered(*one, *other)));
        }
    }

    /// Records that rows take one person for two: `account` is another account of `owner`.
    ///
    /// Rows of a messenger with an account for each contact do not say which accounts belong to one person, and no
    /// means may know it.
    pub fn owns(&mut self, owner: TracePerson, account: TracePerson) {
        self.owners.insert(account, owner);
    }

    /// Returns the person behind an account.
    fn owner(&self, account: TracePerson) -> TracePerson {
        self.owners.get(&account).copied().unwrap_or(account)
    }

    /// Returns true if nothing is known. In that case nothing can be scored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.wrote.is_empty()
    }
}

/// The counted result of a means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The number of named pairs that really write to each other.
    pub right: u64,
    /// The number of named pairs.
    pub named: u64,
    /// The number of existing pairs.
    pub there: u64,
    /// The number of messages that had passed when half of the existing pairs had been found; `None` if fewer were.
    pub half_after: Option<u64>,
    /// Named pairs that do not write to each other.
    pub false_leads: Vec<(TracePerson, TracePerson)>,
}

/// The only reader of a [`PairTruth`].
#[derive(Clone, Copy, Debug)]
pub struct PairScorer<'t> {
    truth: &'t PairTruth,
}

impl<'t> PairScorer<'t> {
    /// Creates a scorer; `None` if the truth is not known.
    #[must_use]
    pub fn new(truth: &'t PairTruth) -> Option<Self> {
        (!truth.is_empty()).then_some(Self { truth })
    }

    /// Returns the number of pairs that a means could find.
    #[must_use]
    pub fn there(self, means: Means) -> u64 {
        match means {
            Means::Groups => self.truth.together.len() as u64,
            _ => self.truth.wrote.len() as u64,
        }
    }

    fn is_true(self, means: Means, one: TracePerson, other: TracePerson) -> bool {
        let pair = ordered(one, other);
        match means {
            Means::Groups => self.truth.together.contains(&pair),
            _ => self.truth.wrote.contains_key(&pair),
        }
    }

    /// Scores the result of a means. Two leads to accounts of the same two people are one pair, found with the earlier.
    #[must_use]
    pub fn score(self, means: Means, leads: &[Lead]) -> Score {
        let mut pairs: BTreeMap<Pair, u64> = BTreeMap::new();
        for lead in leads {
            let pair = ordered(self.truth.owner(lead.one), self.truth.owner(lead.other));
            let after = pairs.entry(pair).or_insert(lead.after);
            *after = lead.after.min(*after);
        }
        let (right, wrong): (Vec<_>, Vec<_>) =
            pairs.iter().partition(|((one, other), _)| self.is_true(means, *one, *other));
        let mut after: Vec<u64> = right.iter().map(|(_, after)| **after).collect();
        after.sort_unstable();
        let there = self.there(means);
        let half = usize::try_from(there.div_ceil(2)).unwrap_or(usize::MAX);
        let half_after = half.checked_sub(1).and_then(|place| after.get(place)).copied();
        Score {
            right: after.len() as u64,
            named: pairs.len() as u64,
            there,
            half_after,
            false_leads: wrong.into_iter().map(|(pair, _)| *pair).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(one: u32, other: u32, after: u64) -> Lead {
        Lead { one: TracePerson(one), other: TracePerson(other), after, there: 1, back: 0, rows: Vec::new() }
    }

    #[test]
    fn leads_are_counted_and_false_ones_named() {
        let mut truth = PairTruth::default();
        assert!(PairScorer::new(&truth).is_none());
        truth.wrote(TracePerson(1), TracePerson(0));
        truth.wrote(TracePerson(0), TracePerson(1));
        truth.wrote(TracePerson(2), TracePerson(3));
        truth.wrote(TracePerson(4), TracePerson(4));
        truth.together(&[TracePerson(0), TracePerson(1), TracePerson(2)]);
        let scorer = PairScorer::new(&truth).unwrap();
        let score = scorer.score(Means::Named, &[lead(0, 1, 7), lead(0, 2, 3)]);
        assert_eq!((score.right, score.named, score.there, score.half_after), (1, 2, 2, Some(7)));
        assert_eq!(score.false_leads, [(TracePerson(0), TracePerson(2))]);
        let groups = scorer.score(Means::Groups, &[lead(0, 2, 3)]);
        assert_eq!((groups.right, groups.there, groups.half_after), (1, 3, None));
    }
    #[test]
    fn accounts_of_one_person_are_one_person_to_the_scorer() {
        let mut truth = PairTruth::default();
        truth.wrote(TracePerson(0), TracePerson(1));
        truth.owns(TracePerson(0), TracePerson(2));
        truth.owns(TracePerson(1), TracePerson(3));
        let scorer = PairScorer::new(&truth).unwrap();
        let score = scorer.score(Means::Named, &[lead(2, 3, 9), lead(1, 2, 4), lead(0, 2, 1)]);
        assert_eq!((score.right, score.named, score.half_after), (1, 2, Some(4)));
        // Nobody writes to themselves.
        assert_eq!(score.false_leads, [(TracePerson(0), TracePerson(0))]);
    }
}

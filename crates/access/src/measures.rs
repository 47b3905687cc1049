//! Measures: how much of what was so came back. Pure functions over two sets, given as plain data: what was returned, and what was
//! true. This module knows neither demands nor worlds; whoever may see the truth hands over both.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use pillarbox_wire::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// So many.
    pub of_them: u64,
    /// Of so many.
    pub all: u64,
}

impl Share {
    /// As a number from 0 to 1; none of nothing is no number.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    pub fn ratio(self) -> Option<f64> {
        (self.all > 0).then(|| self.of_them as f64 / self.all as f64)
    }
}

/// How well a returned set agrees with a true one. What is in either as often as it is there counts as often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// Of what is true, how much came back.
    pub recall: Share,
    /// Of what came back, how much is true.
    pub precision: Share,
}

/// Compares two collections: pairs of people, times, members of groups, texts.
#[must_use]
pub fn agreement<T: Ord>(returned: &[T], truth: &[T]) -> Agreement {
    let mut left: BTreeMap<&T, u64> = BTreeMap::new();
    for one in truth {
        *left.entry(one).or_default() += 1;
    }
    let mut common = 0;
    for one in returned {
        if let Some(times) = left.get_mut(one).filter(|times| **times > 0) {
            *times -= 1;
            common += 1;
        }
    }
    Agreement {
        recall: Share { of_them: common, all: count(truth) },
        precision: Share { of_them: common, all: count(returned) },
    }
}

/// Compares times, each true one met by at most one returned one that is no further away than `within`. Clocks differ by as much
/// as a message is on its way.
#[must_use]
pub fn times(returned: &[Timestamp], truth: &[Timestamp], within: Duration) -> Agreement {
    let (mut returned_sorted, mut truth_sorted) = (returned.to_vec(), truth.to_vec());
    returned_sorted.sort_unstable();
    truth_sorted.sort_unstable();
    let (mut ours, mut theirs) = (returned_sorted.iter().peekable(), truth_sorted.iter().peekable());
    let mut common = 0;
    while let (Some(one), Some(other)) = (ours.peek(), theirs.peek()) {
        // In order of time, pairing the two earliest that fit leaves the most for the others.
        if one.since(**other).max(other.since(**one)) <= within {
            common += 1;
            ours.next();
            theirs.next();
        } else if one < other {
            ours.next();
        } else {
            theirs.next();
        }
    }
    Agreement {
        recall: Share { of_them: common, all: count(truth) },
        precision: Share { of_them: common, all: count(returned) },
    }
}

/// Something with the time at which it was.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Timed<T> {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: T,
}

/// How much of what was said came back, on both sides of the moment at which the demand was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ContentRecall {
    /// Of what was said before it.
    pub past: Share,
    /// Of what was said from it on.
    pub future: Share,
}

/// Content recall for one target: `truth` is what was said to or by the target, with the time at which it was; `returned` is what
/// came back. A text that was said twice counts as back twice only if it came back twice.
#[must_use]
pub fn content_recall<T: Ord>(returned: &[T], truth: &[Timed<T>], demand_at: Timestamp) -> ContentRecall {
    let mut back: BTreeMap<&T, u64> = BTreeMap::new();
    for one in returned {
        *back.entry(one).or_default() += 1;
    }
    let mut recall = ContentRecall::default();
    let mut said: Vec<&Timed<T>> = truth.iter().collect();
    said.sort_by_key(|said| said.at);
    for one in said {
        let share = if one.at < demand_at { &mut recall.past } else { &mut recall.future };
        share.all += 1;
        if let Some(times) = back.get_mut(&one.what).filter(|times| **times > 0) {
            *times -= 1;
            share.of_them += 1;
        }
    }
    recall
}

/// How far back an answer reaches: from the demand to the oldest thing in it; none if nothing in it is older than the demand.
#[must_use]
pub fn look_back(returned: &[Timestamp], demand_at: Timestamp) -> Option<Duration> {
    returned.iter().min().filter(|oldest| **oldest < demand_at).map(|oldest| demand_at.since(*oldest))
}

/// How long after something happened the authority had it, at worst. Each entry is when it happened and when it was handed over.
#[must_use]
pub fn delay(delivered: &[(Timestamp, Timestamp)]) -> Option<Duration> {
    delivered.iter().map(|(happened, handed_over)| handed_over.since(*happened)).max()
}

/// Everybody whom an answer names and whom the demand was not about.
#[must_use]
pub fn non_targets<T: Ord + Hash>(named: impl IntoIterator<Item = T>, targets: &BTreeSet<T>) -> BTreeSet<T> {
    named.into_iter().filter(|name| !targets.contains(name)).collect()
}

/// Somebody who was told something by an honest phone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Noticed {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// What the phone said.
    pub what: String,
}

/// What each phone said from the order on that it did not say in the run without the order: the first of each to each.
#[must_use]
pub fn noticed(with: &[Noticed], without: &[Noticed], order_at: Timestamp) -> Vec<Noticed> {
    let usual: BTreeSet<(&str, &str)> =
        without.iter().map(|notice| (notice.who.as_str(), notice.what.as_str())).collect();
    let mut seen = BTreeSet::new();
    let mut sorted: Vec<&Noticed> = with.iter().filter(|notice| notice.at >= order_at).collect();
    sorted.sort();
    let new = sorted.into_iter().filter(|notice| {
        let key = (notice.who.as_str(), notice.what.as_str());
        !usual.contains(&key) && seen.insert(key)
    });
    new.cloned().collect()
}

/// What people could do before an order and cannot after it.
#[must_use]
pub fn function_lost<T: Ord + Clone>(before: &BTreeSet<T>, after: &BTreeSet<T>) -> BTreeSet<T> {
    before.difference(after).cloned().collect()
}

/// How firmly an answer ties what came back to a person. It is no scale: which of them a court believes is not for a program to
/// say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attribution {
    /// Nobody is named.
    Nobody,
    /// The operator's row names an account, and the operator could have written it otherwise.
    OperatorsWord,
    /// A party to the conversation says so; its phone authenticated the text to it, and proves that to nobody else.
    PartysWord,
    /// The records of a phone that was taken say so. They are what a party could have shown, without a party's choosing; whoever had
    /// the phone open before could have written what it says that its owner said.
    PhonesRecords,
    /// The operator recognises its own stamp on exactly these words: it knows, and nobody else can check.
    StampedByOperator,
}

impl Attribution {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Nobody, Self::OperatorsWord, Self::PartysWord, Self::PhonesRecords, Self::StampedByOperator];

    /// The kind in words.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::Nobody => "nobody is named",
            Self::OperatorsWord => "the operator's word",
            Self::PartysWord => "a party's word",
            Self::PhonesRecords => "the phone's own records",
            Self::StampedByOperator => "stamped by the operator",
        }
    }
}

/// What is known about where something comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Origin {
    /// A row or a frame names somebody.
    pub named_by_operator: bool,
    /// A party handed it over.
    pub shown_by_party: bool,
    /// It was on a phone that was taken.
    pub found_on_phone: bool,
    /// The operator checked its stamp and the sender's commitment.
    pub stamp_verified: bool,
}

impl Origin {
    /// What is known if either is.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            named_by_operator: self.named_by_operator || other.named_by_operator,
            shown_by_party: self.shown_by_party || other.shown_by_party,
            found_on_phone: self.found_on_phone || other.found_on_phone,
            stamp_verified: self.stamp_verified || other.stamp_verified,
        }
    }
}

/// The firmest tie that there is.
#[must_use]
pub const fn attribution(origin: Origin) -> Attribution {
    if origin.stamp_verified {
        Attribution::StampedByOperator
    } else if origin.found_on_phone {
        Attribution::PhonesRecords
    } else if origin.shown_by_party {
        Attribution::PartysWord
    } else if origin.named_by_operator {
        Attribution::OperatorsWord
    } else {
        Attribution::Nobody
    }
}

fn count<T>(of: &[T]) -> u64 {
    u64::try_from(of.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;

//! What a run returned, in the words that the comparison understands.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_wire::Duration;

use super::process::Process;
use crate::item::Item;

/// A design that is held to the tables, and what it says it stands for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The design's name.
    pub design: String,
    /// The messenger that it stands for, in the tables' word.
    pub app: String,
    /// Which conditions of the tables hold in it.
    pub conditions: BTreeSet<String>,
    /// What the demand names the account by: that is not returned.
    pub asked_by: Option<Item>,
}

/// About whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About {
    /// The person whom the scenario's demand is about.
    Target,
    /// A number that nobody has an account under.
    Nobody,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holder {
    /// The messenger's operator.
    Operator,
    /// The operator where the backups lie.
    Cloud,
}

/// One question to a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Asked {
    /// By which process.
    pub process: Process,
    /// About whom.
    pub about: About,
    /// Of whom.
    pub of: Holder,
    /// The circumstances of the case, in the tables' words.
    pub circumstances: BTreeSet<String>,
}

impl Asked {
    /// Of the messenger's operator, about the target, in no circumstances that the tables name.
    #[must_use]
    pub const fn plainly(process: Process) -> Self {
        Self { process, about: About::Target, of: Holder::Operator, circumstances: BTreeSet::new() }
    }
}

/// How old, in whole days, the rows of an item were that the scenario made, and those that came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    /// What happened.
    pub happened: BTreeSet<u32>,
    /// What came back.
    pub came: BTreeSet<u32>,
}

impl Ages {
    /// Whether exactly what is younger than so many days came back, and the scenario has something on both sides of it.
    #[must_use]
    pub fn reach_back(&self, days: u32) -> bool {
        let within = |age: &&u32| **age <= days;
        let expected: BTreeSet<u32> = self.happened.iter().filter(within).copied().collect();
        !expected.is_empty() && expected.len() < self.happened.len() && self.came == expected
    }
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returned {
    /// Which items.
    pub items: BTreeSet<Item>,
    /// How old the rows of some of them were.
    pub ages: BTreeMap<Item, Ages>,
    /// The longest time between an event and the batch that it came in, for what is delivered while it happens.
    pub longest_gap: Option<Duration>,
    /// What there is nothing of in the worlds that are run, so that its absence says nothing.
    pub not_modelled: BTreeSet<Item>,
}

/// A run that can be asked. Asked the same twice, it answers the same.
pub trait Observed {
    /// What comes back.
    fn returned(&self, asked: &Asked) -> Returned;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_something_on_both_sides() {
        let ages = |happened: &[u32], came: &[u32]| Ages {
            happened: happened.iter().copied().collect(),
            came: came.iter().copied().collect(),
        };
        assert!(ages(&[3, 24, 26], &[3, 24]).reach_back(25));
        assert!(!ages(&[3, 24, 26], &[3, 24, 26]).reach_back(25), "further back than the window");
        assert!(!ages(&[3, 24, 26], &[3]).reach_back(25), "less far back");
        assert!(!ages(&[3, 24], &[3, 24]).reach_back(25), "nothing older was there to be missing");
        assert!(!ages(&[26], &[]).reach_back(25), "nothing younger was there to come");
    }
}

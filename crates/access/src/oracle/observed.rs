//! The returns of a run, in the words that the comparison understands.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_wire::Duration;

use super::process::Process;
use crate::item::Item;

/// A design that is compared with the tables, and the messenger that it says it represents there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// The design's name.
    pub design: String,
    /// The messenger that it represents, in the tables' word.
    pub app: String,
    /// The conditions of the tables that hold in the design.
    pub conditions: BTreeSet<String>,
    /// The item by which the demand names the account, which does not count as returned.
    pub asked_by: Option<Item>,
}

/// The person whom a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QuestionSubject {
    /// The person whom the scenario's demand is about.
    Target,
    /// A number under which nobody has an account.
    Nobody,
}

/// The party that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AskedParty {
    /// The messenger's operator.
    Operator,
    /// The operator that stores the backups.
    Cloud,
}

/// One question to a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Asked {
    /// The process of the question.
    pub process: Process,
    /// The person whom the question is about.
    pub about: QuestionSubject,
    /// The party that is asked.
    pub of: AskedParty,
    /// The circumstances of the case, in the tables' words.
    pub circumstances: BTreeSet<String>,
}

impl Asked {
    /// Creates a question to the messenger's operator, about the target, without circumstances that the tables name.
    #[must_use]
    pub const fn plainly(process: Process) -> Self {
        Self {
            process,
            about: QuestionSubject::Target,
            of: AskedParty::Operator,
            circumstances: BTreeSet::new(),
        }
    }
}

/// The ages of an item's rows in whole days: of those that the scenario made, and of those that were returned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    /// The ages of rows in the scenario.
    pub happened: BTreeSet<u32>,
    /// The ages of returned rows.
    pub came: BTreeSet<u32>,
}

impl Ages {
    /// Returns true if exactly the rows at most `days` days old were returned. The scenario must have rows on both
    /// sides of that age.
    #[must_use]
    pub fn reach_back(&self, days: u32) -> bool {
        let within = |age: &&u32| **age <= days;
        let expected: BTreeSet<u32> = self.happened.iter().filter(within).copied().collect();
        !expected.is_empty() && expected.len() < self.happened.len() && self.came == expected
    }
}

/// The return to one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returned {
    /// The returned items.
    pub items: BTreeSet<Item>,
    /// The ages of rows, for some of the items.
    pub ages: BTreeMap<Item, Ages>,
    /// The longest time between an event and the batch that delivered it, for live delivery.
    pub longest_gap: Option<Duration>,
    /// The items that the worlds have nothing of, so that their absence says nothing.
    pub not_modelled: BTreeSet<Item>,
}

/// A run that can be queried. The same question always gets the same answer.
pub trait Observed {
    /// Returns the answer to a question.
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

//! What came back on a demand, item by item, as data: the paper, the facts in it, and the rows behind it.

use std::collections::BTreeSet;

use pillarbox_wire::inventory::Class;
use serde::Serialize;

use crate::demand::Demand;
use crate::evidence::Exhibit;
use crate::facts::Facts;
use crate::item::{Item, Reach};
use crate::returned::Answer;

/// One line of the paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemLine {
    /// What was asked.
    pub item: Item,
    /// The process at which this operator hands it over.
    pub reach: Reach,
    /// The kind of data that it is in the United Kingdom.
    #[serde(serialize_with = "shown")]
    pub class: Class,
    /// Whether the demand itself says it, so that nothing was learned.
    pub was_known: bool,
    /// What came back.
    pub answer: Answer,
    /// The rows behind it.
    pub exhibits: Vec<Exhibit>,
}

fn shown<S: serde::Serializer>(class: &Class, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(class)
}

/// The whole answer to one demand about one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Served {
    /// The demand.
    pub demand: &'static Demand,
    /// Whom it names.
    pub about: String,
    /// Whether the operator has an account of that name.
    pub has_account: bool,
    /// Line by line.
    pub lines: Vec<ItemLine>,
    /// What the returned lines say, as data. Nothing that was not handed over is in it.
    pub facts: Facts,
}

impl Served {
    /// The answer about one item.
    #[must_use]
    pub fn answer(&self, item: Item) -> Option<&Answer> {
        self.lines.iter().find(|line| line.item == item).map(|line| &line.answer)
    }

    /// The items that came back and that the demand did not itself say.
    #[must_use]
    pub fn returned(&self) -> BTreeSet<Item> {
        let learned = self.lines.iter().filter(|line| !line.was_known);
        learned.filter(|line| matches!(line.answer, Answer::Returned { .. })).map(|line| line.item).collect()
    }

    /// Other people whom the answer names.
    #[must_use]
    pub fn others(&self) -> BTreeSet<&str> {
        self.facts.people().filter(|name| *name != self.about).collect()
    }
}

//! The answer to a demand as data: a line for each item, the facts in those lines, and the rows behind them.

use std::collections::BTreeSet;

use pillarbox_wire::inventory::Class;
use serde::Serialize;

use crate::demand::Demand;
use crate::evidence::Exhibit;
use crate::facts::Facts;
use crate::item::{Item, Reach};
use crate::returned::ItemAnswer;

/// The answer's line about one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemLine {
    /// The item that was asked for.
    pub item: Item,
    /// The process at which this operator hands the item over.
    pub reach: Reach,
    /// The item's kind of data under the law of the United Kingdom.
    #[serde(serialize_with = "shown")]
    pub class: Class,
    /// True if the demand itself states the item, so that nothing was learned.
    pub was_known: bool,
    /// The result for the item.
    pub answer: ItemAnswer,
    /// The rows that the answer was read from.
    pub exhibits: Vec<Exhibit>,
}

fn shown<S: serde::Serializer>(class: &Class, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(class)
}

/// The whole answer to one demand about one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Served {
    /// The demand that was served.
    pub demand: &'static Demand,
    /// The person whom the demand names.
    pub about: String,
    /// True if the operator has an account of that name.
    pub has_account: bool,
    /// A line for each item.
    pub lines: Vec<ItemLine>,
    /// Everything that the returned lines say, as structured data. It contains nothing that was withheld.
    pub facts: Facts,
}

impl Served {
    /// Returns the answer about one item.
    #[must_use]
    pub fn answer(&self, item: Item) -> Option<&ItemAnswer> {
        self.lines.iter().find(|line| line.item == item).map(|line| &line.answer)
    }

    /// Returns the items that were returned and that the demand did not state itself.
    #[must_use]
    pub fn returned(&self) -> BTreeSet<Item> {
        let learned = self.lines.iter().filter(|line| !line.was_known);
        learned
            .filter(|line| matches!(line.answer, ItemAnswer::Returned { .. }))
            .map(|line| line.item)
            .collect()
    }

    /// Returns the other people whom the answer names.
    #[must_use]
    pub fn others(&self) -> BTreeSet<&str> {
        self.facts.people().filter(|name| *name != self.about).collect()
    }
}

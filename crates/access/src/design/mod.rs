//! Designs: how a messenger is built, as data. A design says what its phones do and what its relay keeps; phones and relay act
//! on those values, and nothing anywhere asks for a design's name.
//!
//! A design is a TOML file for people to write ([`Design::parse`]); those that are part of this program are in
//! [`designs`](crate::designs). What this layer refuses to know: what any demand returns. That is measured.

mod checks;
mod error;
mod form;
mod operator;
mod read;

use pillarbox_client::{Habits, PaddingRule, Protection};
use pillarbox_relay::Keeping;
use pillarbox_wire::DepositKind;
use serde::{Deserialize, Serialize};

pub use error::DesignError;
pub use operator::{
    AnswersNotice, Denial, HandsOver, LiveDelivery, NoticeAnswer, Operator, Practice, Stated, Withheld,
    Withholding,
};

pub use crate::mark::Mark;

use crate::item::Item;

/// How a messenger is built, as of a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Design {
    /// Its name on the command line: the name of its file.
    pub name: String,
    /// Its name in a sentence: *WhatsApp, March 2017*.
    pub title: String,
    /// What it is, in one plain phrase.
    pub plain: String,
    /// The date that it describes: a year, a month or a day.
    pub as_of: String,
    /// What its users are told, if that is another thing than what it is.
    pub told: Option<String>,
    /// Where what it says comes from.
    pub sources: Vec<Source>,
    /// What its phones do.
    pub phone: PhoneSide,
    /// What its relay keeps.
    pub relay: Keeping,
    /// What its operator does and says.
    pub operator: Operator,
    /// Where its backups lie, if that is not at the messenger's own operator.
    pub cloud: Option<Cloud>,
    /// What it stands for in the tables of outside truth, if it does.
    pub stands_for: Option<StandsFor>,
    /// Deposits that phones of the product may well leave and that no source tells of. Nothing is left in their place, and that
    /// nothing comes back says nothing.
    pub not_known: Vec<DepositKind>,
    /// The text of its file, for whoever wants to read it again. It is no part of what the design says.
    #[serde(skip)]
    pub text: String,
}

/// What a design stands for in the tables of outside truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandsFor {
    /// The word in the tables' column `app` or `design`.
    pub app: String,
    /// The conditions of the tables that hold in this design.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// What a demand names an account by: what it names is not counted as returned.
    pub asked_by: Item,
}

/// One statement of a design, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What it says.
    pub says: String,
    /// The source of those words.
    pub from: String,
    /// The mark of the source.
    pub mark: Mark,
}

/// What the phones of a design do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhoneSide {
    /// What they do with a text.
    pub protection: Protection,
    /// Which lengths their messages have.
    pub padding: PaddingRule,
    /// What they do beside carrying texts.
    pub habits: Habits,
    /// How many accounts a person has.
    pub accounts: Accounts,
    /// Whether an account has a number to be found under.
    pub number: bool,
}

/// How many accounts a person has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accounts {
    /// One, for everybody to write to.
    #[default]
    One,
    /// One for each contact, so that no account stands for the person.
    PerContact,
}

/// Another operator, where the backups of a design lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cloud {
    /// Its name, for people.
    pub name: String,
    /// What it keeps.
    pub keeping: Keeping,
    /// What it does about demands.
    pub operator: Operator,
    /// What the owner's account there does: which facts it leaves, and who holds the backup's key.
    pub habits: Habits,
}

impl Design {
    /// Reports that nobody knows whether phones of this design leave `kind`.
    #[must_use]
    pub fn is_unknown(&self, kind: DepositKind) -> bool {
        self.not_known.contains(&kind)
    }

    /// Reports that nobody knows whether this design's operator has `item`, because it would be read from such a deposit.
    #[must_use]
    pub fn is_unknown_item(&self, item: Item) -> bool {
        item.deposit().is_some_and(|kind| self.is_unknown(kind))
    }

    /// The statements that were assumed, so that there is something to run.
    pub fn assumed(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| matches!(source.mark, Mark::Hypothesis | Mark::Recheck))
    }
}

//! Designs: the construction of a messenger, as data. A design says what its phones do and what its relay keeps. Phones
//! and relay act on those values, and no code asks for a design's name.
//!
//! A design is a TOML file that people write ([`Design::parse`]). The designs that are part of this program are in
//! [`designs`](crate::designs). This layer does not know what any demand returns, because the answers are measured.

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

/// The construction of a messenger, as of a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Design {
    /// The design's name on the command line, which is the name of its file.
    pub name: String,
    /// The design's name in a sentence: *WhatsApp, March 2017*.
    pub title: String,
    /// The design in one plain phrase.
    pub plain: String,
    /// The date that it describes: a year, a month or a day.
    pub as_of: String,
    /// The operator's description of the design to its users, if it differs from the design itself.
    pub told: Option<String>,
    /// The sources of the design's statements.
    pub sources: Vec<SourcedStatement>,
    /// The behaviour of its phones.
    pub phone: PhoneSide,
    /// The rules for what its relay keeps.
    pub relay: Keeping,
    /// The practice and statements of its operator.
    pub operator: Operator,
    /// The operator that stores its backups, if that is not the messenger's own.
    pub cloud: Option<Cloud>,
    /// The messenger that the design represents in the tables of outside truth, if any.
    pub stands_for: Option<StandsFor>,
    /// Deposits that the product's phones may well make, although no source says so. The phones of this design make
    /// none, so a blank about them says nothing about the product.
    pub not_known: Vec<DepositKind>,
    /// The text of its file, for people who want to read the original. It is not one of the design's statements.
    #[serde(skip)]
    pub text: String,
}

/// The messenger that a design represents in the tables of outside truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandsFor {
    /// The word in the tables' column `app` or `design`.
    pub app: String,
    /// The conditions of the tables that hold in this design.
    #[serde(default)]
    pub conditions: Vec<String>,
    /// The item by which a demand names an account. It does not count as returned.
    pub asked_by: Item,
}

/// One statement of a design, with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcedStatement {
    /// The statement in words.
    pub says: String,
    /// The source of the statement.
    pub from: String,
    /// The mark of the source.
    pub mark: Mark,
}

/// The behaviour of a design's phones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhoneSide {
    /// The protection that phones give a text.
    pub protection: Protection,
    /// The rule for the length of their messages.
    pub padding: PaddingRule,
    /// Habits of the phones other than carrying texts.
    pub habits: Habits,
    /// The number of accounts that a person has.
    pub accounts: Accounts,
    /// True if an account has a number under which it can be found.
    pub number: bool,
    /// True if phones check the keys that the relay returns against its public log.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub checks_directory: bool,
}

/// The number of accounts that a person has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accounts {
    /// One account, to which everybody writes.
    #[default]
    One,
    /// An account for each contact, so that no account identifies the person.
    PerContact,
}

/// Another operator, which stores the backups of a design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cloud {
    /// The operator's name, for people.
    pub name: String,
    /// The operator's retention rules.
    pub keeping: Keeping,
    /// Its practice and statements about demands.
    pub operator: Operator,
    /// The behaviour of the owner's account there: the facts that it deposits, and the holder of the backup's key.
    pub habits: Habits,
}

impl Design {
    /// Returns true if nobody knows whether phones of this design deposit `kind`.
    #[must_use]
    pub fn is_unknown(&self, kind: DepositKind) -> bool {
        self.not_known.contains(&kind)
    }

    /// Returns true if nobody knows whether this design's operator has `item`, because the item would be read from a
    /// deposit that is not known.
    #[must_use]
    pub fn is_unknown_item(&self, item: Item) -> bool {
        item.deposit().is_some_and(|kind| self.is_unknown(kind))
    }

    /// Returns the statements that were assumed to have something to run.
    pub fn assumed(&self) -> impl Iterator<Item = &SourcedStatement> {
        self.sources.iter().filter(|source| matches!(source.mark, Mark::Hypothesis | Mark::Recheck))
    }
}

//! Designs: how a messenger is built, as data. A design says what its phones do and what its relay keeps; phones and relay act
//! on those values, and nothing anywhere asks for a design's name.
//!
//! A design is a TOML file for people to write ([`Design::parse`]); those that are part of this program are in
//! [`designs`](crate::designs). What this layer refuses to know: what any demand returns. That is measured.

mod checks;
mod error;
mod form;

use pillarbox_client::{Habits, PaddingRule, Protection};
use pillarbox_relay::Keeping;
use pillarbox_relay::keeping::span;
use pillarbox_wire::Duration;
use serde::{Deserialize, Serialize};

pub use error::DesignError;

use crate::item::{Item, Reach};

/// How a messenger is built, as of a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Design {
    /// Its name on the command line: the name of its file.
    pub name: String,
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
    /// Who says so, and where.
    pub from: String,
    /// How far that was checked.
    pub mark: Mark,
}

/// How far a statement was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Read in the source that stands beside it.
    Confirmed,
    /// Computed or counted.
    Measured,
    /// Assumed, so that there is something to run. Not a statement about anybody's product.
    Hypothesis,
    /// Generally known, and not yet checked against its source. Never printed as a fact.
    Recheck,
}

impl Mark {
    /// Whether a statement with this mark may be printed as a fact.
    #[must_use]
    pub const fn is_fact(self) -> bool {
        matches!(self, Self::Confirmed | Self::Measured)
    }
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

/// What an operator does about demands, in its own words, and what its software lets it do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Operator {
    /// The countries whose demands reach it. Several mean a relay in each, for the people of that country.
    pub jurisdictions: Vec<String>,
    /// How often it can deliver who wrote to whom while it happens; none: its software cannot.
    #[serde(deserialize_with = "span::deserialize_option")]
    pub pen_register: Option<Duration>,
    /// What it hands over at another process than the law's usual one.
    pub practice: Vec<Practice>,
    /// What it has and does not hand over.
    pub withholds: Vec<Withholding>,
    /// What alone it hands over, if it says so: everything else is withheld.
    pub hands_over: Option<HandsOver>,
    /// What it does when it is told to change its software.
    pub answers_notice: AnswersNotice,
}

/// What an operator does when it is told to change its software.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswersNotice {
    /// It ships the changed software.
    #[default]
    Complies,
    /// It withdraws what the notice is about, for the people of that country.
    Withdraws,
    /// It leaves that country: it closes the accounts of the people there and takes no new ones.
    Leaves,
}

/// The only items that an operator hands over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandsOver {
    /// These.
    pub only: Vec<Item>,
    /// In this circumstance alone, as a word that a demand may carry.
    #[serde(default)]
    pub when: Option<String>,
    /// The operator's words, or a report of them.
    pub says: String,
    /// Who says so, and where.
    pub from: String,
}

/// Why something that is held is not handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld<'a> {
    /// The operator's words, or a report of them.
    pub says: &'a str,
    /// Who says so, and where.
    pub from: &'a str,
}

/// Items that an operator hands over at another process than the law's usual one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// Which.
    pub items: Vec<Item>,
    /// The process that is enough, or that it insists on.
    pub reach: Reach,
    /// The operator's words, or a report of them.
    pub says: String,
    /// Who says so, and where.
    pub from: String,
}

/// Items that an operator has and does not hand over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withholding {
    /// Which.
    pub items: Vec<Item>,
    /// The circumstance in which it does, as a word that a demand may carry.
    #[serde(default)]
    pub unless: Option<String>,
    /// The operator's words, or a report of them.
    pub says: String,
    /// Who says so, and where.
    pub from: String,
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
    /// Reads a design from the text of a file. Its name is the file's, without folder and ending.
    ///
    /// # Errors
    /// [`DesignError`]: where in the file, what is wrong, and what to write instead.
    pub fn parse(name_of_file: &str, text: &str) -> Result<Self, DesignError> {
        form::parse(name_of_file, text)
    }
}

impl Operator {
    /// The process at which this operator hands over `item`.
    #[must_use]
    pub fn reach(&self, item: Item) -> Reach {
        let practice = self.practice.iter().find(|practice| practice.items.contains(&item));
        practice.map_or_else(|| item.reach(), |practice| practice.reach)
    }

    /// Why this operator does not hand over `item`, if it does not, in a case with these circumstances.
    #[must_use]
    pub fn withholding(&self, item: Item, circumstances: &[&str]) -> Option<Withheld<'_>> {
        let holds = |word: &Option<String>| word.as_deref().is_none_or(|word| circumstances.contains(&word));
        let only = self.hands_over.as_ref().filter(|over| !(over.only.contains(&item) && holds(&over.when)));
        let named = self.withholds.iter().find(|withheld| {
            withheld.items.contains(&item) && (withheld.unless.is_none() || !holds(&withheld.unless))
        });
        named
            .map(|withheld| Withheld { says: &withheld.says, from: &withheld.from })
            .or(only.map(|over| Withheld { says: &over.says, from: &over.from }))
    }
}

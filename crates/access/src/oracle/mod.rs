//! Outside truth: the tables of `oracles/`, and how a run is held to them, row by row.
//!
//! The tables are what others read, published or counted. This module reads them ([`chart`], [`published`], [`figures`]), compares
//! them with what a run returned ([`compare`]), and attaches to each difference the reason that stands in
//! `oracles/differences.toml` ([`reasons`]). A difference without a reason is an error, and so is a reason without a
//! difference.
//!
//! What this layer refuses to know: how a run comes about, and which messenger a row is about. Names of messengers and conditions
//! are words of the tables; which of them a design answers for, the design's own file says.

pub mod chart;
pub mod compare;
pub mod conditions;
pub mod figures;
pub mod finding;
mod items;
pub mod observed;
mod process;
pub mod published;
pub mod reasons;

pub use crate::rows::TableError;
pub use finding::{Agreement, Counts, Row};
pub use observed::{About, Ages, Asked, Holder, Observed, Returned, Standing};
pub use process::Process;
pub use reasons::{Explained, Reasons};

use serde::{Deserialize, Serialize};

/// One of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// What nine messengers return under four processes, by a chart of November 2020.
    #[serde(rename = "fbi-2021")]
    Chart,
    /// What published demands returned, and what operators say of themselves.
    PublishedReturns,
    /// Numbers.
    Figures,
}

impl Source {
    /// Every table, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Chart, Self::PublishedReturns, Self::Figures];

    /// Its name on the command line: its file's.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chart => "fbi-2021",
            Self::PublishedReturns => "published-returns",
            Self::Figures => "figures",
        }
    }

    /// What it is, as a heading.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Chart => "FBI chart of January 2021: what operators return under four processes",
            Self::PublishedReturns => {
                "Published returns: what demands brought, and what operators say themselves"
            }
            Self::Figures => "Figures: days, minutes, bytes, seconds",
        }
    }

    /// The table of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}

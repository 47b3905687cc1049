//! The tables of outside truth, by name.

use serde::{Deserialize, Serialize};

/// A table of outside truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OracleSource {
    /// A chart of November 2020: what nine messengers return under four processes.
    #[serde(rename = "fbi-2021")]
    Chart,
    /// Returns of published demands, and operators' statements about themselves.
    PublishedReturns,
    /// Numbers of days, minutes, bytes and seconds.
    Figures,
}

impl OracleSource {
    /// Every table, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Chart, Self::PublishedReturns, Self::Figures];

    /// Returns the table's name on the command line, which is its file's.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chart => "fbi-2021",
            Self::PublishedReturns => "published-returns",
            Self::Figures => "figures",
        }
    }

    /// Returns the table's heading.
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

    /// Returns the table with that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}

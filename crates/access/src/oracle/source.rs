//! The tables of outside truth, by name.

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

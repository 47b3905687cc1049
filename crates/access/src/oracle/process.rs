//! The processes of the tables.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::item::Reach;

/// The process by which something is asked for, or the party that looks for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Process {
    /// A subpoena, for stored data.
    Subpoena,
    /// An order under 18 U.S.C. 2703(d), for stored data.
    #[serde(rename = "2703d")]
    Order,
    /// A search warrant, for stored data.
    SearchWarrant,
    /// A pen register: who writes to whom, from the order on.
    PenRegister,
    /// Any process for stored data.
    Any,
    /// No process. The server's operator can learn it while the server runs.
    ServerOperator,
}

impl Process {
    /// Every process of the tables.
    pub const ALL: [Self; 6] = [
        Self::Subpoena,
        Self::Order,
        Self::SearchWarrant,
        Self::PenRegister,
        Self::Any,
        Self::ServerOperator,
    ];

    /// The processes for stored data, the easiest to get first.
    pub const STORED: [Self; 3] = [Self::Subpoena, Self::Order, Self::SearchWarrant];

    /// Returns the process's name in the tables, as serde writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subpoena => "subpoena",
            Self::Order => "2703d",
            Self::SearchWarrant => "search_warrant",
            Self::PenRegister => "pen_register",
            Self::Any => "any",
            Self::ServerOperator => "server_operator",
        }
    }

    /// Returns the process that the tables call by this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|process| process.as_str() == word)
    }

    /// Returns the hardest kind of stored data that the process reaches, or nothing for a process about the future.
    #[must_use]
    pub const fn reach(self) -> Option<Reach> {
        match self {
            Self::Subpoena => Some(Reach::Subscriber),
            Self::Order => Some(Reach::Records),
            Self::SearchWarrant | Self::Any => Some(Reach::Contents),
            Self::PenRegister | Self::ServerOperator => None,
        }
    }

    /// Returns the processes for stored data that are easier to get than this one.
    pub fn narrower(self) -> impl Iterator<Item = Self> {
        let stored = self.reach().is_some();
        Self::STORED.into_iter().filter(move |other| stored && *other < self)
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_process_has_one_word_and_serde_writes_it() {
        for process in Process::ALL {
            assert_eq!(Process::named(process.as_str()), Some(process));
            assert_eq!(serde_json::to_string(&process).unwrap(), format!("\"{process}\""));
        }
    }

    #[test]
    fn only_stored_things_have_a_narrower_process() {
        assert_eq!(
            Process::SearchWarrant.narrower().collect::<Vec<_>>(),
            [Process::Subpoena, Process::Order]
        );
        assert_eq!(Process::Subpoena.narrower().count(), 0);
        assert_eq!(Process::PenRegister.narrower().count(), 0);
    }
}

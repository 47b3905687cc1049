//! What came back: for each thing asked, what was returned, or a blank with its reason.

use std::fmt;

use serde::Serialize;

use crate::ask::Ask;
use crate::demand::Demand;
use crate::evidence::Evidence;

/// The right-hand side of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
#[non_exhaustive]
pub enum Answer {
    /// Something came back.
    Returned {
        /// How many entries or rows.
        count: u64,
        /// What came back, a line each, read from the relay's rows.
        lines: Vec<String>,
    },
    /// The relay has rows, and nothing in its possession opens them.
    HeldUnreadable {
        /// How many rows.
        count: u64,
        /// How many private keys of the relay were tried on each.
        private_keys: u64,
        /// How many other 32-byte values from its rows were tried as if they were private keys.
        public_values: u64,
    },
    /// The relay has nothing of the kind.
    NoneHeld {
        /// Why, as far as its own rows tell.
        reason: Blank,
    },
    /// This demand does not reach this kind of data, whether or not the relay has it.
    NotCovered,
}

/// Why a line stayed blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "because")]
#[non_exhaustive]
pub enum Blank {
    /// No row of this relay names such an account.
    NoSuchAccount,
    /// The account's row has no such entry.
    NotWrittenDown,
    /// Messages passed through; their rows are gone.
    Deleted {
        /// How many passed, by the relay's own numbering of rows.
        passed: u64,
    },
    /// No message ever passed.
    NonePassed,
    /// Rows are there, and none of them names this account.
    NoneOfThisAccount,
}

impl fmt::Display for Blank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchAccount => f.write_str("the relay has no such account"),
            Self::NotWrittenDown => f.write_str("the relay does not write this down"),
            Self::Deleted { passed } => {
                write!(f, "{passed} passed through, and their rows are gone")
            }
            Self::NonePassed => f.write_str("no message has passed through"),
            Self::NoneOfThisAccount => f.write_str("no row that is left names this account"),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned { count, .. } => write!(f, "returned {count}"),
            Self::HeldUnreadable { count, private_keys, public_values } => write!(
                f,
                "held but unreadable: {count}. Not opened by any of the relay's {private_keys} private keys, nor by its \
                 {public_values} public values tried as keys",
            ),
            Self::NoneHeld { reason } => write!(f, "none held: {reason}"),
            Self::NotCovered => f.write_str("blank: not covered"),
        }
    }
}

/// One line of the paper: asked on the left, returned on the right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What was asked.
    pub ask: Ask,
    /// The same in words.
    pub asked: &'static str,
    /// What came back.
    pub answer: Answer,
}

/// The whole answer to one demand about one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Return {
    /// The demand served.
    pub demand: &'static Demand,
    /// The account asked about, as the paper names it.
    pub about: String,
    /// Line by line.
    pub lines: Vec<Line>,
    /// Other accounts that the returned rows name, the other party of a conversation included.
    pub others_named: u64,
    /// How many messages the relay has ever accepted, for everybody together. It does not know how many were this account's.
    pub accepted_in_all: u64,
    /// The rows behind the answer and what was done to them.
    pub evidence: Evidence,
}

impl Return {
    /// The answer to one ask.
    #[must_use]
    pub fn answer(&self, ask: Ask) -> Option<&Answer> {
        self.lines.iter().find(|line| line.ask == ask).map(|line| &line.answer)
    }

    /// How many message rows came back with recipient and time.
    #[must_use]
    pub fn records(&self) -> usize {
        match self.answer(Ask::Traffic) {
            Some(Answer::Returned { .. }) => self.evidence.rows.len(),
            _ => 0,
        }
    }

    /// How many of those name their sender.
    #[must_use]
    pub fn senders(&self) -> usize {
        if self.records() == 0 { 0 } else { self.evidence.rows.iter().filter(|row| row.names_sender).count() }
    }

    /// How many texts came back in readable form; receipts and the like are not texts.
    #[must_use]
    pub fn texts(&self) -> usize {
        let content = self.evidence.rows.iter().filter_map(|row| row.content.as_ref());
        content.filter(|content| content.attempts.reads_a_text()).count()
    }
}

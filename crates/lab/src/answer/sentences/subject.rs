//! The subject of the sentences of one answer: who answers, about whom, and what is counted.

use std::collections::BTreeSet;

use pillarbox_access::speaker::Speaker;

use super::words::{counted_by, listed, part, with_article};
use crate::score::Statement;

/// The subject of the sentences of one answer.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    /// The party that answers.
    pub(crate) party: &'a str,
    /// The person whom the demand is about.
    pub(crate) target: &'a str,
    /// The noun behind the numbers, in the plural.
    pub(crate) unit: &'a str,
    /// The noun for something that stays closed.
    pub(crate) container: &'a str,
    /// True if an operator answers.
    pub(crate) is_an_operator: bool,
    /// True if it answers from passing traffic, and not from storage.
    pub(crate) is_a_tap: bool,
    /// True if the count begins with the order.
    pub(crate) is_about_the_time_after: bool,
    /// True if it counts nothing from before the order.
    pub(crate) is_from_the_order_on: bool,
    /// True if the count is about everybody, and not about the target alone.
    pub(crate) is_about_everybody: bool,
    /// True if anything was returned.
    pub(crate) is_anything_back: bool,
    /// True if nobody knows whether the operator would do what was measured.
    pub(crate) is_hypothetical: bool,
    /// The source of the statement that the party does not hand over something that it has: a third party, or the
    /// party itself.
    pub(crate) keeps_back: KeepsBack<'a>,
}

/// The sources of the statement that something is not handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeepsBack<'a> {
    /// The party itself.
    ByItsOwnWord,
    /// Others, by their sources.
    According(BTreeSet<&'a str>),
}

impl<'a> KeepsBack<'a> {
    /// Returns the speakers of these statements. A speaker other than the party is named.
    pub(crate) fn of(statements: &BTreeSet<&'a Statement>) -> Self {
        let others = statements.iter().filter(|said| said.by == Speaker::Others);
        let sources: BTreeSet<&str> = others.map(|said| said.from.as_str()).collect();
        if sources.is_empty() { Self::ByItsOwnWord } else { Self::According(sources) }
    }

    /// Returns a clause: "it says that it does not hand over 3 kinds of data", "according to the FBI it does not hand
    /// them over".
    pub(super) fn clause(&self, what: &str) -> String {
        match self {
            Self::ByItsOwnWord => format!("it says that it does not hand {what}"),
            Self::According(sources) => {
                let sources: Vec<String> = sources.iter().map(|source| with_article(source)).collect();
                format!("according to {}, it does not hand {what}", listed(&sources, "and"))
            }
        }
    }
}

impl Subject<'_> {
    /// Returns the verb for something that the party does not hand over.
    pub(super) fn has(&self) -> &'static str {
        match self.unit {
            "messages" => "has a record of",
            _ => "has",
        }
    }

    /// Returns the verb for having nothing of the counted kind: an operator keeps none, a phone or a person gives none.
    pub(super) fn keeps(&self) -> &'static str {
        match (self.is_an_operator, self.unit) {
            (true, "texts" | "messages" | "kinds of data") => "keeps",
            _ => self.gives(),
        }
    }

    /// Returns the verb for the counted kind: a record of a message is not its text, and a token's owner is not the
    /// token.
    pub(super) fn gives(&self) -> &'static str {
        match self.unit {
            "messages" => "has a record of",
            "devices" => "names the owner of",
            "reports" => "can confirm",
            _ => "gives",
        }
    }
}

/// Formats a fraction: "all 4 texts of Rhys", "3 of 15 kinds of data about Rhys".
pub(super) fn share(subject: &Subject<'_>, n: u64, of: u64) -> String {
    let whose = if matches!(subject.unit, "kinds of data" | "reports") { "about" } else { "of" };
    // An addition to the noun follows the name: "texts of Rhys with a tool".
    let (noun, with) =
        subject.unit.split_once(" with ").map_or((subject.unit, ""), |(noun, with)| (noun, with));
    let with = if with.is_empty() { String::new() } else { format!(" to {with}") };
    format!("{} {whose} {}{with}", part(n, of, noun), subject.target)
}

pub(super) fn counted(subject: &Subject<'_>, number: u64) -> String {
    counted_by(number, subject.unit)
}

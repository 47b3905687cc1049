//! The part of the truth that a score needs. A scorer makes it from a world's truth and writes it into the evidence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::{sha256, text_id};
use crate::scenario::{PersonId, Scenario};
use crate::truth::{Scorer, WhereSaid};

/// Stands before an account without a number.
pub(super) const ACCOUNT: &str = "account ";

/// An utterance. Its words are stored as their SHA-256, which is enough to recognise them and reveals nobody's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Utterance {
    /// The time, in milliseconds since 1970.
    pub at: u64,
    /// The name of the author.
    pub by: String,
    /// The names of the recipients.
    pub to: Vec<String>,
    /// True if everybody could read it.
    pub public: bool,
    /// SHA-256 of the words.
    pub sha256: String,
}

/// The truth with which an answer is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Yardstick {
    /// The person whom the demand is about.
    pub target: String,
    /// The time from which an order applies, in milliseconds since 1970.
    pub ordered: u64,
    /// The time at which the answer is due, in milliseconds since 1970.
    pub served: u64,
    /// The person behind each number, account and internet address.
    pub names: BTreeMap<String, String>,
    /// Everything that was said.
    pub said: Vec<Utterance>,
    /// The members of each group that the target is in.
    pub groups: BTreeMap<String, Vec<String>>,
}

impl Yardstick {
    /// Builds the yardstick of a world for a demand about `target`.
    #[must_use]
    pub fn of(scenario: &Scenario, scorer: Scorer<'_>, target: PersonId) -> Self {
        let name =
            |who: PersonId| scenario.person(who).map_or_else(String::new, |person| person.name.clone());
        let all = |people: &[PersonId]| people.iter().map(|who| name(*who)).collect::<Vec<_>>();
        let mut names = BTreeMap::new();
        for (who, person) in scenario.everybody() {
            names.insert(person.name.clone(), name(who));
            names.extend(person.number.iter().map(|number| (number.to_string(), name(who))));
            names.extend(person.os_account.iter().map(|account| (account.clone(), name(who))));
        }
        for behind in scorer.accounts() {
            names.insert(behind.account.to_string(), name(behind.who));
        }
        let said = scorer.said().iter().map(|said| Utterance {
            at: said.at.0,
            by: name(said.by),
            to: all(&said.to),
            public: matches!(said.place, WhereSaid::Channel(_)),
            sha256: sha256(said.text.as_bytes()),
        });
        let groups = scorer.groups().iter().filter(|(_, group)| group.members.contains(&target));
        Self {
            target: name(target),
            ordered: scenario.inquiry.ordered.0,
            served: scenario.inquiry.served.0,
            names,
            said: said.collect(),
            groups: groups.map(|(group, is)| (group.clone(), all(&is.members))).collect(),
        }
    }

    /// Returns the person denoted by a name in an answer.
    #[must_use]
    pub fn who(&self, name: &str) -> Option<&str> {
        let account = name.strip_prefix(ACCOUNT).unwrap_or(name);
        self.names.get(account).map(String::as_str)
    }

    /// Replaces the numbers and accounts in a text by the story's names. An account without a number keeps its own name
    /// unless the party `knows_accounts`.
    #[must_use]
    pub fn in_names(&self, text: &str, knows_accounts: bool) -> String {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '+';
        let mut ids: Vec<(&str, &str)> = self
            .names
            .iter()
            .map(|(id, name)| (id.as_str(), name.as_str()))
            .filter(|(id, name)| id != name)
            .collect();
        // An identifier that begins with another's number is not that other, so the longest comes first.
        ids.sort_by_key(|(id, _)| std::cmp::Reverse(id.len()));
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut before = None;
        while let Some(letter) = rest.chars().next() {
            let bare = rest.strip_prefix(ACCOUNT).unwrap_or(rest);
            let named = ids.iter().find_map(|(id, name)| {
                let after = bare.strip_prefix(id)?;
                (!after.starts_with(is_part)).then_some((*name, after))
            });
            let is_named = (bare == rest || knows_accounts) && !before.is_some_and(is_part);
            match named.filter(|_| is_named) {
                None if bare != rest => {
                    // The account behind the word is not examined again.
                    let end = bare.find(|letter| !is_part(letter)).unwrap_or(bare.len());
                    let (account, after) = bare.split_at(end);
                    out.push_str(ACCOUNT);
                    out.push_str(account);
                    (rest, before) = (after, account.chars().last());
                }
                Some((name, after)) => {
                    out.push_str(name);
                    (rest, before) = (after, name.chars().last());
                }
                None => {
                    out.push(letter);
                    (rest, before) = (rest.get(letter.len_utf8()..).unwrap_or_default(), Some(letter));
                }
            }
        }
        out
    }

    /// Returns the private texts from and to the target.
    pub fn of_target(&self) -> impl Iterator<Item = &Utterance> {
        self.said
            .iter()
            .filter(|told| !told.public && (told.by == self.target || told.to.contains(&self.target)))
    }

    /// Returns the same texts as messages, one for each recipient: the text, the author, the recipient.
    pub fn legs(&self) -> impl Iterator<Item = (&Utterance, &str, &str)> {
        self.of_target().flat_map(|told| {
            let legs = told.to.iter().filter(|to| told.by == self.target || **to == self.target);
            legs.map(move |to| (told, told.by.as_str(), to.as_str()))
        })
    }

    /// Returns the number that a text has in the story.
    #[must_use]
    pub fn id(&self, told: &Utterance) -> String {
        text_id(self.said.iter().position(|other| std::ptr::eq(other, told)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_stand_by_name_wherever_a_number_or_an_account_of_theirs_does() {
        let names = [
            ("Rhys", "Rhys"),
            ("+447700900101", "Rhys"),
            ("ea6e3591", "Rhys"),
            ("+4477009001012", "Bea"),
            ("bea@cloud.example", "Bea"),
        ];
        let names = names.map(|(id, name)| (id.to_owned(), name.to_owned())).into();
        let yardstick = Yardstick { names, ..Yardstick::default() };
        for (text, named) in [
            ("08:00: +447700900101 to account ea6e3591", "08:00: Rhys to Rhys"),
            ("+4477009001012, bea@cloud.example", "Bea, Bea"),
            ("account ea6e35912 and 0ea6e3591", "account ea6e35912 and 0ea6e3591"),
            ("account of Rhys", "account of Rhys"),
            ("", ""),
        ] {
            assert_eq!(yardstick.in_names(text, true), named);
        }
        let operators = "+447700900101 to account ea6e3591, account ea6e3591";
        assert_eq!(yardstick.in_names(operators, false), "Rhys to account ea6e3591, account ea6e3591");
    }
}

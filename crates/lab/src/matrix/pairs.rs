//! Pairs of people that are known after a month under each design: one document beside the cells, and a table for
//! spreadsheets.
//!
//! The cells belong to the run's story. The month is its own story, and it is the same for every run.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::csv;
use crate::evidence::{VERSION, pretty};
use crate::metadata::month::{Month, Pairs, Rule, words};
use crate::scenario::Scenario;

/// The document's file. Its form is `schemas/pairs.schema.json`.
pub const FILE: &str = "pairs.json";

/// The file of the table for spreadsheets.
pub const TABLE: &str = "pairs.csv";

/// The heading of the column beside the demands.
pub const COLUMN: &str = "pairs";

/// The columns of the table.
const COLUMNS: [&str; 14] = [
    "design",
    "rule",
    "there",
    "possible",
    "rows",
    "with_sender",
    "named",
    "named_shuffled_right",
    "named_shuffled",
    "inferred",
    "false_leads",
    "shuffled_right",
    "shuffled",
    "not_inferred",
];

/// The month under several designs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairsDocument {
    /// [`VERSION`].
    pub v: u8,
    /// The story.
    pub story: String,
    /// The story's name for people.
    pub title: String,
    /// SHA-256 of the story's content.
    pub story_sha256: String,
    /// The story's seed.
    pub seed: u64,
    /// The number of people in the story.
    pub people: u64,
    /// The number of pairs that these people could form. A guess picks one of them.
    pub possible: u64,
    /// Each design, in the order of the rows.
    pub designs: Vec<Month>,
}

impl PairsDocument {
    /// Builds the document of these months.
    #[must_use]
    pub fn of(story: &Scenario, designs: Vec<Month>) -> Self {
        let people = story.everybody().count() as u64;
        Self {
            v: VERSION,
            story: story.name.clone(),
            title: story.title.clone(),
            story_sha256: data_encoding::HEXLOWER.encode(&story.digest),
            seed: story.seed,
            people,
            possible: people * people.saturating_sub(1) / 2,
            designs,
        }
    }

    /// Returns the document and the table, as files of a matrix's folder.
    #[must_use]
    pub fn files(&self) -> [(String, String); 2] {
        [(FILE.to_owned(), pretty(self)), (TABLE.to_owned(), self.table())]
    }

    /// Returns the table, with a line for each design and rule.
    #[must_use]
    pub fn table(&self) -> String {
        let mut out = csv::line(&COLUMNS.map(str::to_owned));
        for month in &self.designs {
            for pairs in &month.pairs {
                out.push_str(&csv::line(&self.line(month, pairs)));
            }
        }
        out
    }

    fn line(&self, month: &Month, pairs: &Pairs) -> Vec<String> {
        let mut fields = vec![month.design.clone(), pairs.rule.as_str().to_owned()];
        let numbers = [
            month.there,
            self.possible,
            pairs.rows,
            pairs.with_sender,
            pairs.named,
            pairs.named_shuffled_right,
            pairs.named_shuffled,
            pairs.inferred,
            pairs.false_leads,
            pairs.shuffled_right,
            pairs.shuffled,
        ];
        fields.extend(numbers.map(|number| number.to_string()));
        fields.push(pairs.not_inferred.clone().unwrap_or_default());
        fields
    }

    /// Returns the month of a design.
    #[must_use]
    pub fn month(&self, design: &str) -> Option<&Month> {
        self.designs.iter().find(|month| month.design == design)
    }

    /// Returns the number of pairs among which a column counts, if that number is the same under every design.
    pub(super) fn of_how_many(&self) -> String {
        let there = |month: &Month| month.there;
        let all: BTreeSet<u64> = self.designs.iter().map(there).collect();
        match all.into_iter().collect::<Vec<_>>().as_slice() {
            [there] => format!("of {there}"),
            _ => String::new(),
        }
    }

    /// Writes what the column says, with its control, and with the rows of designs that are not among `designs`.
    pub(super) fn legend(&self, designs: &[String]) -> String {
        let mut says = format!(
            "{COLUMN}: those that rows name after a month of {} people, {}; +n more are inferred, and never returned.",
            self.people,
            Rule::ALL.map(Rule::wording).join("/"),
        );
        for month in self.designs.iter().filter(|month| !designs.contains(&month.design)) {
            says.push_str(&format!(" {}: {}.", month.design, words::code(month)));
        }
        let right =
            self.designs.iter().flat_map(|month| &month.pairs).map(|pairs| pairs.shuffled_right).max();
        says.push_str(&format!(
            " Control: with recipients exchanged at most {} are inferred and right.",
            right.unwrap_or(0),
        ));
        says
    }

    /// Returns true if no run of this program could produce this document.
    #[must_use]
    pub fn is_impossible(&self) -> bool {
        self.designs.iter().any(|month| {
            let rules = month.pairs.iter().map(|pairs| pairs.rule);
            !rules.eq(Rule::ALL)
                || month.there > self.possible
                || month.pairs.iter().any(|it| is_odd(it, month.there))
        })
    }
}

/// Returns true if a part is more than its whole.
const fn is_odd(pairs: &Pairs, there: u64) -> bool {
    pairs.named.saturating_add(pairs.inferred) > there
        || pairs.with_sender > pairs.rows
        || pairs.named_shuffled_right > pairs.named_shuffled
        || pairs.shuffled_right > pairs.shuffled
}

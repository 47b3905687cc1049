//! Pairs of people known after a month, as a table with sentences.

use super::grid::Grid;
use crate::english::capital;
use crate::matrix::manifest::Manifest;
use crate::matrix::pairs::{FILE, PairsDocument};
use crate::metadata::month::{Pairs, Rule, words};

/// The table.
#[derive(Clone, Debug)]
pub(super) struct MonthTable<'a> {
    /// The story's name for people.
    pub(super) title: &'a str,
    /// The story's name in files.
    pub(super) story: &'a str,
    /// SHA-256 of the story's content.
    pub(super) story_sha256: &'a str,
    /// The story's seed.
    pub(super) seed: u64,
    /// The number of people in the story.
    pub(super) people: u64,
    /// The number of right guesses among a hundred.
    pub(super) chance: u64,
    /// The headings of the columns: what the operator keeps.
    pub(super) heads: Vec<String>,
    /// A row for each design.
    pub(super) rows: Vec<MonthRow<'a>>,
    /// The sentences: what the table says, why designs differ or do not, and the controls.
    pub(super) sentences: Vec<String>,
    /// The document's file and digest.
    pub(super) file: (&'static str, &'a str),
}

/// A row.
#[derive(Clone, Debug)]
pub(super) struct MonthRow<'a> {
    /// The design's name for people.
    pub(super) title: &'a str,
    /// The address of the design's section, if it has one.
    pub(super) section: Option<String>,
    /// A cell for each rule.
    pub(super) cells: Vec<MonthCell>,
}

/// A cell.
#[derive(Clone, Debug)]
pub(super) struct MonthCell {
    /// The head of the cell's column, for a narrow window.
    pub(super) rule: String,
    /// The number of pairs that rows name.
    pub(super) named: u64,
    /// The number of pairs of people who wrote to each other.
    pub(super) there: u64,
    /// Further pairs that are inferred, in words.
    pub(super) inferred: String,
    /// The control, in words.
    pub(super) control: String,
    /// True if no pair is named or inferred.
    pub(super) is_nothing: bool,
}

impl<'a> MonthTable<'a> {
    /// Builds the table of a document.
    pub(super) fn of(document: &'a PairsDocument, grid: &Grid<'_>, manifest: &'a Manifest) -> Self {
        let section = |name: &str| {
            let place = grid.designs.iter().position(|design| design.name == name)?;
            Some(format!("d{}", place + 1))
        };
        let rows = document.designs.iter().map(|month| MonthRow {
            title: &month.title,
            section: section(&month.design),
            cells: month.pairs.iter().map(|pairs| MonthCell::of(pairs, month.there)).collect(),
        });
        let there = document.designs.iter().map(|month| month.there).max().unwrap_or(0);
        Self {
            title: &document.title,
            story: &document.story,
            story_sha256: &document.story_sha256,
            seed: document.seed,
            people: document.people,
            chance: (100 * there + document.possible / 2) / document.possible.max(1),
            heads: Rule::ALL.map(|rule| capital(rule.wording())).to_vec(),
            rows: rows.collect(),
            sentences: sentences(document),
            file: (FILE, manifest.files.get(FILE).map_or("", String::as_str)),
        }
    }
}

impl MonthCell {
    fn of(pairs: &Pairs, there: u64) -> Self {
        let inferred = match (pairs.inferred, pairs.false_leads) {
            (0, 0) if pairs.rows == 0 => "no row is left".to_owned(),
            (0, 0) => "no more inferred".to_owned(),
            (right, 0) => format!("{right} more inferred"),
            (right, wrong) => format!("{right} more inferred, and {wrong} wrongly"),
        };
        let shuffled =
            |what, right: u64, all: u64| (all > 0).then(|| format!("{right} of {all} {what} are right"));
        let control = [
            shuffled("named", pairs.named_shuffled_right, pairs.named_shuffled),
            shuffled("inferred", pairs.shuffled_right, pairs.shuffled),
        ];
        let control = control.into_iter().flatten().collect::<Vec<_>>().join(", ");
        Self {
            rule: capital(pairs.rule.wording()),
            named: pairs.named,
            there,
            inferred,
            control: if control.is_empty() { control } else { format!("shuffled: {control}") },
            is_nothing: (pairs.named, pairs.inferred) == (0, 0),
        }
    }
}

/// Returns the sentences: what the table says, why designs differ or do not, and its controls.
fn sentences(document: &PairsDocument) -> Vec<String> {
    let months = &document.designs;
    let mut all: Vec<String> = words::headline(months).into_iter().collect();
    all.extend(words::only_keeping_differs(months));
    all.extend(Rule::ALL.into_iter().flat_map(|rule| words::reasons(months, rule)));
    all.extend(words::by_other_means(months));
    all.extend(words::control_of_named(months, document.possible));
    all.extend(words::control(months));
    all
}

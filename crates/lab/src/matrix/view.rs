//! The contents of a matrix on the screen: its rows, its columns, and the words of each cell.

use std::collections::BTreeMap;

use pillarbox_access::designs;
use pillarbox_access::law::Day;

use super::cell::Cell;
use super::codes::code;
use super::pairs::{COLUMN, PairsDocument};
use crate::answer::Answer;
use crate::experiments;
use crate::metadata::month::Month;
use crate::metadata::month::words::{self, phrase};
use crate::scenario::Scenario;
use crate::screen::{Screen, Weight};

/// A matrix to be shown.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The story.
    pub scenario: &'a Scenario,
    /// The designs, in the order of the rows.
    pub designs: &'a [String],
    /// The demands, in the order of the columns.
    pub demands: &'a [String],
    /// The cells.
    pub cells: &'a [Cell],
    /// Pairs of people that are known after a month, if they were counted: one more column.
    pub pairs: Option<&'a PairsDocument>,
}

impl<'a> View<'a> {
    pub(super) fn by_place(&self) -> BTreeMap<(&'a str, &'a str), &'a Cell> {
        let place = |cell: &'a Cell| ((cell.design.as_str(), cell.demand.as_str()), cell);
        self.cells.iter().map(place).collect()
    }

    /// Returns the design's name for people. A user's own design has the name in its file.
    pub(super) fn design(&self, name: &str) -> String {
        let own = || self.cells.iter().find(|cell| cell.design == name).map(|it| it.answer.design.clone());
        let title = designs::named(name).map(|design| design.title.clone()).or_else(own);
        title.filter(|title| !title.is_empty()).unwrap_or_else(|| name.to_owned())
    }

    /// Returns the design's name for people, and the word that is typed.
    pub(super) fn design_and_word(&self, name: &str) -> String {
        with_word(&self.design(name), name)
    }

    pub(super) fn heading(&self, screen: &mut Screen) {
        let (scenario, inquiry) = (self.scenario, &self.scenario.inquiry);
        screen.say_in(Weight::Bold, &scenario.title);
        let name = |who| scenario.person(who).map_or("somebody", |person| person.name.as_str());
        screen.say(&format!(
            "{}: looking back about {}, served on {}; from the order of {} on about {}.",
            scenario.name,
            name(inquiry.about),
            inquiry.day.unwrap_or_else(|| Day::of(inquiry.served)),
            inquiry.day.unwrap_or_else(|| Day::of(inquiry.ordered)),
            name(inquiry.from_now_on),
        ));
    }
}

impl View<'_> {
    /// Returns true if two designs give the same answer to every demand: the same counts, the same other people in it,
    /// and the same other data.
    pub(super) fn is_same_answer(&self, one: &str, other: &str) -> bool {
        let answers = |design: &str| -> BTreeMap<&str, _> {
            let cells = self.cells.iter().filter(|cell| cell.design == design);
            let told = cells.map(|Cell { demand, says, answer, .. }| {
                let Answer { named, named_accounts, read, other_data, .. } = answer;
                (demand.as_str(), (says, named, named_accounts, read, other_data))
            });
            told.collect()
        };
        let month = |design: &str| self.pairs.and_then(|pairs| pairs.month(design)).map(phrase);
        answers(one) == answers(other) && month(one) == month(other)
    }
}

/// Cells by design and demand.
pub(super) type ByPlace<'a> = BTreeMap<(&'a str, &'a str), &'a Cell>;

impl View<'_> {
    /// Returns the columns: the demands, and the pairs of a month.
    pub(super) fn columns(&self) -> Vec<String> {
        self.demands.iter().cloned().chain(self.pairs.map(|_| COLUMN.to_owned())).collect()
    }

    /// Returns what a column says about a design, in words.
    pub(super) fn says(&self, cells: &ByPlace<'_>, design: &str, column: &str) -> Option<String> {
        self.told(cells, (design, column), phrase, |cell| cell.says.clone())
    }

    /// Returns the same in the fewest characters that distinguish it from others.
    pub(super) fn code(&self, cells: &ByPlace<'_>, design: &str, column: &str) -> Option<String> {
        self.told(cells, (design, column), words::code, code)
    }

    fn told(
        &self,
        cells: &ByPlace<'_>,
        (design, column): (&str, &str),
        of_month: fn(&Month) -> String,
        of_cell: fn(&Cell) -> String,
    ) -> Option<String> {
        match self.pairs {
            Some(pairs) if column == COLUMN => pairs.month(design).map(of_month),
            _ => cells.get(&(design, column)).map(|cell| of_cell(cell)),
        }
    }
}

/// Returns the demand's name for people.
pub(super) fn demand(name: &str) -> String {
    if name == COLUMN {
        return "pairs known after a month".to_owned();
    }
    Some(experiments::title_of(name)).filter(|title| !title.is_empty()).unwrap_or_else(|| name.to_owned())
}

/// Returns a name for people, and the word that is typed if it differs.
pub(super) fn with_word(title: &str, word: &str) -> String {
    if title == word { word.to_owned() } else { format!("{title} ({word})") }
}

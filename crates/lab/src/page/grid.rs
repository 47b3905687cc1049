//! The cells of a run as a table: designs as rows, demands as columns, and the summary that a table shows of each cell.

use std::collections::BTreeMap;

use pillarbox_access::demand::{self, Demand};
use pillarbox_access::design::Design;
use pillarbox_access::designs;

use super::squares::{self, Square};
use crate::english::capital;
use crate::evidence::Evidence;
use crate::matrix::cell::Cell;
use crate::record::design_digest;
use crate::score::State;

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The design's name in files.
    pub(super) name: String,
    /// The design's name for people.
    pub(super) title: String,
    /// The design itself, if it is one of this program's, unchanged.
    pub(super) design: Option<&'static Design>,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The demand's name in files.
    pub(super) name: String,
    /// The demand's name for people, without its article.
    pub(super) title: String,
    /// The noun of its numbers.
    pub(super) unit: String,
    /// The person whom the demand is about.
    pub(super) target: String,
    /// The demand in law, if one has its name.
    pub(super) demand: Option<&'static Demand>,
}

/// The summary of a cell in a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// The squares, one for each text.
    pub(super) squares: Vec<Square>,
    /// The fraction; empty if nothing is counted.
    pub(super) number: String,
    /// The state's name.
    pub(super) word: String,
    /// True if something was returned, or will be.
    pub(super) is_something: bool,
}

/// A cell with its evidence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The cell.
    pub(super) cell: &'a Cell,
    /// Its evidence.
    pub(super) evidence: &'a Evidence,
}

/// The table.
#[derive(Debug)]
pub(super) struct Grid<'a> {
    /// The rows.
    pub(super) designs: Vec<Row>,
    /// The columns.
    pub(super) demands: Vec<Column>,
    places: BTreeMap<(usize, usize), Place<'a>>,
}

impl<'a> Grid<'a> {
    /// Builds the table of a run, with the digests of its designs. Cells without evidence are left out.
    #[must_use]
    pub(super) fn of(
        digests: &BTreeMap<String, String>,
        cells: &'a [Cell],
        evidence: &'a BTreeMap<String, Evidence>,
    ) -> Self {
        let mut grid = Self { designs: Vec::new(), demands: Vec::new(), places: BTreeMap::new() };
        for cell in cells {
            let Some(evidence) = evidence.get(&cell.evidence) else { continue };
            let row = grid.designs.iter().position(|row| row.name == cell.design).unwrap_or_else(|| {
                grid.designs.push(Row {
                    name: cell.design.clone(),
                    title: evidence.context.design.clone(),
                    design: unchanged(digests, &cell.design),
                });
                grid.designs.len() - 1
            });
            let column =
                grid.demands.iter().position(|column| column.name == cell.demand).unwrap_or_else(|| {
                    grid.demands.push(Column {
                        name: cell.demand.clone(),
                        title: headed(evidence),
                        unit: evidence.unit.clone(),
                        target: evidence.yardstick.target.clone(),
                        demand: demand::named(&evidence.power),
                    });
                    grid.demands.len() - 1
                });
            grid.places.insert((row, column), Place { cell, evidence });
        }
        grid
    }

    /// Returns the cell at a position; `None` if it was not run.
    #[must_use]
    pub(super) fn at(&self, row: usize, column: usize) -> Option<Place<'a>> {
        self.places.get(&(row, column)).copied()
    }

    /// Returns true if a column names kinds of data and does not count them.
    #[must_use]
    pub(super) fn names_kinds(&self, column: usize) -> bool {
        let measures = |row| self.at(row, column).map(|place| &place.cell.measures);
        (0..self.designs.len())
            .filter_map(measures)
            .any(|measures| !measures.kinds.is_empty() || !measures.kinds_withheld.is_empty())
    }

    /// Returns the summary of a cell: squares, the number, and the state's name. The unit is at the column's head.
    #[must_use]
    pub(super) fn shown(&self, row: usize, column: usize) -> Shown {
        let (Some(Place { cell, evidence }), Some(head)) = (self.at(row, column), self.demands.get(column))
        else {
            return Shown { word: "not run".into(), ..Shown::default() };
        };
        let squares = squares::of(cell, evidence);
        let is_something = match squares.as_slice() {
            [] => cell.state.counted().is_some_and(|(n, _)| n > 0) && !is_held_back(cell),
            squares => squares.iter().any(|square| *square != Square::Open),
        };
        let (number, word) = match cell.state.counted() {
            Some((n, of)) if !cell.state.is_of_messages() && evidence.unit == head.unit => {
                (format!("{n} of {of}"), cell.state.word().to_owned())
            }
            // Findings other than the counted kind are shown in the cell.
            None => (String::new(), cell.says.split(';').next().unwrap_or_default().to_owned()),
            Some(_) => (String::new(), cell.says.clone()),
        };
        Shown { squares, number, word, is_something }
    }
}

fn is_held_back(cell: &Cell) -> bool {
    matches!(cell.state, State::Withheld { .. } | State::Unreadable { .. })
}

/// Returns a design of this program, if the run used its present version.
fn unchanged(digests: &BTreeMap<String, String>, name: &str) -> Option<&'static Design> {
    let design = designs::named(name)?;
    (digests.get(name) == Some(&design_digest(design))).then_some(design)
}

/// Returns a demand's name as a heading: without its article.
fn headed(evidence: &Evidence) -> String {
    let title = evidence.context.demand.as_str();
    capital(["a ", "an "].iter().find_map(|article| title.strip_prefix(article)).unwrap_or(title))
}

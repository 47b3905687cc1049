//! Figures: numbers of the tables, and their comparison with measured ones.

use std::sync::LazyLock;

use super::chart::mark;
use crate::design::Mark;
use crate::rows::{TableError, rows, word};

const TABLE: &str = "figures.csv";
const HEADING: [&str; 7] =
    ["id", "experiment", "parameter", "expected", "tolerance_or_spread", "reference", "confidence"];

/// The ending of an experiment's name if the experiment is about one messenger.
const PROFILE: &str = "_profile";

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The figure's name.
    pub id: String,
    /// The experiment that the figure belongs to.
    pub experiment: String,
    /// The quantity that is counted.
    pub parameter: String,
    /// The number in the table.
    pub expected: f64,
    /// The allowed deviation of a run, in the table's words.
    pub tolerance: String,
    /// The source of the number.
    pub reference: String,
    /// The extent to which the row was checked.
    pub mark: Mark,
}

/// The measurement of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MeasuredFigure {
    /// An exact number.
    Exactly(f64),
    /// A number between two that were tried. The feature was present at the first number and absent at the second.
    Between(f64, f64),
}

impl Figure {
    /// Returns the name in the table of the messenger that the figure is about, or nothing if the figure is about no
    /// messenger.
    #[must_use]
    pub fn app(&self) -> Option<&str> {
        self.experiment.strip_suffix(PROFILE)
    }

    /// Returns the name of the measure, without the messenger's name.
    #[must_use]
    pub fn measure(&self) -> &str {
        let own = self.app().and_then(|app| self.id.strip_prefix(app)?.strip_prefix('_'));
        own.unwrap_or(&self.id)
    }

    /// Returns true if `measured` agrees with the row. For an upper bound, the measured number may be smaller and must
    /// not be zero. Any other number must be equal.
    #[must_use]
    pub fn agrees(&self, measured: MeasuredFigure) -> bool {
        /// The rounding in the last digits of arithmetic on the seconds of many years.
        const ROUNDING: f64 = 1e-9;
        let same = |one: f64, other: f64| (one - other).abs() <= ROUNDING * one.abs().max(other.abs());
        let at_most = self.tolerance.starts_with("upper bound");
        match measured {
            MeasuredFigure::Exactly(number) if at_most => number > 0.0 && number <= self.expected,
            MeasuredFigure::Exactly(number) => same(number, self.expected),
            MeasuredFigure::Between(there, gone) => there <= self.expected && self.expected < gone,
        }
    }
}

/// Parses the table of figures.
///
/// # Errors
/// [`TableError`] for a row that cannot be read.
pub fn parse(text: &str) -> Result<Vec<Figure>, TableError> {
    rows(TABLE, HEADING, text)?.into_iter().map(|(line, fields)| row(line, fields)).collect()
}

fn row(line: usize, fields: [&str; 7]) -> Result<Figure, TableError> {
    let [id, experiment, parameter, expected, tolerance, reference, confidence] = fields;
    Ok(Figure {
        id: id.to_owned(),
        experiment: experiment.to_owned(),
        parameter: parameter.to_owned(),
        expected: word(TABLE, line, "number", expected, expected.parse().ok())?,
        tolerance: tolerance.to_owned(),
        reference: reference.to_owned(),
        mark: word(TABLE, line, "confidence", confidence, mark(confidence))?,
    })
}

/// The table that is part of this program.
pub static FIGURES: LazyLock<Vec<Figure>> = LazyLock::new(embedded);

#[expect(clippy::expect_used, reason = "the file is part of this program, and a test reads it")]
fn embedded() -> Vec<Figure> {
    parse(include_str!("../../oracles/figures.csv")).expect("a table of this program")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(tolerance: &str) -> Figure {
        let text = format!("{}\nx_days,x_profile,days,30,{tolerance},r,confirmed\n", HEADING.join(","));
        parse(&text).unwrap().remove(0)
    }

    #[test]
    fn the_table_is_read() {
        assert!(FIGURES.len() >= 14);
        let ours = FIGURES.iter().filter(|figure| figure.app().is_some());
        assert!(ours.clone().count() >= 7);
        assert!(ours.clone().all(|figure| figure.measure() != figure.id));
    }

    #[test]
    fn a_figure_is_held_to_what_its_row_allows() {
        let exact = figure("exact");
        assert_eq!((exact.app(), exact.measure()), (Some("x"), "days"));
        assert!(exact.agrees(MeasuredFigure::Exactly(30.0)) && !exact.agrees(MeasuredFigure::Exactly(29.0)));
        assert!(exact.agrees(MeasuredFigure::Between(29.0, 31.0)));
        assert!(
            !exact.agrees(MeasuredFigure::Between(31.0, 33.0))
                && !exact.agrees(MeasuredFigure::Between(20.0, 30.0))
        );
        let bound = figure("upper bound");
        assert!(bound.agrees(MeasuredFigure::Exactly(7.0)) && bound.agrees(MeasuredFigure::Exactly(30.0)));
        assert!(!bound.agrees(MeasuredFigure::Exactly(31.0)), "above the bound");
        assert!(!bound.agrees(MeasuredFigure::Exactly(0.0)), "nothing was measured");
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_by_its_line() {
        let text = format!("{}\na,b,c,many,d,e,confirmed\n", HEADING.join(","));
        assert_eq!(parse(&text).unwrap_err().line, 2);
    }
}

//! Predictions: each cell as it was expected, written before the first run of its way. A mismatch is shown, not painted
//! over.
//!
//! A file has a line for each cell: `way,variant,column,predicted,why` and, for a prediction that turned out wrong,
//! `found` with the measured cell and `because` with the reason. Such a line is a known finding as long as the
//! measurement does not change.

use std::collections::BTreeMap;

use super::row::{WayInRow, WaysIn, share};
use crate::csv;

/// The columns of the file, in this order.
const FIELDS: [&str; 7] = ["way", "variant", "column", "predicted", "why", "found", "because"];

/// The cell of a row in one column.
type CellOf = fn(&WayInRow) -> String;

/// The columns of the screen, by their names in the file.
const COLUMNS: [(&str, CellOf); 10] = [
    ("before", |row| share(row.before)),
    ("after", |row| share(row.after)),
    ("phone-gone", WayInRow::phone_gone),
    ("stolen", |row| row.stolen.as_ref().map_or_else(|| "-".to_owned(), |stolen| share(stolen.opens))),
    ("read", |row| row.read.len().to_string()),
    ("named", |row| row.named.len().to_string()),
    ("noticed", |row| row.first_noticed().len().to_string()),
    ("could-notice", |row| row.could_tell().len().to_string()),
    ("false", |row| row.became_false.len().to_string()),
    ("evader", |row| format!("{}, {}", share(row.evader.before), share(row.evader.after))),
];

/// One prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Predicted {
    cell: String,
    why: String,
    /// The measured cell and the reason, if the prediction is known to be wrong.
    found: Option<(String, String)>,
}

/// The predictions for one story, by way, variant and column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Predictions {
    cells: BTreeMap<(String, String, String), Predicted>,
}

/// A mistake in a file of predictions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {wrong}")]
pub struct PredictionsError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The mistake, and what to write instead.
    pub wrong: String,
}

/// A comparison of cells and predictions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaysComparison {
    /// The number of cells that are as predicted.
    pub predicted: usize,
    /// Cells that are known to differ: the cell, the prediction, and the reason.
    pub known: Vec<String>,
    /// Cells that differ without a known reason.
    pub unexpected: Vec<String>,
    /// Cells without a prediction.
    pub unpredicted: Vec<String>,
}

impl WaysComparison {
    /// Returns the comparison in a line.
    #[must_use]
    pub fn in_short(&self) -> String {
        let other = self.known.len() + self.unexpected.len();
        let all = self.predicted + other;
        let without = match self.unpredicted.len() {
            0 => String::new(),
            cells => format!(" Without a prediction: {cells}."),
        };
        format!(
            "Predicted before the first run: {} of {all} cells; {other} came out otherwise.{without}",
            self.predicted
        )
    }
}

impl Predictions {
    /// Reads predictions. `file` is only a name for messages.
    ///
    /// # Errors
    /// The first mistake in the file.
    pub fn parse(file: &str, text: &str) -> Result<Self, PredictionsError> {
        let wrong = |line: usize, wrong: String| PredictionsError { file: file.to_owned(), line, wrong };
        let mut cells = BTreeMap::new();
        for (at, line) in (1..).zip(text.lines()) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fields = csv::fields(line).ok_or_else(|| wrong(at, "a quote is not closed".into()))?;
            if fields.iter().map(String::as_str).eq(FIELDS) {
                continue;
            }
            let Ok([way, variant, column, cell, why, found, because]) = <[String; 7]>::try_from(fields)
            else {
                return Err(wrong(at, format!("a line has {} fields: {}", FIELDS.len(), FIELDS.join(","))));
            };
            if COLUMNS.iter().all(|(name, _)| *name != column) {
                let names = COLUMNS.map(|(name, _)| name).join(", ");
                return Err(wrong(at, format!("there is no column `{column}`; there is {names}")));
            }
            if found.is_empty() != because.is_empty() || found == cell {
                return Err(wrong(
                    at,
                    "`found` is another cell than `predicted`, and `because` says why".into(),
                ));
            }
            let found = (!found.is_empty()).then_some((found, because));
            let key = (way, variant, column);
            if cells.contains_key(&key) {
                return Err(wrong(at, format!("there is a line for {} of {} already", key.2, key.0)));
            }
            cells.insert(key, Predicted { cell, why, found });
        }
        Ok(Self { cells })
    }

    /// Compares ways with the predictions.
    #[must_use]
    pub fn compare(&self, ways: &WaysIn) -> WaysComparison {
        let mut comparison = WaysComparison::default();
        for row in &ways.ways {
            for (column, cell) in COLUMNS {
                let (way, variant) = row.key();
                let is = cell(row);
                let name = format!("{}, {column}", row.title);
                match self.cells.get(&(way, variant, column.to_owned())) {
                    None => comparison.unpredicted.push(format!("{name}: {is}.")),
                    Some(told) if told.found.is_none() && told.cell == is => comparison.predicted += 1,
                    Some(Predicted { cell, found: Some((found, because)), .. }) if *found == is => {
                        comparison.known.push(format!("{name}: {is}. Predicted: {cell}. {because}"));
                    }
                    Some(Predicted { cell, why, found }) => {
                        let known = found
                            .as_ref()
                            .map_or_else(String::new, |(found, _)| format!(" (known: {found})"));
                        comparison
                            .unexpected
                            .push(format!("{name}: {is}. Predicted: {cell}{known}, because {why}."));
                    }
                }
            }
        }
        comparison
    }
}

/// The predictions inside the program: the story and the design for which they were written, and their text.
const BUILT_IN: &[(&str, &str)] = &[(
    "westminster-2017 under whatsapp-now",
    include_str!("../../../../expected/proposals-westminster-2017.csv"),
)];

/// Returns the stories and designs for which there are predictions inside the program.
fn predicted() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    BUILT_IN
        .iter()
        .filter_map(|(of, text)| of.split_once(" under ").map(|(story, design)| (story, design, *text)))
}

/// Returns the design under which a story is shown unless another one is asked for: the one with predictions.
#[must_use]
pub fn usual_design(story: &str) -> Option<&'static str> {
    predicted().find(|(of, _, _)| *of == story).map(|(_, design, _)| design)
}

/// Returns the predictions inside the program for a story under a design.
///
/// # Errors
/// A mistake in their file, which the tests would have found.
pub fn built_in(story: &str, design: &str) -> Result<Option<Predictions>, PredictionsError> {
    let found = predicted().find(|(of, under, _)| (*of, *under) == (story, design));
    found.map(|(of, _, text)| Predictions::parse(&format!("expected/proposals-{of}.csv"), text)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_with_their_line() {
        let told = |text: &str| Predictions::parse("f.csv", text).unwrap_err().to_string();
        assert!(told("a,b").starts_with("f.csv:1: a line has 7 fields"));
        assert!(told("# note\na,,befor,0/1,why,,").contains("f.csv:2: there is no column `befor`"));
        assert!(told("a,,before,0/1,why,1/1,").contains("`because` says why"));
        assert!(told("a,,before,0/1,why,,\na,,before,0/1,why,,").contains("f.csv:2: there is a line"));
        assert!(told("a,\"b").contains("a quote is not closed"));
    }

    #[test]
    fn the_predictions_in_the_program_can_be_read() {
        assert_eq!(predicted().count(), BUILT_IN.len());
        for (story, design, _) in predicted() {
            assert!(!built_in(story, design).unwrap().unwrap().cells.is_empty());
        }
        assert_eq!(built_in("westminster-2017", "signal-now"), Ok(None));
    }
}

//! Predictions: the state that each cell was expected to have, written before the run. A mismatch is shown, not painted
//! over.
//!
//! A file has a line for each cell: `design,demand,state,why` and, for a prediction that turned out wrong, `found` with
//! the measured state and `because` with the reason. Such a line is a known finding as long as the measurement does not
//! change.

use std::collections::BTreeMap;

use super::cell::Cell;
use crate::csv;
use crate::score::State;

/// The columns, in this order.
const COLUMNS: [&str; 6] = ["design", "demand", "state", "why", "found", "because"];

/// One prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// The state's name.
    pub state: String,
    /// The reason that it was expected.
    pub why: String,
    /// The state that was measured instead, and the reason.
    pub found: Option<(String, String)>,
}

/// Every prediction for one scenario, by design and demand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    predictions: BTreeMap<(String, String), Prediction>,
}

/// A mistake in a file of predictions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {wrong}")]
pub struct ExpectedError {
    /// The name of the file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The mistake, and what to write instead.
    pub wrong: String,
}

/// A comparison of cells and predictions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The number of cells that are as predicted.
    pub predicted: usize,
    /// Cells that are known to differ: the cell, the prediction, and the reason.
    pub known: Vec<String>,
    /// Cells that differ without a known reason.
    pub unexpected: Vec<String>,
    /// Cells without a prediction.
    pub unpredicted: Vec<String>,
}

impl Expected {
    /// Reads predictions. `file` is only a name for messages.
    ///
    /// # Errors
    /// The first mistake in the file.
    pub fn parse(file: &str, text: &str) -> Result<Self, ExpectedError> {
        let wrong = |line: usize, wrong: String| ExpectedError { file: file.to_owned(), line, wrong };
        let mut predictions = BTreeMap::new();
        for (at, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line)) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fields = csv::fields(line).ok_or_else(|| wrong(at, "a quote is not closed".into()))?;
            if fields.iter().map(String::as_str).eq(COLUMNS) {
                continue;
            }
            let Ok([design, demand, state, why, found, because]) = <[String; 6]>::try_from(fields) else {
                return Err(wrong(at, format!("a line has {} fields: {}", COLUMNS.len(), COLUMNS.join(","))));
            };
            let words = [Some(&state), (!found.is_empty()).then_some(&found)];
            if let Some(word) =
                words.into_iter().flatten().find(|word| !State::WORDS.contains(&word.as_str()))
            {
                return Err(wrong(
                    at,
                    format!("there is no state `{word}`; there is {}", State::WORDS.join(", ")),
                ));
            }
            if found.is_empty() != because.is_empty() || found == state {
                return Err(wrong(
                    at,
                    "`found` is another state than `state`, and `because` says why".into(),
                ));
            }
            let found = (!found.is_empty()).then_some((found, because));
            let cell = (design, demand);
            if predictions.contains_key(&cell) {
                return Err(wrong(at, format!("there is a line for {} under {} already", cell.1, cell.0)));
            }
            predictions.insert(cell, Prediction { state, why, found });
        }
        Ok(Self { predictions })
    }

    /// Compares cells with the predictions.
    #[must_use]
    pub fn compare(&self, cells: &[Cell]) -> Comparison {
        let mut comparison = Comparison::default();
        for cell in cells {
            let name = format!("{} under {}", cell.demand, cell.design);
            let Some(prediction) = self.predictions.get(&(cell.design.clone(), cell.demand.clone())) else {
                comparison.unpredicted.push(format!("{name}: {}", cell.says));
                continue;
            };
            match &prediction.found {
                None if prediction.state == cell.state.word() => comparison.predicted += 1,
                Some((found, because)) if found == cell.state.word() => {
                    comparison
                        .known
                        .push(format!("{name}: {}. Predicted: {}. {because}", cell.says, prediction.state));
                }
                found => {
                    let known =
                        found.as_ref().map_or_else(String::new, |(found, _)| format!(" (known: {found})"));
                    comparison.unexpected.push(format!(
                        "{name}: {}. Predicted: {}{known}, because {}",
                        cell.says, prediction.state, prediction.why
                    ));
                }
            }
        }
        comparison
    }
}

/// The predictions inside the program, by scenario.
const BUILT_IN: &[(&str, &str)] =
    &[("westminster-2017", include_str!("../../../../expected/westminster-2017.csv"))];

/// Returns the predictions inside the program for a scenario.
#[must_use]
pub fn built_in(scenario: &str) -> Option<(&'static str, &'static str)> {
    BUILT_IN.iter().find(|(name, _)| *name == scenario).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_with_their_line() {
        let told = |text: &str| Expected::parse("f.csv", text).unwrap_err().to_string();
        assert!(told("a,b").starts_with("f.csv:1: a line has 6 fields"));
        assert!(told("# note\na,b,returnd,because,,").contains("f.csv:2: there is no state `returnd`"));
        assert!(told("a,b,returned,why,nothing kept,").contains("`because` says why"));
        assert!(told("a,b,returned,why,,\na,b,returned,why,,").contains("f.csv:2: there is a line"));
        assert!(told("a,\"b").contains("a quote is not closed"));
    }

    #[test]
    fn the_predictions_in_the_program_can_be_read() {
        for (name, text) in BUILT_IN {
            let expected = Expected::parse(name, text).unwrap();
            assert!(!expected.predictions.is_empty());
        }
    }
}

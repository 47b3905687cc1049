//! A cell: the outcome of one demand under one design, in words and in measures, and the path of the bytes. A cell
//! does not contain the time at which it was computed, or how long that took.

use serde::{Deserialize, Serialize};

use crate::answer::{self, Answer};
use crate::evidence::Evidence;
use crate::score::{Measures, State};

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The design: the row.
    pub design: String,
    /// The demand: the column.
    pub demand: String,
    /// The outcome.
    pub state: State,
    /// The outcome in words, with the counts.
    pub says: String,
    /// Reasons for the result that the counts do not show.
    pub reasons: Vec<String>,
    /// The answer for people, with all its other sentences.
    pub answer: Answer,
    /// The measures.
    pub measures: Measures,
    /// The evidence file of the control, which shows that the same steps find what is there.
    pub control: String,
    /// The seed of the world.
    pub seed: u64,
    /// The evidence file.
    pub evidence: String,
    /// SHA-256 of the evidence file.
    pub evidence_sha256: String,
}

impl Cell {
    /// Returns the noun for the numbers of [`Cell::says`], in the plural; `None` if nothing is counted.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        if !self.measures.kinds.is_empty() {
            return Some("kinds of data");
        }
        let says = self.says.strip_prefix(&self.state.to_string())?.trim_start();
        let (unit, _) = says.split_once(';').unwrap_or((says, ""));
        self.state.counted().map(|_| unit)
    }
}

impl Evidence {
    /// Returns the cell of this evidence.
    #[must_use]
    pub fn cell(&self, control: &str) -> Cell {
        let (state, counts, measures) = self.score();
        let says = answer::says(self, state, &counts, &measures);
        Cell {
            design: self.design.clone(),
            demand: self.demand.clone(),
            state,
            says,
            reasons: self.reasons.clone(),
            answer: Answer::of(self, state, &counts, &measures),
            measures,
            control: control.to_owned(),
            seed: self.seed,
            evidence: format!("evidence/{}", self.file_name()),
            evidence_sha256: crate::record::sha256(self.to_json().as_bytes()),
        }
    }
}

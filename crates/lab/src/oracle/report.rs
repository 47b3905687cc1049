//! The findings of the comparison.

use pillarbox_access::oracle::{ComparedRow, OracleSource, OutcomeCounts};
use serde::Serialize;

use super::derived::Derived;

/// One table, compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OracleTable {
    /// The source of the table.
    pub source: OracleSource,
    /// The heading.
    pub heading: &'static str,
    /// Its rows.
    pub rows: Vec<ComparedRow>,
    /// The number of rows with each outcome.
    pub counts: OutcomeCounts,
}

/// The findings of the comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OracleReport {
    /// The form of this document.
    pub version: u8,
    /// The designs that were run.
    pub designs: Vec<String>,
    /// The tables.
    pub tables: Vec<OracleTable>,
    /// The consequences of the returns.
    pub derived: Vec<Derived>,
    /// The number of differences without a reason.
    pub unexplained: usize,
    /// Reasons that no difference needs.
    pub unused_reasons: Vec<String>,
}

impl OracleReport {
    /// Returns true if each difference has a reason, each reason a difference, and all consequences hold.
    #[must_use]
    pub fn is_as_written(&self) -> bool {
        self.unexplained == 0
            && self.unused_reasons.is_empty()
            && self.derived.iter().all(|derived| derived.holds)
    }
}

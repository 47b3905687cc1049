//! The oracle: emulated designs run, receive real demands, and are compared with published statements about the returns
//! of real operators.
//!
//! Each design that says it stands for a messenger of the tables runs the scenario `examples/oracle` once. Its returns
//! are compared with the tables row by row (`pillarbox_access::oracle`), and every difference has a written reason.
//! This layer runs worlds and asks operators. It knows no messenger by name.
//!
//! | file | what |
//! |---|---|
//! | `run` | one design's world, and what its operators return |
//! | `derived` | what must follow if a return is real: a backup opens, a batch holds pairs |
//! | `measure`, `waiting`, `salamander` | numbers for the table of figures |
//! | `text` | the report as text |

mod derived;
mod measure;
mod run;
mod salamander;
mod text;
mod waiting;

use pillarbox_access::design::Design;
use pillarbox_access::oracle::chart::CHART;
use pillarbox_access::oracle::compare::{against_chart, against_figures, against_published};
use pillarbox_access::oracle::figures::FIGURES;
use pillarbox_access::oracle::published::PUBLISHED;
use pillarbox_access::oracle::{ComparedRow, Explained, OracleSource, OutcomeCounts, Reasons, StandIn};
use pillarbox_relay::StoreError;
use serde::Serialize;

pub use derived::Derived;
pub use run::Run;
pub use text::{markdown, plain, render, short};

use crate::progress::Progress;
use crate::scenario::ScenarioError;
use crate::world::WorldError;

/// The reason why no comparison was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OracleError {
    /// A world came to an end before its scenario.
    #[error("the world of the design {design} stopped: {error}")]
    World {
        /// The design.
        design: String,
        /// The error.
        error: WorldError,
    },
    /// The rows of a relay cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The scenario in this program has a mistake.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The person that the demand is about has no account.
    #[error("under the design {design}, the person that the demand is about has no account")]
    NoAccount {
        /// The design.
        design: String,
    },
}

/// One table, compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
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
pub struct Report {
    /// The form of this document.
    pub version: u8,
    /// The designs that were run.
    pub designs: Vec<String>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The consequences of the returns.
    pub derived: Vec<Derived>,
    /// The number of differences for which nobody has given a reason.
    pub unexplained: usize,
    /// Reasons that no difference needs.
    pub unused_reasons: Vec<String>,
}

impl Report {
    /// Returns true if each difference has a reason, each reason a difference, and all consequences hold.
    #[must_use]
    pub fn is_as_written(&self) -> bool {
        self.unexplained == 0
            && self.unused_reasons.is_empty()
            && self.derived.iter().all(|derived| derived.holds)
    }
}

/// Returns the messenger of the tables for which a design stands, if it stands for one.
#[must_use]
pub fn standing(design: &Design) -> Option<StandIn> {
    let stands_for = design.stands_for.as_ref()?;
    Some(StandIn {
        design: design.name.clone(),
        app: stands_for.app.clone(),
        conditions: stands_for.conditions.iter().cloned().collect(),
        asked_by: Some(stands_for.asked_by),
    })
}

/// Runs every design that stands for a messenger and compares it with `sources`.
///
/// # Errors
/// [`OracleError`].
pub fn run<'d>(
    designs: impl IntoIterator<Item = &'d Design>,
    sources: &[OracleSource],
    reasons: &Reasons,
    progress: &Progress,
) -> Result<Report, OracleError> {
    let mut rows = Vec::new();
    let mut derived = Vec::new();
    let mut names = Vec::new();
    let mut brought_by_blocking = 0;
    for design in designs {
        let Some(standing) = standing(design) else { continue };
        let run = Run::of(design, &standing)?;
        names.push(design.name.clone());
        brought_by_blocking += run.brought_by_blocking();
        for source in sources {
            rows.extend(match source {
                OracleSource::Chart => against_chart(&CHART, &standing, &run),
                OracleSource::PublishedReturns => against_published(&PUBLISHED, &standing, &run),
                OracleSource::Figures => {
                    against_figures(&FIGURES, Some(&standing), &measure::of_design(design, &standing, &run)?)
                }
            });
        }
        if sources.contains(&OracleSource::Chart) {
            derived.extend(derived::of(design, &run));
        }
        progress.step();
    }
    if sources.contains(&OracleSource::Figures) {
        rows.extend(against_figures(&FIGURES, None, &measure::of_nobody(brought_by_blocking)));
    }
    Ok(report(names, rows, derived, sources, reasons))
}

/// Puts rows into their tables, in the order of the designs, each with its reason.
fn report(
    designs: Vec<String>,
    rows: Vec<ComparedRow>,
    derived: Vec<Derived>,
    sources: &[OracleSource],
    reasons: &Reasons,
) -> Report {
    let Explained { rows, unused } = reasons.explain(rows, sources);
    let unexplained = rows.iter().filter(|row| row.wants_reason() && row.reason.is_none()).count();
    let tables = sources.iter().map(|source| {
        let rows: Vec<ComparedRow> = rows.iter().filter(|row| row.source == *source).cloned().collect();
        Table { source: *source, heading: source.heading(), counts: OutcomeCounts::of(&rows), rows }
    });
    Report { version: 1, designs, tables: tables.collect(), derived, unexplained, unused_reasons: unused }
}

//! The oracle: emulated designs run, receive real demands, and are compared with published statements about the returns
//! of real operators.
//!
//! Each design that says it represents a messenger of the tables runs the scenario `examples/oracle` once. Its
//! returns are compared with the tables row by row (`pillarbox_access::oracle`), and every difference has a written
//! reason. This layer runs worlds and asks operators. It knows no messenger by name.
//!
//! | file | what |
//! |---|---|
//! | `run` | one design's world, and what its operators return |
//! | `derived` | what must follow if a return is real: a backup opens, a batch contains pairs |
//! | `measure`, `waiting`, `salamander` | numbers for the table of figures |
//! | `report`, `text` | the findings, and the same as text |

mod derived;
mod error;
mod measure;
mod report;
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

use crate::progress::Progress;
pub use derived::Derived;
pub use error::OracleError;
pub use report::{OracleReport, OracleTable};
pub use run::OracleRun;
pub use text::{markdown, plain, render, short};

/// Returns the messenger of the tables that a design represents, if any.
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

/// Runs every design that represents a messenger and compares it with `sources`.
///
/// # Errors
/// [`OracleError`].
pub fn run<'d>(
    designs: impl IntoIterator<Item = &'d Design>,
    sources: &[OracleSource],
    reasons: &Reasons,
    progress: &Progress,
) -> Result<OracleReport, OracleError> {
    let mut rows = Vec::new();
    let mut derived = Vec::new();
    let mut names = Vec::new();
    let mut brought_by_blocking = 0;
    for design in designs {
        let Some(standing) = standing(design) else { continue };
        let run = OracleRun::of(design, &standing)?;
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

/// Sorts rows into their tables, in the order of the designs, each with its reason.
fn report(
    designs: Vec<String>,
    rows: Vec<ComparedRow>,
    derived: Vec<Derived>,
    sources: &[OracleSource],
    reasons: &Reasons,
) -> OracleReport {
    let Explained { rows, unused } = reasons.explain(rows, sources);
    let unexplained = rows.iter().filter(|row| row.wants_reason() && row.reason.is_none()).count();
    let tables = sources.iter().map(|source| {
        let rows: Vec<ComparedRow> = rows.iter().filter(|row| row.source == *source).cloned().collect();
        OracleTable { source: *source, heading: source.heading(), counts: OutcomeCounts::of(&rows), rows }
    });
    OracleReport {
        version: 1,
        designs,
        tables: tables.collect(),
        derived,
        unexplained,
        unused_reasons: unused,
    }
}

//! A matrix with a month beside its cells: the pairs of people that are known by then.

use std::sync::atomic::AtomicBool;

use super::pairs::PairsDocument;
use super::plan::{Plan, Run};
use crate::metadata::month::run::{self as month, MonthError};
use crate::progress::Progress;
use crate::stopwatch::Stopwatch;

/// Runs the month under the designs of a plan, and under the designs that the table of the month has in addition.
/// Places the result beside the cells.
///
/// # Errors
/// [`MonthError`].
pub fn with_month(run: Run, plan: &Plan, progress: &Progress, stop: &AtomicBool) -> Result<Run, MonthError> {
    let begun = Stopwatch::start();
    let story = month::story()?;
    let months = month::every(&month::rows_of(&plan.designs), &story, plan.threads, progress, stop)?;
    let mut run = run.with_pairs(PairsDocument::of(&story, months));
    run.timing.month = Some(begun.elapsed());
    Ok(run)
}

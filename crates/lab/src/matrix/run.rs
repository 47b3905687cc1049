//! A matrix from its plan: the controls, the rows on all threads, the files.

use std::sync::atomic::{AtomicBool, Ordering};

use pillarbox_access::design::Design;

use super::plan::{Plan, Run, wanted, with_their_controls, written};
use super::timing::Timing;
use crate::evidence::Evidence;
use crate::experiments::{ExperimentError, control, row};
use crate::pool::{self, weight};
use crate::progress::Progress;
use crate::stopwatch::Stopwatch;

/// Runs the whole matrix.
///
/// # Errors
/// [`ExperimentError`]; in this case there is no result at all.
pub fn run(plan: &Plan, progress: &Progress, stop: &AtomicBool) -> Result<Run, ExperimentError> {
    let wanted = wanted(plan);
    let begun = Stopwatch::start();
    let controls = control::run(&plan.control, &with_their_controls(&wanted), stop)?;
    let job = |design: &Design| {
        let until = plan.scenario.inquiry.served;
        let mut done = |evidence: &Evidence| {
            let cell = evidence.cell("");
            progress.done(&cell.answer.design, &cell.answer.demand, &cell.says);
        };
        row::run(design, &plan.scenario, plan.seed, &wanted, until, stop, &mut done)
    };
    let done = pool::in_order(&plan.designs, weight, plan.threads, stop, job);
    progress.end();
    let mut rows = Vec::with_capacity(done.len());
    let mut stopped = stop.load(Ordering::Relaxed);
    for row in done {
        match row {
            Some(row) => rows.push(row?),
            None => stopped = true,
        }
    }
    if stopped {
        return Err(ExperimentError::Stopped);
    }
    let mut timing = Timing::of(&plan.designs, &rows, &controls);
    timing.whole = begun.elapsed();
    Ok(written(plan, &wanted, &rows, &controls, timing))
}

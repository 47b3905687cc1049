//! A matrix without threads, clocks or progress, for a page. It produces the same files as one on many threads.

use std::sync::atomic::AtomicBool;

use super::plan::{Plan, Run, wanted, with_their_controls, written};
use super::timing::Timing;
use crate::experiments::{ExperimentError, control, row};

/// Runs the whole matrix, one design after the other.
///
/// # Errors
/// [`ExperimentError`]; in this case there is no result at all.
pub fn run_alone(plan: &Plan) -> Result<Run, ExperimentError> {
    let (wanted, stop) = (wanted(plan), AtomicBool::new(false));
    let controls = control::run(&plan.control, &with_their_controls(&wanted), &stop)?;
    let mut rows = Vec::with_capacity(plan.designs.len());
    for design in &plan.designs {
        let until = plan.scenario.inquiry.served;
        rows.push(row::run(design, &plan.scenario, plan.seed, &wanted, until, &stop, &mut |_| ())?);
    }
    let timing = Timing::of(&plan.designs, &rows, &controls);
    Ok(written(plan, &wanted, &rows, &controls, timing))
}

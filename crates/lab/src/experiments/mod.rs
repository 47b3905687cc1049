//! Experiments: for each demand its arrangement, its views, and its scoring.
//!
//! | file | what |
//! |---|---|
//! | `experiment`, `every` | one demand as an experiment; all of them |
//! | `staging` | the world that an experiment needs: what is ordered, and when |
//! | `contacts` | who could show texts of the target |
//! | `trunk` | a story runs once up to the order, and each arrangement's world branches off |
//! | `worlds` | the worlds of one story, shared between demands |
//! | `docket` | demands on one story, one after the other |
//! | `views` | what the parties of that world have |
//! | `operators` | demands on operators |
//! | `phones`, `guessing` | demands on phones |
//! | `phone_copy`, `notifications` | a phone that was copied and returned; what notifications reveal: no columns of the matrix |
//! | `escrow` | messages whose keys are wrapped to an authority: no column of the matrix |
//! | `readable_backup` | backups whose keys lie with an operator: no column of the matrix |
//! | `leaving` | an operator that serves nobody in the country any more: no column of the matrix |
//! | `planted` | software that is put on one phone: no column of the matrix |
//! | `number_takeover` | a number that is registered on another phone: no column of the matrix |
//! | `reading` | the contents of an authority's eavesdropping phones |
//! | `ghost_device` | a device that the operator names and phones write to: no column of the matrix |
//! | `effects` | orders that ask for nothing |
//! | `notice` | the notice to change the software, as operators answer it |
//! | `answered` | the result of a serving step |
//! | `context` | fills in the [`Context`](crate::evidence::Context) of each cell's evidence |
//! | `copies` | who else has the texts that a demand is about |
//! | `compare` | what an order changed: one world against another |
//! | `judged` | worlds of a docket as people saw them, and whether their phones said the truth |
//! | `sight`, `assertions` | what reached each person; sentences that phones printed, and whether they were true |
//! | `control` | the same steps where something is there to be found, and where nothing was said yet |
//! | `row`, `spent` | all demands on one design, and the time that it took |
//!
//! The steps of an experiment follow from the demand. The outcome follows from the design's data: nothing here knows a
//! design by its name.

mod answered;
mod assertions;
mod compare;
mod contacts;
mod context;
pub mod control;
mod copies;
mod docket;
mod effects;
mod error;
mod escrow;
mod every;
mod experiment;
mod ghost_device;
mod guessing;
#[cfg(feature = "cli")]
mod judged;
mod leaving;
mod notice;
mod notifications;
mod number_takeover;
mod operators;
mod phone_copy;
mod phones;
mod planted;
mod readable_backup;
mod reading;
pub mod row;
mod sight;
mod spent;
mod staging;
mod trunk;
mod views;
mod worlds;

use std::sync::atomic::AtomicBool;

use pillarbox_access::design::Design;

pub use answered::Answered;
pub(crate) use answered::answered_by;
pub use assertions::{Asserted, Assertion};
pub use docket::Docket;
pub use error::ExperimentError;
pub(crate) use escrow::{Escrow, Opener};
pub(crate) use every::all;
pub use every::{demand_of, demands, is_for_a_country, title_of};
pub(crate) use experiment::Experiment;
pub(crate) use ghost_device::GhostDevice;
pub use guessing::GuessTime;
pub(crate) use leaving::OperatorLeaves;
pub(crate) use notifications::Notifications;
pub(crate) use number_takeover::NumberTakeover;
pub(crate) use phone_copy::PhoneCopy;
pub(crate) use planted::PlantedSoftware;
pub(crate) use readable_backup::{OwnKeys, ReadableBackup};
#[cfg(feature = "cli")]
pub(crate) use sight::Observed;
pub use spent::{Spent, WorldRan};
pub(crate) use staging::Ordered;
pub(crate) use trunk::{ANNOUNCED, orders};
pub use views::Views;

use crate::evidence::Evidence;
use crate::scenario::Scenario;

/// Returns the evidence of one demand under one design, up to the time at which the story's demands are served. A
/// caller that shows it to people runs the [controls](control) too.
///
/// # Errors
/// [`ExperimentError`]; [`ExperimentError::NoSuchDemand`] if no column has this name.
pub fn evidence(
    design: &Design,
    scenario: &Scenario,
    seed: u64,
    demand: &str,
) -> Result<Evidence, ExperimentError> {
    let wanted: Vec<_> = all().into_iter().filter(|experiment| experiment.name() == demand).collect();
    let until = scenario.inquiry.served;
    let row = row::run(design, scenario, seed, &wanted, until, &AtomicBool::new(false), &mut |_| {})?;
    row.evidence.into_iter().next().ok_or(ExperimentError::NoSuchDemand)
}

/// Runs the [controls](control) of one demand: everything that is planted must be returned, and nothing may be
/// returned before anything is said.
///
/// # Errors
/// [`ExperimentError::Control`] if one fails, any error that stops a world, and [`ExperimentError::NoSuchDemand`].
pub fn controls(demand: &str) -> Result<(), ExperimentError> {
    let wanted = all().into_iter().find(|experiment| experiment.name() == demand);
    let control = wanted.ok_or(ExperimentError::NoSuchDemand)?.control();
    let wanted: Vec<_> = all().into_iter().filter(|it| it.name() == demand || it.name() == control).collect();
    let failed = |error: control::ControlError| ExperimentError::Control {
        demand: demand.into(),
        why: error.to_string(),
    };
    control::run(&control::Control::built_in().map_err(failed)?, &wanted, &AtomicBool::new(false)).map(drop)
}

//! Controls: the same steps as in every cell, for which the answer is known beforehand.
//!
//! The first control runs a small story under a design in which everything is readable, and each demand must find
//! what was planted there. The second asks before anything was said, and no demand may find a text or a message. An
//! experiment that fails either control is an error, and there is no matrix. Experiments about sessions between
//! phones (a report, a change of the software) run under the same design with messages that only phones can read.

use std::sync::atomic::AtomicBool;

use pillarbox_access::design::{Design, DesignError, PhoneSide};
use pillarbox_client::Protection;

use super::error::ExperimentError;
use super::experiment::Experiment;
use super::row::{self, Row};
use crate::evidence::Evidence;
use crate::scenario::{Scenario, ScenarioError};
use crate::score::State;

/// The name of the first control in the evidence.
pub const NAME: &str = "control";

/// The name of the second control, before anything was said.
pub const BEFORE: &str = "control-before";

/// The material of the controls.
#[derive(Clone, Debug)]
pub struct Control {
    /// The design in which everything is readable.
    pub design: Design,
    /// The story.
    pub scenario: Scenario,
}

/// Reasons that no controls can be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The design's file has a mistake.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// The story's file has a mistake.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
}

impl Control {
    /// Returns the control of this program.
    ///
    /// # Errors
    /// A mistake in its files, which the tests would have found.
    pub fn built_in() -> Result<Self, ControlError> {
        Ok(Self {
            design: Design::parse("control.toml", include_str!("control/control.toml"))?,
            scenario: Scenario::parse("control/scenario.toml", include_str!("control/scenario.toml"))?,
        })
    }
}

/// Runs both controls.
///
/// # Errors
/// [`ExperimentError::Control`] if one fails.
pub(crate) fn run(
    control: &Control,
    wanted: &[&'static dyn Experiment],
    stop: &AtomicBool,
) -> Result<Vec<Row>, ExperimentError> {
    let Control { design, scenario } = control;
    let sealed = Design {
        phone: PhoneSide { protection: Protection::EndToEnd, ..design.phone.clone() },
        ..design.clone()
    };
    let (over_sessions, in_the_clear): (Vec<_>, Vec<_>) =
        wanted.iter().copied().partition(|experiment| experiment.is_about_sessions());
    let mut rows = Vec::new();
    for (design, wanted) in [(design, &in_the_clear), (&sealed, &over_sessions)] {
        if wanted.is_empty() {
            continue;
        }
        let mut quiet = |_: &Evidence| ();
        let mut run = |until| row::run(design, scenario, scenario.seed, wanted, until, stop, &mut quiet);
        let (mut planted, mut before) = (run(scenario.inquiry.served)?, run(scenario.start)?);
        for (experiment, evidence) in wanted.iter().zip(&mut planted.evidence) {
            evidence.design = NAME.to_owned();
            // An experiment that uses another column's control also gets an answer here. That answer need not find
            // anything.
            if experiment.control() == experiment.name() {
                if experiment.asks() { found(evidence) } else { stopped(evidence) }?;
            }
        }
        for evidence in &mut before.evidence {
            evidence.design = BEFORE.to_owned();
            nothing_yet(evidence)?;
        }
        rows.extend([planted, before]);
    }
    Ok(rows)
}

/// Checks that everything that was planted was returned. For a demand that cannot get everything, one entry is
/// enough.
fn found(evidence: &Evidence) -> Result<(), ExperimentError> {
    let (state, counts, _) = evidence.score();
    let failed = |why: String| Err(ExperimentError::Control { demand: evidence.demand.clone(), why });
    match state {
        State::Removed { n, of } if n == of => Ok(()),
        State::Returned { n, .. } | State::FromNowOn { n, .. } if is_partial(evidence) && n > 0 => Ok(()),
        State::Returned { n, of } | State::FromNowOn { n, of } if n == of => Ok(()),
        State::Returned { n, of } | State::FromNowOn { n, of } => {
            failed(format!("it found {n} of {of} that were planted"))
        }
        other => failed(format!("of {} that were planted it found none: {other}", counts.of)),
    }
}

/// Checks that everything that was planted after the order was stopped.
fn stopped(evidence: &Evidence) -> Result<(), ExperimentError> {
    let (_, _, measures) = evidence.score();
    let lost = measures.function_lost;
    if lost.n == lost.of && lost.n > 0 {
        return Ok(());
    }
    let why = format!("it stopped {} of {} texts that were planted after the order", lost.n, lost.of);
    Err(ExperimentError::Control { demand: evidence.demand.clone(), why })
}

/// Returns true if a demand asks for every possible entry. It cannot get them all, because no messenger here has some
/// of these things.
fn is_partial(evidence: &Evidence) -> bool {
    evidence.what == crate::score::Counted::Entries && evidence.counted.is_none()
}

/// Checks that nothing was returned from before anything was said.
fn nothing_yet(evidence: &Evidence) -> Result<(), ExperimentError> {
    let (said, wrote) = (evidence.brought.said.len(), evidence.brought.wrote.len());
    if said + wrote == 0 {
        return Ok(());
    }
    let why = format!("before anything was said it found {said} texts and {wrote} messages");
    Err(ExperimentError::Control { demand: evidence.demand.clone(), why })
}

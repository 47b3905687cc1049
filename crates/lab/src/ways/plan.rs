//! The input of a run.

use std::num::NonZeroUsize;

use pillarbox_access::design::Design;

use crate::experiments::control::Control;
use crate::scenario::Scenario;

/// The input of a run.
#[derive(Clone, Debug)]
pub struct WaysPlan {
    /// The story.
    pub scenario: Scenario,
    /// The design.
    pub design: Design,
    /// The seed.
    pub seed: u64,
    /// The ways, by name; empty for all of them.
    pub ways: Vec<String>,
    /// The number of threads. The result does not depend on it.
    pub threads: NonZeroUsize,
    /// The material of the controls, in which everything is to be found.
    pub control: Control,
    /// The command that makes the same run again.
    pub rerun: String,
}

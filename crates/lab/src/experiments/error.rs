//! Reasons that an experiment has no result.

use crate::world::WorldError;

/// Reasons that an experiment has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// The world stopped.
    #[error(transparent)]
    World(#[from] WorldError),
    /// Nobody has an account that a demand could name.
    #[error("the scenario's demand is about somebody who has no account under this design")]
    NobodyToAskAbout,
    /// A control run of the same steps missed what is there, or found what is not there. So the results of these steps
    /// about a design would mean nothing.
    #[error("the control of {demand} failed: {why}")]
    Control {
        /// The name of the demand.
        demand: String,
        /// The false finding, or what was missed.
        why: String,
    },
    /// A phone in somebody's possession cannot be read.
    #[error("a phone cannot be read: {0}")]
    Phone(#[from] pillarbox_client::PhoneError),
    /// A phone's file cannot be read.
    #[error("a phone's file cannot be read: {0}")]
    Profile(#[from] pillarbox_client::ProfileError),
    /// No column of the matrix has this name.
    #[error("there is no such demand")]
    NoSuchDemand,
    /// The experiment was cancelled.
    #[error("stopped")]
    Stopped,
}

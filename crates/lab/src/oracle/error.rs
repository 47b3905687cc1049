//! Reasons that no comparison was made.

use pillarbox_relay::StoreError;

use crate::scenario::ScenarioError;
use crate::world::WorldError;

/// Reasons that no comparison was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OracleError {
    /// A world ended before its scenario.
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

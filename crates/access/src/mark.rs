//! The mark of a statement: how far somebody checked it against its source.

use serde::{Deserialize, Serialize};

/// How far a statement was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Read in the source that stands beside it.
    Confirmed,
    /// Computed or counted.
    Measured,
    /// Assumed, so that there is something to run. Not a statement about anybody's product.
    Hypothesis,
    /// Said of the source by somebody else: a law firm, the press, a summary. Printed with *according to*.
    SecondHand,
    /// Generally known, and not yet checked against its source. Never printed as a fact.
    Recheck,
}

//! The mark of a statement: how far somebody checked it against its source.

use serde::{Deserialize, Serialize};

/// The extent to which a statement was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Somebody read it in the source beside it.
    Confirmed,
    /// Somebody computed or counted it.
    Measured,
    /// An assumption, made so that the program can run. It is not a statement about anybody's product.
    Hypothesis,
    /// Somebody else reports what the source says: a law firm, the press, a summary. It is printed with *according to*.
    SecondHand,
    /// Generally known and not yet checked against its source. It is never printed as a fact.
    Recheck,
}

//! The speaker of a statement about an operator: nobody's words are put into somebody else's mouth.

use serde::{Deserialize, Serialize};

/// The speaker of a statement about an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// The operator itself.
    Operator,
    /// Somebody else: an authority, the press, a court. Words are nobody's own unless the file says so.
    #[default]
    Others,
}

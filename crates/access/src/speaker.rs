//! The speaker of a statement about an operator, so that no statement is attributed to the wrong party.

use serde::{Deserialize, Serialize};

/// The speaker of a statement about an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// The operator itself.
    Operator,
    /// Anybody else: an authority, the press, a court. This is the default, so a file must say when the words are the
    /// operator's own.
    #[default]
    Others,
}

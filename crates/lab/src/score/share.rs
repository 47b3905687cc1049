//! The parts of several measures: fractions, precision and recall, and who noticed.

use serde::{Deserialize, Serialize};

/// A fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The numerator.
    pub n: u64,
    /// The denominator.
    pub of: u64,
}

/// Precision and recall: precision is `right` of `found`, recall is `right` of `of`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrecisionRecall {
    /// The number found.
    pub found: u64,
    /// The number found that is right.
    pub right: u64,
    /// The number that existed.
    pub of: u64,
}

/// A person whose phone showed them something that it shows nobody without the order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Noticed {
    /// The time, in milliseconds since 1970.
    pub at: u64,
    /// The person.
    pub who: String,
    /// The phone's notice.
    pub says: String,
}

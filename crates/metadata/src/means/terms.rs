//! The types that every means shares: its settings, the pairs that it names, and its reason to refuse.

use std::fmt;

use crate::trace::{RowKind, TracePerson};

/// A pair of people that a means names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// The person with the smaller index.
    pub one: TracePerson,
    /// The other person.
    pub other: TracePerson,
    /// The number of observations from `one` to `other`.
    pub there: u64,
    /// The number of observations from `other` to `one`.
    pub back: u64,
    /// The number of messages that had passed when the pair was named.
    pub after: u64,
    /// The evidence: places in [`Trace::rows`](crate::trace::Trace::rows), the first few.
    pub rows: Vec<usize>,
}

/// The settings of the means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeansSettings {
    /// The length of an epoch in milliseconds: a receipt is expected within it.
    pub window: u64,
    /// The seed of everything that is drawn at random.
    pub seed: u64,
}

impl MeansSettings {
    /// The default window: the time that phones on slow lines take to answer.
    pub const WINDOW: u64 = 2_000;
}

impl Default for MeansSettings {
    fn default() -> Self {
        Self { window: Self::WINDOW, seed: 1 }
    }
}

/// Reasons that a means has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MeansRefusal {
    /// The story has no network model, so times, addresses and connections would reveal more than in reality.
    NoNetwork,
    /// The trace has no such rows.
    NoRows(RowKind),
    /// Rows of messages have no recipient.
    NoRecipients,
    /// Rows have no address.
    NoAddresses,
    /// Rows do not distinguish connections.
    NoConnections,
    /// Rows have no size.
    NoSizes,
    /// No row of a message names both people.
    NamesNobody,
}

impl fmt::Display for MeansRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoNetwork => {
                "the story has no network, so a receipt comes in the millisecond of its message and everybody has one address \
                 for life"
            }
            Self::NoRows(RowKind::LookedUp | RowKind::FetchedKeys) => "no look-up and no key fetch is here",
            Self::NoRows(RowKind::Woken) => "no wake is here",
            Self::NoRows(_) => "no message is here",
            Self::NoRecipients => "no row says whom a message is for",
            Self::NoAddresses => "the rows have no addresses",
            Self::NoConnections => "the rows do not tell connections apart",
            Self::NoSizes => "the rows have no sizes",
            Self::NamesNobody => "no row of a message names both people",
        })
    }
}

impl std::error::Error for MeansRefusal {}

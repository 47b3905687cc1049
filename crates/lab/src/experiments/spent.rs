//! The cost of an experiment's worlds: the time that they took, and the digests of their records.

use std::time::Duration;

use super::guessing::GuessTime;

/// The time that each part of a row took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// The number of worlds that ran.
    pub worlds: u32,
    /// The time that running the worlds took.
    pub running: Duration,
    /// The time that serving demands took.
    pub serving: Duration,
    /// The time that scoring and writing took.
    pub scoring: Duration,
    /// The time that guessing passcodes took. Guessing is a part of serving.
    pub guessing: GuessTime,
}

/// A world that ran, as the record states it: its order, and the digest and length of its own record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldRan {
    /// The order, in words; `None` if nothing was ordered.
    pub ordered: Option<String>,
    /// SHA-256 of its record.
    pub sha256: String,
    /// The number of lines of its record.
    pub lines: usize,
}

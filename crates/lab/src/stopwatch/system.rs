//! The time that a step took, by the system's clock. It is in no evidence.

use std::time::{Duration, Instant};

/// True if this program has a clock.
pub(crate) const TELLS_TIME: bool = true;

/// A stopwatch by the system's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts a stopwatch.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Returns the time since it was started.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

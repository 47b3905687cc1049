//! The time that a step took, by the system's clock. It is in no evidence.

use std::time::{Duration, Instant};

/// Says if this program has a clock.
pub(crate) const TELLS_TIME: bool = true;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts one.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since it was started.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

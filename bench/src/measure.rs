//! Alternating measurement. The reference operation, Pillarbox and the peer take turns, so that a slow spell of the
//! machine slows all three.
//!
//! The clock is the processor time of this thread, which does all the work. Other programs on the machine do not
//! count.

use crate::Failure;
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use std::time::Duration;

/// Pairs of measurements for every figure. The median of five pairs tolerates two bad ones.
pub(crate) const PAIRS: usize = 5;

/// A figure over all pairs.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    pub(crate) fn of(mut values: [f64; PAIRS]) -> Self {
        values.sort_by(f64::total_cmp);
        let [least, _, median, _, most] = values;
        Self { median, least, most }
    }
}

/// Microseconds for one operation, in each pair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series(pub(crate) [f64; PAIRS]);

impl Series {
    pub(crate) fn spread(&self) -> Spread {
        Spread::of(self.0)
    }

    /// Divides this series by another one, pair by pair.
    pub(crate) fn over(&self, unit: &Self) -> Spread {
        let mut ratios = self.0;
        ratios.iter_mut().zip(unit.0).for_each(|(value, unit)| *value /= unit);
        Spread::of(ratios)
    }
}

/// A measurement: does its work once and returns the time of one operation, in microseconds.
pub(crate) type Sample<'a> = &'a mut dyn FnMut() -> Result<f64, Failure>;

/// Runs several measurements in turns, alternately forwards and backwards from pair to pair, after one warm-up
/// round that does not count.
pub(crate) fn alternate<const N: usize>(mut samples: [Sample<'_>; N]) -> Result<[Series; N], Failure> {
    for sample in &mut samples {
        sample()?;
    }
    let mut measured = [Series([0.0; PAIRS]); N];
    for pair in 0..PAIRS {
        let mut turns: Vec<_> = samples.iter_mut().zip(&mut measured).collect();
        if pair % 2 == 1 {
            turns.reverse();
        }
        for (sample, series) in turns {
            let microseconds = sample()?;
            series.0.iter_mut().skip(pair).take(1).for_each(|value| *value = microseconds);
        }
    }
    Ok(measured)
}

/// A stopwatch over this thread's processor time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Duration);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(thread_time())
    }

    pub(crate) fn elapsed(self) -> Duration {
        thread_time().saturating_sub(self.0)
    }

    /// Returns the microseconds for each of `count` operations done since the start.
    pub(crate) fn each(self, count: u32) -> f64 {
        microseconds(self.elapsed(), count)
    }
}

/// Returns the microseconds for each of `count` operations that took `whole` together.
pub(crate) fn microseconds(whole: Duration, count: u32) -> f64 {
    whole.as_secs_f64() * 1e6 / f64::from(count)
}

fn thread_time() -> Duration {
    // The kernel returns whole seconds and nanoseconds, neither below zero.
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

//! The clock that messages age by. A wrong system clock cannot push it far.
//!
//! A relay that starts with its clock a year ahead must not throw every waiting message away. The ageing clock
//! therefore follows the system clock in steps: at most [`Limits::ageing_step`](crate::Limits) at each sweep, one sweep
//! an hour. A clock that jumps ahead and is corrected within a day has aged messages by hours, not by a year. The
//! ageing clock follows at once when the system clock is set back. After an outage of some days it needs about as many
//! to catch up, and messages wait that much longer: their devices could not fetch them during the outage either.
//! Messages accepted while the clock was ahead age late, never early.

use pillarbox_wire::{Duration, Timestamp};

/// The time between two sweeps. Retention is counted in days, and each sweep visits every mailbox once.
pub const SWEEP_INTERVAL: Duration = Duration::from_seconds(3_600);

/// The ageing clock, and the time at which it was last moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ageing {
    clock: Timestamp,
    swept: Option<Timestamp>,
}

impl Ageing {
    /// Continues from the stored clock; a new store starts at `now`.
    pub(crate) fn resume(stored: Option<Timestamp>, now: Timestamp) -> Self {
        Self { clock: stored.unwrap_or(now), swept: None }
    }

    pub(crate) fn clock(&self) -> Timestamp {
        self.clock
    }

    /// Returns whether a sweep is due. The first sweep is due at once. A later one is due an hour after the last one,
    /// or at once if the clock was set back since.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.swept.is_none_or(|swept| now < swept || now.since(swept) >= SWEEP_INTERVAL)
    }

    /// Moves the clock towards `now`, and returns the time that it shows.
    pub(crate) fn advance(&mut self, now: Timestamp, step: Duration) -> Timestamp {
        self.clock = now.min(self.clock + step);
        self.swept = Some(now);
        self.clock
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEP: Duration = Duration::from_seconds(7_200);

    proptest! {
        #[test]
        fn it_never_runs_ahead_and_never_leaps(start in 0_u64..1 << 42, times in proptest::collection::vec(0_u64..1 << 42, 1..50)) {
            let mut ageing = Ageing::resume(Some(Timestamp(start)), Timestamp(0));
            for now in times.into_iter().map(Timestamp) {
                let before = ageing.clock();
                if ageing.is_due(now) {
                    let clock = ageing.advance(now, STEP);
                    prop_assert!(clock <= now);
                    prop_assert!(clock.since(before) <= STEP);
                    prop_assert!(clock == now || clock == before + STEP);
                }
            }
        }
    }

    #[test]
    fn hour_by_hour_it_keeps_up() {
        let mut ageing = Ageing::resume(None, Timestamp(0));
        for hour in 0..1_000 {
            let now = Timestamp(hour * SWEEP_INTERVAL.0);
            assert!(ageing.is_due(now));
            assert_eq!(ageing.advance(now, STEP), now);
            assert!(!ageing.is_due(now + Duration(1)));
        }
    }
}

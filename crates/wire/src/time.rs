//! Time as a number. This crate and every engine above it receive the time; only sockets and programs read a clock.

use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 00:00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp(pub u64);

/// A span of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Duration(pub u64);

impl Duration {
    /// A span of whole seconds.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// A span of whole days of 86,400 seconds.
    #[must_use]
    pub const fn from_days(days: u64) -> Self {
        Self::from_seconds(days.saturating_mul(86_400))
    }

    /// Whole seconds, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0 / 1_000
    }

    /// Whole days, rounded down.
    #[must_use]
    pub const fn as_days(self) -> u64 {
        self.as_seconds() / 86_400
    }
}

impl Timestamp {
    /// The time at a whole number of seconds since 1970.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0 / 1_000
    }

    /// Midnight (UTC) of the same day, for a service that keeps the day only.
    #[must_use]
    pub const fn day(self) -> Self {
        Self(self.0 - self.0 % Duration::from_days(1).0)
    }

    /// The span since `earlier`; zero if `self` is not the later one, as when a clock was set back.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// The calendar date and time of day in UTC: `(year, month, day, hour, minute, second)`.
    ///
    /// The date is computed from the days by counting eras of 400 Gregorian years (146,097 days).
    #[must_use]
    pub const fn calendar(self) -> (u64, u64, u64, u64, u64, u64) {
        let seconds = self.as_seconds();
        let of_day = seconds % 86_400;
        // Years start in March here, so that the leap day is the last day of its year; day 0 is 0000-03-01.
        let days = seconds / 86_400 + 719_468;
        let era = days / 146_097;
        let of_era = days % 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month, day, of_day / 3_600, of_day / 60 % 60, of_day % 60)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// Writes `2017-03-22 14:40:07 UTC`, the form that people read everywhere in Pillarbox.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute, second) = self.calendar();
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_gregorian_calendar() {
        // Seconds and dates as `date -u -d @N` of GNU coreutils prints them.
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_490_193_607, "2017-03-22 14:40:07 UTC"),
            (1_709_251_199, "2024-02-29 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(Timestamp::from_seconds(seconds).to_string(), expected);
        }
    }

    #[test]
    fn a_day_starts_at_midnight() {
        let afternoon = Timestamp(1_490_193_607_123);
        assert_eq!(afternoon.day().to_string(), "2017-03-22 00:00:00 UTC");
        assert_eq!(afternoon.since(afternoon.day()).as_seconds(), 14 * 3_600 + 40 * 60 + 7);
    }

    #[test]
    fn a_clock_set_back_gives_no_negative_span() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Duration(0));
    }
}

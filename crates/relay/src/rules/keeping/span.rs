//! Spans of time as people write them into a file (`"30 days"`), and in milliseconds as programs do.
//!
//! The functions here are for `#[serde(deserialize_with)]`, wherever a rule that people write has a span. A span is
//! serialized as a number of milliseconds.

use std::fmt;

use pillarbox_text::count::counted;
use pillarbox_wire::Duration;
use serde::Deserializer;
use serde::de::{Error, Visitor};

/// The text is no span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a span of time is a whole number and seconds, minutes, hours, days, weeks or years, as in \"30 days\""
)]
#[non_exhaustive]
pub struct SpanError;

/// Reads a span such as `30 days`. A year has 365 days.
///
/// # Errors
/// [`SpanError`], also for a span that is too long for a number of milliseconds.
pub fn parse(text: &str) -> Result<Duration, SpanError> {
    let (number, unit) = text.trim().split_once(' ').ok_or(SpanError)?;
    let seconds: u64 = match unit.trim_start() {
        "second" | "seconds" => 1,
        "minute" | "minutes" => 60,
        "hour" | "hours" => 3_600,
        "day" | "days" => 86_400,
        "week" | "weeks" => 7 * 86_400,
        "year" | "years" => 365 * 86_400,
        _ => return Err(SpanError),
    };
    let number: u64 = number.parse().map_err(|_| SpanError)?;
    number.checked_mul(seconds * 1_000).map(Duration).ok_or(SpanError)
}

struct Span;

impl Visitor<'_> for Span {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span such as \"30 days\", or milliseconds")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        parse(text).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, milliseconds: u64) -> Result<Duration, E> {
        Ok(Duration(milliseconds))
    }

    fn visit_i64<E: Error>(self, milliseconds: i64) -> Result<Duration, E> {
        u64::try_from(milliseconds).map(Duration).map_err(|_| E::custom("a span of time is not negative"))
    }
}

/// Reads a span in either form: text or milliseconds.
///
/// # Errors
/// The deserializer's error.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_any(Span)
}

/// Reads a span that may be absent. Give the field `#[serde(default)]` too.
///
/// # Errors
/// The deserializer's error.
pub fn deserialize_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    struct Optional;

    impl<'de> Visitor<'de> for Optional {
        type Value = Option<Duration>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            Span.expecting(f)
        }

        fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            deserialize(deserializer).map(Some)
        }
    }

    deserializer.deserialize_option(Optional)
}

/// Writes the span in the largest unit that divides it: `30 days`, `1 hour`, `1500 milliseconds`.
#[must_use]
pub fn words(span: Duration) -> String {
    let (number, unit) = match span.0 {
        0 => (0, "second"),
        ms if ms % 86_400_000 == 0 => (ms / 86_400_000, "day"),
        ms if ms % 3_600_000 == 0 => (ms / 3_600_000, "hour"),
        ms if ms % 60_000 == 0 => (ms / 60_000, "minute"),
        ms if ms % 1_000 == 0 => (ms / 1_000, "second"),
        ms => (ms, "millisecond"),
    };
    counted(number, unit, &format!("{unit}s"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        assert_eq!(parse("30 days"), Ok(Duration::from_days(30)));
        assert_eq!(parse(" 1 year "), Ok(Duration::from_days(365)));
        assert_eq!(parse("90  seconds"), Ok(Duration::from_seconds(90)));
        for wrong in
            ["", "30", "days", "30days", "-1 days", "1.5 hours", "2 fortnights", "99999999999999999 years"]
        {
            assert_eq!(parse(wrong), Err(SpanError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_said_is_what_is_read(seconds in 0_u64..1 << 40) {
            let span = Duration::from_seconds(seconds);
            prop_assert_eq!(parse(&words(span)), Ok(span));
        }
    }
}

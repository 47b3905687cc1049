//! Spans of time as people write them: `15 minutes`, `30 days`.

use pillarbox_wire::Duration;

/// The units that can be written, and how many seconds each has.
const UNITS: [(&str, u64); 4] = [("second", 1), ("minute", 60), ("hour", 3_600), ("day", 86_400)];

/// Reads a span of time.
pub(crate) fn parse(words: &str) -> Option<Duration> {
    let (number, unit) = words.trim().split_once(' ')?;
    let number: u64 = number.parse().ok()?;
    let unit = unit.trim();
    let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit.strip_suffix('s').unwrap_or(unit))?;
    number.checked_mul(seconds).map(Duration::from_seconds)
}

/// Writes a span of time, in the largest unit that it is a whole number of.
pub(crate) fn in_words(span: Duration) -> String {
    let seconds = span.as_seconds();
    let fits = |(_, unit): &&(&str, u64)| seconds.is_multiple_of(*unit);
    let (name, unit) = UNITS.iter().rev().find(fits).copied().unwrap_or(("second", 1));
    let number = seconds / unit;
    format!("{number} {name}{}", if number == 1 { "" } else { "s" })
}

/// For a span that may be absent.
pub(crate) mod optional {
    use pillarbox_wire::Duration;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Duration>, D::Error> {
        let words = String::deserialize(d)?;
        let span = super::parse(&words);
        span.map(Some).ok_or_else(|| D::Error::custom("a time is a number and a unit: `15 minutes`"))
    }

    pub(crate) fn serialize<S: Serializer>(span: &Option<Duration>, s: S) -> Result<S::Ok, S::Error> {
        match span {
            Some(span) => s.serialize_str(&super::in_words(*span)),
            None => s.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(seconds in 0..100_000_000_u64) {
            let span = Duration::from_seconds(seconds);
            prop_assert_eq!(parse(&in_words(span)), Some(span));
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        assert_eq!(parse("15 minutes"), Some(Duration::from_seconds(900)));
        assert_eq!(parse("1 day"), Some(Duration::from_days(1)));
        for words in [
            "",
            "15",
            "minutes",
            "15minutes",
            "-1 days",
            "1.5 days",
            "1 fortnight",
            "9999999999999999999 days",
        ] {
            assert_eq!(parse(words), None, "{words}");
        }
        assert_eq!(in_words(Duration::from_seconds(0)), "0 days");
    }
}

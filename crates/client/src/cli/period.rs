//! Periods as typed: `30s`, `5m`, `1h`, `7d`, `4w`, `off`.

use std::fmt;

use pillarbox_client::sentences::span;

/// Longest timer: a year. A message meant to outlast that is not meant to disappear.
const MAX_SECONDS: u32 = 365 * DAY;

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;
const WEEK: u32 = 7 * DAY;

/// Seconds after which a message disappears; absent for never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period(pub(crate) Option<u32>);

/// Reasons that a text is not a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PeriodError {
    /// The text is not a number with a unit.
    #[error("a time is a number and s, m, h, d or w, as in 1h; or off")]
    Shape,
    /// The period is zero, or more than a year.
    #[error("a time is at least 1s and at most 365d")]
    Range,
}

impl std::str::FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        if text == "off" {
            return Ok(Self(None));
        }
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text.get(digits.len()..) {
            Some("s") => 1,
            Some("m") => MINUTE,
            Some("h") => HOUR,
            Some("d") => DAY,
            Some("w") => WEEK,
            _ => return Err(PeriodError::Shape),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PeriodError::Shape);
        }
        let seconds = digits.parse::<u32>().ok().and_then(|number| number.checked_mul(unit));
        match seconds {
            Some(seconds @ 1..=MAX_SECONDS) => Ok(Self(Some(seconds))),
            _ => Err(PeriodError::Range),
        }
    }
}

/// Formats with the largest unit that fits: `1 hour`, `90 minutes`, `off`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(seconds) => f.write_str(&span(seconds)),
            None => f.write_str("off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_said() {
        for (typed, seconds, said) in [
            ("30s", 30, "30 seconds"),
            ("90m", 5_400, "90 minutes"),
            ("60m", 3_600, "1 hour"),
            ("1d", 86_400, "1 day"),
            ("4w", 2_419_200, "4 weeks"),
        ] {
            let period: Period = typed.parse().unwrap();
            assert_eq!((period.0, period.to_string()), (Some(seconds), said.to_owned()));
        }
        assert_eq!("off".parse(), Ok(Period(None)));
    }

    #[test]
    fn what_is_no_period_is_refused_with_the_reason() {
        for text in ["", "h", "1", "1y", "-1h", "1.5h", "1 h", "１h", "+1h"] {
            assert_eq!(text.parse::<Period>(), Err(PeriodError::Shape), "{text:?}");
        }
        for text in ["0s", "366d", "99999999999w"] {
            assert_eq!(text.parse::<Period>(), Err(PeriodError::Range), "{text:?}");
        }
    }
}

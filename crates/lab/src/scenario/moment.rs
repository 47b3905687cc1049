//! Times and spans as scenarios write them: `2017-03-22T14:37:00Z`, or `+2m` after the event before.

use pillarbox_wire::{Duration, Timestamp};

/// Advice for a mistake where a time is expected.
pub(super) const TIME_FORM: &str =
    "Write a time as 2017-03-22T14:37:00Z (UTC), or a span after the event before, as +30s, +2m, +1h or +3d.";

/// Advice for a mistake where a span is expected.
pub(super) const SPAN_FORM: &str = "Write a span as 30s, 5m, 1h or 7d.";

/// The latest year that a scenario may name: a mistyped span should not take a world to the year 90000.
const LAST_YEAR: u64 = 2_100;

/// Reads a time. `before` is the time from which a span is counted.
pub(super) fn moment(text: &str, before: Timestamp) -> Option<Timestamp> {
    match text.strip_prefix('+') {
        Some(rest) => span(rest).map(|span| before + span),
        None => date_and_time(text),
    }
}

/// Reads a span: a whole number and a unit.
pub(super) fn span(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let count: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let span = count.checked_mul(seconds)?;
    (span <= 200 * 366 * 86_400).then(|| Duration::from_seconds(span))
}

/// Reads a span that may be shorter than a second: `400ms`, or any other [`span`].
pub(super) fn fine_span(text: &str) -> Option<Duration> {
    match text.strip_suffix("ms") {
        Some(count) => Some(Duration(count.trim_end().parse().ok()?)),
        None => span(text),
    }
}

/// Reads RFC 3339 in UTC, to the second.
fn date_and_time(text: &str) -> Option<Timestamp> {
    let rest = text.strip_suffix(['Z', 'z'])?;
    let (date, time) = rest.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let in_range = (1970..=LAST_YEAR).contains(&year) && hour < 24 && minute < 60 && second < 60;
    if !in_range || !(1..=12).contains(&month) {
        return None;
    }
    let days = days_since_1970(year, month, day);
    let time = Timestamp::from_seconds(days * 86_400 + hour * 3_600 + minute * 60 + second);
    // A day that its month does not have is converted to another day.
    (time.calendar() == (year, month, day, hour, minute, second)).then_some(time)
}

fn numbers<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[u64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part =
            parts.next().filter(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Computes the inverse of [`Timestamp::calendar`], by the same eras, with years that begin in March.
const fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let shifted_month = (month + 9) % 12;
    let of_year = (153 * shifted_month + 2) / 5 + day;
    // The day is counted from 1 and `of_year` from 0; the sum stays positive for every year from 1970 on.
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_second_is_read_back_as_it_is_printed(seconds in 0_u64..4_102_444_800) {
            let time = Timestamp::from_seconds(seconds);
            let text = time.to_string().replace(' ', "T").replace("TUTC", "Z");
            prop_assert_eq!(moment(&text, Timestamp(0)), Some(time));
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,30}") {
            let _ = moment(&text, Timestamp(0));
            let _ = span(&text);
        }
    }

    #[test]
    fn spans_count_from_what_came_before() {
        let before = Timestamp::from_seconds(100);
        assert_eq!(moment("+2m", before), Some(Timestamp::from_seconds(220)));
        assert_eq!(span("7d"), Some(Duration::from_days(7)));
        for wrong in [
            "2m",
            "+2",
            "+m",
            "+2 weeks",
            "2017-02-30T00:00:00Z",
            "2017-03-22T14:37:00",
            "22.3.2017",
            "+99999999999999999999d",
            "+99999999d",
        ] {
            assert_eq!(moment(wrong, before), None, "{wrong}");
        }
    }
}

//! Periods in words.

use pillarbox_text::count::counted;

const MINUTE: u32 = 60;

const HOUR: u32 = 60 * MINUTE;

const DAY: u32 = 24 * HOUR;

const WEEK: u32 = 7 * DAY;

/// Formats a period with the largest unit that fits: `1 hour`, `90 minutes`.
#[must_use]
pub fn span(seconds: u32) -> String {
    let units = [(WEEK, "week"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")];
    let fits = units.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit) && seconds >= *unit);
    let (unit, name) = fits.unwrap_or((1, "second"));
    let number = seconds / unit;
    counted(number, name, &format!("{name}s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_the_largest_unit_that_fits() {
        let cases = [
            (1, "1 second"),
            (30, "30 seconds"),
            (90 * MINUTE, "90 minutes"),
            (HOUR, "1 hour"),
            (DAY, "1 day"),
            (4 * WEEK, "4 weeks"),
        ];
        for (seconds, said) in cases {
            assert_eq!(span(seconds), said);
        }
    }
}

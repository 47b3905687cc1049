//! Calendar days of the law. A source that is less precise yields a month or a year.

use std::fmt;

use pillarbox_wire::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The names of the months, for sentences.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A calendar day in UTC. A year or month alone comes before every day in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

impl Day {
    /// Creates a whole date. Nothing checks that the calendar has such a day, because only tables and tests write it.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Self {
        Self { year, month: Some(month), day: Some(day) }
    }

    /// Returns the day of a timestamp.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let (year, month, day, ..) = at.calendar();
        Self {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month: u8::try_from(month).ok(),
            day: u8::try_from(day).ok(),
        }
    }

    /// Reads `2017`, `2017-03` or `2017-03-22`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let number = |part: &str, length: usize, most: u16| {
            let fits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|number| fits && (1..=most).contains(number))
        };
        let year = number(parts.next()?, 4, 9_999)?;
        let short = |part: Option<&str>, most: u16| match part {
            None => Some(None),
            Some(part) => number(part, 2, most).and_then(|number| u8::try_from(number).ok()).map(Some),
        };
        let month = short(parts.next(), 12)?;
        let day = short(parts.next(), 31)?;
        parts.next().is_none().then_some(Self { year, month, day })
    }

    /// Formats the day for tables and data: `2017-03-22`.
    #[must_use]
    pub fn iso(self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{:04}-{month:02}-{day:02}", self.year),
            (Some(month), None) => format!("{:04}-{month:02}", self.year),
            (None, _) => format!("{:04}", self.year),
        }
    }
}

/// Formats the day for sentences: `22 March 2017`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.month.and_then(|month| MONTHS.get(usize::from(month).checked_sub(1)?));
        match (name, self.day) {
            (Some(name), Some(day)) => write!(f, "{day} {name} {}", self.year),
            (Some(name), None) => write!(f, "{name} {}", self.year),
            (None, _) => write!(f, "{}", self.year),
        }
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.iso())
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("`{text}` is no day: write \"2023-02-24\", \"2023-02\" or \"2023\""))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_and_written_alike() {
        for text in ["1986", "2021-05", "2017-03-22"] {
            assert_eq!(Day::parse(text).unwrap().iso(), text);
        }
        for wrong in ["", "17", "2017-3-22", "2017-13", "2017-03-32", "2017-03-22-1", "2017-", "20170322"] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Day::new(2017, 3, 22).to_string(), "22 March 2017");
        assert_eq!(Day::parse("2021-05").unwrap().to_string(), "May 2021");
    }

    #[test]
    fn a_moment_has_a_day_and_a_year_comes_before_its_days() {
        let moment = Timestamp::from_seconds(1_490_193_600);
        assert_eq!(Day::of(moment), Day::new(2017, 3, 22));
        let [year, day] = ["2017", "2017-01-01"].map(|text| Day::parse(text).unwrap());
        assert!(year < day && Day::new(2016, 12, 31) < year);
    }
}

//! The picture of a day: when rows passed, a lane for each sender. It is the day with most rows, and the last of several.

use std::collections::BTreeMap;

use pillarbox_access::facts::Wrote;
use pillarbox_wire::Timestamp;

use super::rows::{Rows, clock, ends, name, shortened};

/// Where the first hour begins, in the drawing's own units.
pub(super) const LEFT: u64 = 104;
/// Width of 24 hours.
pub(super) const HOURS_WIDTH: u64 = 456;
/// Height of a lane.
pub(super) const LANE: usize = 26;

/// Longest name that fits before a lane; the text beside the picture has the whole one.
const NAME_CHARS: usize = 9;

const DAY_MS: u64 = 86_400_000;

/// The picture, and the text that says the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Day {
    /// The date.
    pub(super) date: String,
    /// A lane for each sender.
    pub(super) lanes: Vec<Lane>,
    /// Every row of the day: when, from whom, to whom.
    pub(super) rows: Vec<(String, String, String)>,
    /// Rows of other days.
    pub(super) other_days: usize,
}

/// A sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lane {
    /// The name.
    pub(super) name: String,
    /// From the top.
    pub(super) y: usize,
    /// From the left, one for each row.
    pub(super) marks: Vec<u64>,
}

impl Day {
    /// Draws rows.
    #[must_use]
    pub(super) fn of(rows: &Rows<'_>) -> Self {
        let mut days: BTreeMap<u64, Vec<&Wrote>> = BTreeMap::new();
        for row in rows.rows {
            days.entry(row.at.day().0).or_default().push(row);
        }
        let Some((day, of_day)) = days.into_iter().max_by_key(|(day, rows)| (rows.len(), *day)) else {
            return Self::default();
        };
        let called = |end: &Option<String>| name(rows.place.evidence, end.as_deref());
        let mut lanes: Vec<Lane> = Vec::new();
        for end in ends(rows.rows) {
            let sent = of_day.iter().filter(|row| row.from.as_deref() == end);
            let marks: Vec<u64> = sent.map(|row| LEFT + (row.at.0 - day) * HOURS_WIDTH / DAY_MS).collect();
            if !marks.is_empty() {
                let y = 8 + LANE * lanes.len();
                let name = shortened(&name(rows.place.evidence, end), NAME_CHARS);
                lanes.push(Lane { name, y, marks });
            }
        }
        let (year, month, date, ..) = Timestamp(day).calendar();
        let part = |number: u64| u16::try_from(number).unwrap_or_default();
        let date = pillarbox_access::law::Day::new(
            part(year),
            u8::try_from(month).unwrap_or_default(),
            u8::try_from(date).unwrap_or_default(),
        );
        Self {
            date: date.to_string(),
            lanes,
            rows: of_day.iter().map(|row| (clock(row.at), called(&row.from), called(&row.to))).collect(),
            other_days: rows.rows.len() - of_day.len(),
        }
    }

    /// Height of the drawing.
    #[must_use]
    pub(super) const fn height(&self) -> usize {
        self.lanes.len() * LANE + 34
    }

    /// The hours that are written under the picture, and where.
    #[must_use]
    pub(super) fn hours(&self) -> Vec<(u64, String)> {
        (0..=24).step_by(6).map(|hour| (LEFT + hour * HOURS_WIDTH / 24, format!("{hour:02}:00"))).collect()
    }
}

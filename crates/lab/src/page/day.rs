//! A day: the times at which rows passed, with a lane for each sender. It is the day with the most rows; of several
//! such days, it is the last.

use std::collections::BTreeMap;

use pillarbox_access::facts::Wrote;
use pillarbox_access::law::Day as LawDay;
use pillarbox_wire::Timestamp;

use super::rows::{Rows, clock, name};
use super::ties::ends;
use crate::picture::{Hours, Lane};

/// The picture, and a text with the same content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Day {
    /// The date.
    pub(super) date: String,
    /// The picture, as a part of the page.
    pub(super) picture: String,
    /// Every row of the day: time, sender, recipient.
    pub(super) rows: Vec<(String, String, String)>,
    /// The number of rows of other days.
    pub(super) other_days: usize,
}

impl Day {
    /// Draws rows.
    ///
    /// # Errors
    /// A template failed.
    pub(super) fn of(rows: &Rows<'_>) -> Result<Self, askama::Error> {
        let mut days: BTreeMap<u64, Vec<&Wrote>> = BTreeMap::new();
        for row in rows.rows {
            days.entry(row.at.day().0).or_default().push(row);
        }
        let Some((day, of_day)) = days.into_iter().max_by_key(|(day, rows)| (rows.len(), *day)) else {
            return Ok(Self::default());
        };
        let called = |end: Option<&str>| name(rows.place.evidence, end);
        let lane = |end: Option<&str>| {
            let sent: Vec<u64> =
                of_day.iter().filter(|row| row.from.as_deref() == end).map(|row| row.at.0).collect();
            (!sent.is_empty()).then(|| Lane::of(&called(end), sent))
        };
        let date = LawDay::of(Timestamp(day)).to_string();
        let lanes = ends(rows.rows).into_iter().filter_map(lane).collect();
        let row = |row: &&Wrote| (clock(row.at), called(row.from.as_deref()), called(row.to.as_deref()));
        Ok(Self {
            picture: Hours::of(&format!("Hours of {date}, a lane for each sender"), lanes).svg("day")?,
            rows: of_day.iter().map(row).collect(),
            other_days: rows.rows.len() - of_day.len(),
            date,
        })
    }
}

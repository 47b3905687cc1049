//! The rows about messages that came back under one design: time, sender, recipient. Both pictures of a page are drawn from them and
//! from nothing else.

use std::collections::BTreeMap;

use pillarbox_access::Item;
use pillarbox_access::facts::Wrote;
use pillarbox_wire::Timestamp;

use super::grid::{Grid, Place};
use crate::matrix::cell::Evidence;

/// Rows of one cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    /// The cell's column.
    pub(super) column: usize,
    /// The cell.
    pub(super) place: Place<'a>,
    /// The rows, in the order of their times.
    pub(super) rows: &'a [Wrote],
}

/// The rows of a design under the demand that brought most of them; of several, the first. None if none brought any.
#[must_use]
pub(super) fn of_design<'a>(grid: &Grid<'a>, row: usize) -> Option<Rows<'a>> {
    let rows = |column| {
        let place: Place<'a> = grid.at(row, column)?;
        let rows = place.evidence.brought.wrote.as_slice();
        (!rows.is_empty() && !is_withheld(place.evidence)).then_some(Rows { column, place, rows })
    };
    (0..grid.demands.len())
        .filter_map(rows)
        .max_by_key(|rows| (rows.rows.len(), std::cmp::Reverse(rows.column)))
}

/// Whether the operator says that it does not hand such rows over: then they did not come back.
fn is_withheld(evidence: &Evidence) -> bool {
    let about_rows = [Item::MessageSourceDestination, Item::MessageTimes];
    evidence.brought.entries.iter().any(|entry| about_rows.contains(&entry.asked) && entry.withheld.is_some())
}

/// Everybody whom rows name, by what the rows call them, and a place for whoever they do not name. Who stands in most rows is first.
#[must_use]
pub(super) fn ends(rows: &[Wrote]) -> Vec<Option<&str>> {
    let mut number: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for end in rows.iter().flat_map(|row| [row.from.as_deref(), row.to.as_deref()]) {
        *number.entry(end).or_default() += 1;
    }
    let mut ends: Vec<_> = number.into_iter().collect();
    ends.sort_by_key(|(end, rows)| (end.is_none(), std::cmp::Reverse(*rows), *end));
    ends.into_iter().map(|(end, _)| end).collect()
}

/// A party of a row, as a person reads it: the story's name for the number that stands in the row, or the number alone.
#[must_use]
pub(super) fn name(evidence: &Evidence, end: Option<&str>) -> String {
    match end {
        None => "not named".into(),
        Some(end) => evidence.in_names(end),
    }
}

/// A name as it fits into a picture.
#[must_use]
pub(super) fn shortened(name: &str, chars: usize) -> String {
    if name.chars().count() <= chars {
        return name.to_owned();
    }
    let begin: String = name.chars().take(chars.saturating_sub(1)).collect();
    format!("{begin}…")
}

/// Hours and minutes of a time, in UTC.
#[must_use]
pub(super) fn clock(at: Timestamp) -> String {
    let (_, _, _, hour, minute, _) = at.calendar();
    format!("{hour:02}:{minute:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at: u64, from: Option<&str>, to: Option<&str>) -> Wrote {
        Wrote { at: Timestamp(at), from: from.map(str::to_owned), to: to.map(str::to_owned) }
    }

    #[test]
    fn whoever_stands_in_most_rows_is_first_and_whoever_is_not_named_is_last() {
        let rows = [row(1, None, Some("b")), row(2, None, Some("a")), row(3, Some("a"), Some("c"))];
        assert_eq!(ends(&rows), [Some("a"), Some("b"), Some("c"), None]);
    }

    #[test]
    fn a_long_name_is_shortened_between_letters() {
        assert_eq!(shortened("Grüße, Ynyr", 6), "Grüße…");
        assert_eq!(shortened("Ynyr", 6), "Ynyr");
    }
}

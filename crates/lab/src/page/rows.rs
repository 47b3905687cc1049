//! The returned rows about messages under one design: time, sender, recipient. Both pictures of a page are drawn
//! from these rows alone.

use pillarbox_access::Item;
use pillarbox_access::facts::Wrote;
use pillarbox_wire::Timestamp;

use super::grid::{Grid, Place};
use crate::evidence::Evidence;
use crate::picture::NOT_NAMED;

/// The rows of one cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    /// The cell's column.
    pub(super) column: usize,
    /// The cell.
    pub(super) place: Place<'a>,
    /// The rows, in the order of their times.
    pub(super) rows: &'a [Wrote],
}

/// Returns the rows of a design under the demand that returned the most of them, or under the first of several such
/// demands. Returns nothing if no demand returned any.
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

/// Returns true if the operator says that it does not hand such rows over. In that case they were not returned.
fn is_withheld(evidence: &Evidence) -> bool {
    let about_rows = [Item::MessageSourceDestination, Item::MessageTimes];
    evidence.brought.entries.iter().any(|entry| about_rows.contains(&entry.asked) && entry.withheld.is_some())
}

/// Returns a party of a row, as a person reads it: the story's name for the number in the row, or the number alone.
#[must_use]
pub(super) fn name(evidence: &Evidence, end: Option<&str>) -> String {
    match end {
        None => NOT_NAMED.into(),
        Some(end) => evidence.in_names(end),
    }
}

/// Formats hours and minutes of a time, in UTC.
#[must_use]
pub(super) fn clock(at: Timestamp) -> String {
    let (_, _, _, hour, minute, _) = at.calendar();
    format!("{hour:02}:{minute:02}")
}

//! The month under several designs, on several threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use pillarbox_access::design::Design;
use pillarbox_access::designs;

use super::{Month, STORY};
use crate::metadata::source::world::WorldSourceError;
use crate::pool::{self, weight};
use crate::progress::Progress;
use crate::scenario::Scenario;
use crate::scenario::library::{self, LibraryError};

/// Reasons that there is no table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MonthError {
    /// The story cannot be read.
    #[error(transparent)]
    Story(#[from] LibraryError),
    /// A world stopped.
    #[error(transparent)]
    World(#[from] WorldSourceError),
    /// The run was cancelled.
    #[error("stopped")]
    Stopped,
}

/// A design that is not a messenger of today: Signal with receipts at random. It is in the table because it differs
/// from Signal in the results of inference, and in nothing else.
const QUIET: (&str, &str) =
    ("signal-quiet.toml", include_str!("../../../../../examples/neighbours/signal-quiet.toml"));

/// Returns the designs of the table: those of the matrix, and Signal with receipts at random.
#[must_use]
pub fn rows() -> Vec<Design> {
    rows_of(designs::all())
}

/// Returns the rows for these designs. The design with receipts at random is last, and only where the same design
/// without them is among these.
#[must_use]
pub fn rows_of(designs: &[Design]) -> Vec<Design> {
    // A test checks that this file parses.
    let quiet = Design::parse(QUIET.0, QUIET.1).ok();
    let is_twin = |quiet: &Design, design: &Design| {
        let mut phone = quiet.phone.clone();
        phone.habits.receipts = design.phone.habits.receipts;
        phone == design.phone && quiet.relay == design.relay
    };
    let quiet = quiet.filter(|quiet| {
        designs.iter().any(|design| is_twin(quiet, design))
            && designs.iter().all(|design| design.name != quiet.name)
    });
    designs.iter().cloned().chain(quiet).collect()
}

/// Returns the story of the month.
///
/// # Errors
/// [`MonthError::Story`].
pub fn story() -> Result<Scenario, MonthError> {
    Ok(library::find(STORY)?)
}

/// Runs the month under each design, in the order of `designs`.
///
/// # Errors
/// [`MonthError`]; in this case there is no result at all.
pub fn every(
    designs: &[Design],
    story: &Scenario,
    threads: NonZeroUsize,
    progress: &Progress,
    stop: &AtomicBool,
) -> Result<Vec<Month>, MonthError> {
    let job = |design: &Design| {
        let month = Month::of(design, story, story.seed);
        progress.step();
        month
    };
    let done = pool::in_order(designs, weight, threads, stop, job);
    let mut months = Vec::with_capacity(done.len());
    for month in done {
        months.push(month.ok_or(MonthError::Stopped)??);
    }
    if stop.load(Ordering::Relaxed) { Err(MonthError::Stopped) } else { Ok(months) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signal_with_receipts_at_random_is_a_row() {
        let rows = rows();
        assert_eq!(rows.len(), designs::all().len() + 1);
        assert_eq!(rows.last().unwrap().name, "signal-quiet");
        let names = |names: &[&str]| -> Vec<String> {
            let designs: Vec<Design> =
                names.iter().map(|name| designs::named(name).unwrap().clone()).collect();
            rows_of(&designs).into_iter().map(|design| design.name).collect()
        };
        assert_eq!(names(&["signal-2016", "signal-now"]), ["signal-2016", "signal-now", "signal-quiet"]);
        assert_eq!(names(&["simplex"]), ["simplex"]);
        assert_eq!(rows_of(&rows), rows, "and once only");
    }
}

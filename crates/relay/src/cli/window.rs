//! The size of the window that results go to.

use std::ffi::OsString;
use std::io;

/// The width of output that goes to no window, and the widest that sentences become in a wide one.
pub(crate) const WIDTH: usize = 80;

/// The narrowest window that lines are fitted to. A narrower terminal breaks lines by itself.
const NARROWEST: usize = 40;

/// Least width of a table. In a narrower window each of its cells takes a line.
const TABLE: usize = 72;

/// A window, or what stands in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Columns that a line may take, at least 40.
    pub(crate) columns: usize,
    /// Lines that are visible at once; none where the output goes to no window.
    pub(crate) rows: Option<usize>,
}

impl Window {
    /// Returns the window of standard output. If output goes elsewhere, `COLUMNS` counts, as for many programs, and
    /// then 80.
    pub(crate) fn of_output() -> Self {
        let size = terminal_size::terminal_size_of(io::stdout());
        let size = size.map(|(columns, rows)| (usize::from(columns.0), usize::from(rows.0)));
        Self::new(size, std::env::var_os("COLUMNS"))
    }

    fn new(size: Option<(usize, usize)>, named: Option<OsString>) -> Self {
        let named = || named?.to_str()?.parse().ok().filter(|columns| *columns > 0);
        let columns = size.map(|(columns, _)| columns).or_else(named).unwrap_or(WIDTH);
        Self { columns: columns.max(NARROWEST), rows: size.map(|(_, rows)| rows) }
    }

    /// Returns a window of this many columns, its height unknown.
    #[cfg(test)]
    pub(crate) fn of_columns(columns: usize) -> Self {
        Self::new(None, Some(columns.to_string().into()))
    }

    /// Returns the columns for sentences: lines of more than 80 are hard to read.
    pub(crate) fn for_sentences(self) -> usize {
        self.columns.min(WIDTH)
    }

    /// True if the window is wide enough for a table.
    pub(crate) const fn holds_tables(self) -> bool {
        self.columns >= TABLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_counts_before_the_environment_and_that_before_eighty() {
        let named = |columns: &str| Some(columns.into());
        assert_eq!(Window::new(Some((132, 43)), named("60")), Window { columns: 132, rows: Some(43) });
        assert_eq!(Window::new(None, named("60")), Window { columns: 60, rows: None });
        for nonsense in [None, named(""), named("0"), named("-1"), named("wide")] {
            assert_eq!(Window::new(None, nonsense), Window { columns: 80, rows: None });
        }
        assert_eq!(Window::of_columns(12).columns, NARROWEST);
        assert_eq!(Window::of_columns(140).for_sentences(), WIDTH);
    }
}

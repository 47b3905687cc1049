//! The size of the window that results go to.

use pillarbox_system::window;
use pillarbox_text::wrap::{MIN_WIDTH, TABLE_WIDTH, WIDTH};

/// A window, or default sizes where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// The number of columns that a line may occupy, at least 40.
    pub(crate) columns: usize,
    /// The number of lines that are visible at once; `None` if the output goes to no window.
    pub(crate) rows: Option<usize>,
}

impl Window {
    /// Returns the window of standard output. If output goes elsewhere, the width is `COLUMNS`, as with many programs,
    /// or else 80.
    pub(crate) fn of_output() -> Self {
        Self::new(window::of_results(), window::stated_columns())
    }

    fn new(window: Option<window::Window>, stated: Option<usize>) -> Self {
        let columns = window.map(|window| window.columns).or(stated).unwrap_or(WIDTH);
        Self { columns: columns.max(MIN_WIDTH), rows: window.map(|window| window.lines) }
    }

    /// Returns a window of this many columns and an unknown height.
    #[cfg(test)]
    pub(crate) fn of_columns(columns: usize) -> Self {
        Self::new(None, Some(columns))
    }

    /// Returns the columns for sentences, at most 80: longer lines are hard to read.
    pub(crate) fn for_sentences(self) -> usize {
        self.columns.min(WIDTH)
    }

    /// True if the window is wide enough for a table.
    pub(crate) const fn holds_tables(self) -> bool {
        self.columns >= TABLE_WIDTH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_counts_before_the_environment_and_that_before_eighty() {
        let window = window::Window { columns: 132, lines: 43 };
        assert_eq!(Window::new(Some(window), Some(60)), Window { columns: 132, rows: Some(43) });
        assert_eq!(Window::new(None, Some(60)), Window { columns: 60, rows: None });
        assert_eq!(Window::new(None, None), Window { columns: 80, rows: None });
        assert_eq!(Window::of_columns(12).columns, MIN_WIDTH);
        assert_eq!(Window::of_columns(140).for_sentences(), WIDTH);
    }
}

//! The window into which the program prints.

use pillarbox_lab::screen::MAX_WIDTH;
use pillarbox_system::window::{self, Window};
use pillarbox_text::wrap::{HEIGHT, MIN_WIDTH, WIDTH};

/// Returns the columns of the window on standard output. Without a window, it returns `COLUMNS`, or else 80.
pub(super) fn width() -> usize {
    columns(window::of_results()).unwrap_or(WIDTH)
}

/// Returns the columns of the window on standard error, to which messages go. Without a window, it returns `COLUMNS`,
/// if set.
pub(super) fn of_messages() -> Option<usize> {
    columns(window::of_messages()).map(|columns| columns.clamp(MIN_WIDTH, MAX_WIDTH))
}

fn columns(window: Option<Window>) -> Option<usize> {
    window.map(|window| window.columns).or_else(window::stated_columns)
}

/// Returns the lines of the window on standard output, without the prompt. Without a window, it returns `LINES`, or
/// else 24.
pub(super) fn height() -> usize {
    let lines = window::of_results().map(|window| window.lines).or_else(window::stated_lines);
    lines.map_or(HEIGHT, |lines| lines.saturating_sub(1))
}

//! The window into which the program prints.

use pillarbox_lab::screen::{MAX_WIDTH, MIN_WIDTH, USUAL_HEIGHT, USUAL_WIDTH};
use terminal_size::{Height, Width};

/// Returns the columns of the window on standard output. Without a window, it returns `COLUMNS`, or else 80.
pub(super) fn width() -> usize {
    let window = terminal_size::terminal_size_of(std::io::stdout())
        .map(|(Width(columns), _)| usize::from(columns))
        .filter(|columns| *columns > 0);
    window.or_else(told).unwrap_or(USUAL_WIDTH)
}

/// Returns the columns of the window on standard error, to which messages go. Without a window, it returns `COLUMNS`,
/// if set.
pub(super) fn of_messages() -> Option<usize> {
    let window = terminal_size::terminal_size_of(std::io::stderr())
        .map(|(Width(columns), _)| usize::from(columns))
        .filter(|columns| *columns > 0);
    window.or_else(told).map(|columns| columns.clamp(MIN_WIDTH, MAX_WIDTH))
}

/// Returns the columns that the environment states.
fn told() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0)
}

/// Returns the lines of the window on standard output, without the prompt. Without a window, it returns `LINES`, or
/// else 24.
pub(super) fn height() -> usize {
    let window = terminal_size::terminal_size_of(std::io::stdout())
        .map(|(_, Height(lines))| usize::from(lines))
        .filter(|lines| *lines > 0);
    let told = || std::env::var("LINES").ok()?.parse().ok().filter(|lines| *lines > 0);
    window.or_else(told).map_or(USUAL_HEIGHT, |lines| lines.saturating_sub(1))
}

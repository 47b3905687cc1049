//! The window that is printed into.

use pillarbox_lab::screen::{MAX_WIDTH, MIN_WIDTH, USUAL_HEIGHT, USUAL_WIDTH};
use terminal_size::{Height, Width};

/// Columns of the window on standard output. Where that is none, what `COLUMNS` says, or else 80.
pub(super) fn width() -> usize {
    let window = terminal_size::terminal_size_of(std::io::stdout())
        .map(|(Width(columns), _)| usize::from(columns))
        .filter(|columns| *columns > 0);
    window.or_else(told).unwrap_or(USUAL_WIDTH)
}

/// Columns of the window on standard error, where messages go. Where that is none, what `COLUMNS` says; none where nobody says any.
pub(super) fn of_messages() -> Option<usize> {
    let window = terminal_size::terminal_size_of(std::io::stderr())
        .map(|(Width(columns), _)| usize::from(columns))
        .filter(|columns| *columns > 0);
    window.or_else(told).map(|columns| columns.clamp(MIN_WIDTH, MAX_WIDTH))
}

/// Columns as the environment says them.
fn told() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0)
}

/// Lines of the window on standard output, less the prompt. Where that is none, what `LINES` says, or else 24.
pub(super) fn height() -> usize {
    let window = terminal_size::terminal_size_of(std::io::stdout())
        .map(|(_, Height(lines))| usize::from(lines))
        .filter(|lines| *lines > 0);
    let told = || std::env::var("LINES").ok()?.parse().ok().filter(|lines| *lines > 0);
    window.or_else(told).map_or(USUAL_HEIGHT, |lines| lines.saturating_sub(1))
}

//! The window that is printed into.

use pillarbox_lab::screen::USUAL_WIDTH;
use terminal_size::Width;

/// Columns of the window on standard output. Where that is none, what `COLUMNS` says, or else 80.
pub(super) fn width() -> usize {
    let window = terminal_size::terminal_size_of(std::io::stdout())
        .map(|(Width(columns), _)| usize::from(columns))
        .filter(|columns| *columns > 0);
    let told = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0);
    window.or_else(told).unwrap_or(USUAL_WIDTH)
}

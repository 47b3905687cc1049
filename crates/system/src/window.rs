//! The window into which a program prints. Without one, a program uses `COLUMNS` and `LINES`, as many do.

use terminal_size::{Height, Width, terminal_size_of};

/// The size of a window, in characters. Neither number is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Characters of a line.
    pub columns: usize,
    /// Lines that are visible at once.
    pub lines: usize,
}

/// Returns the window on standard output, to which results go; `None` if they go elsewhere.
#[must_use]
pub fn of_results() -> Option<Window> {
    window(terminal_size_of(std::io::stdout()))
}

/// Returns the window on standard error, to which messages go; `None` if they go elsewhere.
#[must_use]
pub fn of_messages() -> Option<Window> {
    window(terminal_size_of(std::io::stderr()))
}

/// Returns the columns that the environment states, in `COLUMNS`.
#[must_use]
pub fn stated_columns() -> Option<usize> {
    stated("COLUMNS")
}

/// Returns the lines that the environment states, in `LINES`.
#[must_use]
pub fn stated_lines() -> Option<usize> {
    stated("LINES")
}

fn window(size: Option<(Width, Height)>) -> Option<Window> {
    let (Width(columns), Height(lines)) = size?;
    (columns > 0 && lines > 0).then(|| Window { columns: columns.into(), lines: lines.into() })
}

fn stated(name: &str) -> Option<usize> {
    number(std::env::var_os(name)?.to_str()?)
}

fn number(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_of_nothing_is_none() {
        assert_eq!(window(Some((Width(132), Height(43)))), Some(Window { columns: 132, lines: 43 }));
        assert_eq!(window(Some((Width(0), Height(43)))), None);
        assert_eq!(window(None), None);
    }

    #[test]
    fn only_a_number_counts_as_stated() {
        assert_eq!(["60", "", "0", "-1", "wide"].map(number), [Some(60), None, None, None, None]);
    }
}

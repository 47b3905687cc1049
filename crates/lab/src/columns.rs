//! Text in columns: every cell wrapped to its column, blank lines where a cell is shorter than its neighbours.

use pillarbox_client::display::safe_document;
use textwrap::core::display_width;
use textwrap::{Options, wrap};

/// The width that everything keeps to, so that it reads the same in a window, in a pipe and on paper.
pub const WIDTH: usize = 80;

/// What stands between two columns.
const GAP: &str = "  ";

/// Lays cells side by side in columns of the given widths. A cell may hold line breaks.
#[must_use]
pub fn side_by_side(widths: &[usize], cells: &[String]) -> String {
    let columns: Vec<Vec<String>> =
        widths.iter().zip(cells).map(|(width, cell)| cell_lines(cell, *width)).collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut out = String::new();
    for row in 0..height {
        let mut line = String::new();
        for (width, column) in widths.iter().zip(&columns) {
            let cell = column.get(row).map_or("", String::as_str);
            line.push_str(cell);
            let room = width.saturating_sub(display_width(cell));
            line.extend(std::iter::repeat_n(' ', room));
            line.push_str(GAP);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// A paragraph of running text.
#[must_use]
pub fn paragraph(text: &str) -> String {
    let mut out = wrapped(text, &Options::new(WIDTH)).join("\n");
    out.push('\n');
    out
}

/// The lines of a cell; what does not fit on one line goes on indented, so that lines can be told from entries.
fn cell_lines(text: &str, width: usize) -> Vec<String> {
    wrapped(text, &Options::new(width).subsequent_indent("  "))
}

fn wrapped(text: &str, options: &Options<'_>) -> Vec<String> {
    // Names and texts of a story are whatever its file says.
    safe_document(text)
        .split('\n')
        .flat_map(|line| wrap(line, options))
        .map(std::borrow::Cow::into_owned)
        .collect()
}

/// A number with commas between thousands.
#[must_use]
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_wrapped_and_stand_side_by_side() {
        let text = side_by_side(&[10, 12], &["one two three".into(), "a\nb".into()]);
        assert_eq!(text, "one two     a\n  three     b\n");
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_comes_through() {
        let hostile = "a\u{1b}[2Jb\u{202e}c\u{2066}";
        assert_eq!(side_by_side(&[20], &[hostile.into()]), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\n");
        assert_eq!(paragraph(hostile), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\n");
    }

    #[test]
    fn nothing_is_wider_than_its_column() {
        let word = "x".repeat(200);
        for line in side_by_side(&[20, 58], &[word.clone(), word]).lines() {
            assert!(display_width(line) <= WIDTH, "{line}");
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([7, 999, 10_000, 2_176_782_336].map(grouped), ["7", "999", "10,000", "2,176,782,336"]);
    }
}

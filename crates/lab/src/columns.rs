//! Text in columns: every cell is wrapped to its column, with blank lines in a cell that is shorter than its
//! neighbours.

use pillarbox_client::display::safe_document;
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter, wrap};

/// The blanks between two columns.
const GAP: usize = 2;

/// The narrowest column. A share that gets less would break every word.
const MIN_COLUMN: usize = 4;

/// The width of a column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// A number of characters, whatever the window.
    Fixed(usize),
    /// A number of shares of the width that the fixed columns leave.
    Share(usize),
}

/// Returns the widths of columns in a window of `window` characters.
#[must_use]
pub fn widths(columns: &[Column], window: usize) -> Vec<usize> {
    let gaps = GAP * columns.len().saturating_sub(1);
    let (mut fixed, mut shares) = (0, 0);
    for column in columns {
        match column {
            Column::Fixed(width) => fixed += width,
            Column::Share(share) => shares += share,
        }
    }
    let mut left = window.saturating_sub(fixed + gaps);
    let width = |column: &Column| match column {
        Column::Fixed(width) => *width,
        Column::Share(share) => {
            let width = (left * share).checked_div(shares).unwrap_or(0);
            // The last share takes the remainder of the divisions.
            (left, shares) = (left - width, shares - share);
            width.max(MIN_COLUMN)
        }
    };
    columns.iter().map(width).collect()
}

/// The characters that columns of these widths take.
#[must_use]
pub fn taken(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// Lays cells side by side in columns of the given widths, line by line. A cell may contain line breaks.
#[must_use]
pub fn side_by_side(widths: &[usize], cells: &[String]) -> Vec<String> {
    let columns: Vec<Vec<String>> =
        widths.iter().zip(cells).map(|(width, cell)| indented(cell, *width)).collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |row: usize| {
        let mut line = String::new();
        for (width, column) in widths.iter().zip(&columns) {
            let cell = column.get(row).map_or("", String::as_str);
            line.push_str(cell);
            let room = width.saturating_sub(display_width(cell)) + GAP;
            line.extend(std::iter::repeat_n(' ', room));
        }
        line.trim_end().to_owned()
    };
    (0..height).map(row).collect()
}

/// Wraps running text into lines.
#[must_use]
pub fn lines(text: &str, width: usize) -> Vec<String> {
    wrapped(text, &Options::new(width))
}

/// Wraps a cell into lines. Continuation lines are indented, so that lines can be told from entries.
#[must_use]
pub fn indented(text: &str, width: usize) -> Vec<String> {
    wrapped(text, &Options::new(width).subsequent_indent("  "))
}

fn wrapped(text: &str, options: &Options<'_>) -> Vec<String> {
    // Commands have hyphens in them, and nobody should have to join them from two lines.
    let options = options.clone().word_splitter(WordSplitter::NoHyphenation);
    // Names and texts of a story may contain anything.
    safe_document(text)
        .split('\n')
        .flat_map(|line| wrap(line, &options))
        .map(std::borrow::Cow::into_owned)
        .collect()
}

/// Returns a sentence with its first letter as a capital.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Formats a number with commas between thousands.
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
        assert_eq!(text, ["one two     a", "  three     b"]);
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_comes_through() {
        let hostile = "a\u{1b}[2Jb\u{202e}c\u{2066}";
        assert_eq!(side_by_side(&[20], &[hostile.into()]), ["a\u{fffd}[2Jb\u{fffd}c\u{fffd}"]);
        assert_eq!(lines(hostile, 20), ["a\u{fffd}[2Jb\u{fffd}c\u{fffd}"]);
    }

    #[test]
    fn nothing_is_wider_than_its_column() {
        let word = "x".repeat(200);
        for line in side_by_side(&[20, 58], &[word.clone(), word]) {
            assert!(display_width(&line) <= 80, "{line}");
        }
    }

    #[test]
    fn the_whole_window_is_used() {
        use Column::{Fixed, Share};
        assert_eq!(widths(&[Fixed(26), Share(1)], 80), [26, 52]);
        assert_eq!(widths(&[Fixed(18), Share(1), Share(1)], 81), [18, 29, 30]);
        assert_eq!(widths(&[Share(1), Share(1)], 140), [69, 69]);
        assert_eq!(widths(&[Fixed(90), Share(1)], 80), [90, MIN_COLUMN]);
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([7, 999, 10_000, 2_176_782_336].map(grouped), ["7", "999", "10,000", "2,176,782,336"]);
    }
}

//! Text in columns: cells side by side, each in the width of its column.

use crate::wrap::{cell_lines, display_width};

/// The blanks between two columns.
const GAP: usize = 2;

/// The narrowest column. A narrower share would break every word.
const MIN_COLUMN: usize = 4;

/// The mark of a cell that is cut.
const CUT: char = '…';

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
            // The last share receives the remainder of the divisions.
            (left, shares) = (left - width, shares - share);
            width.max(MIN_COLUMN)
        }
    };
    columns.iter().map(width).collect()
}

/// The characters that columns of these widths occupy.
#[must_use]
pub fn taken(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// Lays cells side by side in columns of the given widths, line by line. A cell may contain line breaks, and is
/// wrapped to its column, with blank lines where it is shorter than its neighbours. Characters that a terminal would
/// act on are removed.
#[must_use]
pub fn side_by_side(widths: &[usize], cells: &[String]) -> Vec<String> {
    let columns: Vec<_> = widths.iter().zip(cells).map(|(width, cell)| cell_lines(cell, *width)).collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |row: usize| {
        let cells = columns.iter().map(|column| column.get(row).map_or("", String::as_str));
        let cells =
            widths.iter().zip(cells).map(|(width, cell)| fit(cell, (*width).max(display_width(cell))));
        cells.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    (0..height).map(row).collect()
}

/// Cuts or pads `text` to exactly `width` columns, for a cell of a table; a cut shows as `…`.
#[must_use]
pub fn fit(text: &str, width: usize) -> String {
    let mut kept = cut(text, width);
    kept.push_str(&" ".repeat(width.saturating_sub(display_width(&kept))));
    kept
}

/// Cuts `text` to at most `width` columns; a cut shows as `…`.
fn cut(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let mut buffer = [0; 4];
    let kept = text.chars().take_while(|character| {
        let wide = display_width(character.encode_utf8(&mut buffer));
        let fits = wide <= room;
        room = room.saturating_sub(wide);
        fits
    });
    kept.chain([CUT]).collect()
}

/// Alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Left, for words.
    Left,
    /// Right, for numbers.
    Right,
}

/// The smallest width to which the last column of a table is cut. Lines may then become longer than the window.
const SMALLEST_LAST: usize = 8;

/// Lays rows out in columns that are as wide as their widest cell; only the last one is truncated, to fit a window
/// of `window` characters. Cells contain no control characters: see [`crate::show::escaped`].
#[must_use]
pub fn rows(aligns: &[Align], rows: &[Vec<String>], window: usize) -> Vec<String> {
    let mut widths = vec![0; aligns.len()];
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = display_width(cell).max(*widest);
        }
    }
    if let Some((last, others)) = widths.split_last_mut() {
        let others: usize = others.iter().map(|width| width + GAP).sum();
        *last = (*last).min(window.saturating_sub(others).max(SMALLEST_LAST));
    }
    let line = |row: &Vec<String>| {
        let cells = aligns.iter().zip(&widths).zip(row).map(|((align, width), cell)| match align {
            Align::Left => fit(cell, *width),
            Align::Right => {
                let cell = cut(cell, *width);
                " ".repeat(width.saturating_sub(display_width(&cell))) + &cell
            }
        });
        cells.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    fn two(cells: &[[&str; 2]], window: usize) -> Vec<String> {
        let cells: Vec<_> = cells.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        rows(&[Align::Right, Align::Left], &cells, window)
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let lines = two(&[["SEQ", "CONTENT"], ["7", "abc"], ["1300", ""]], 80);
        assert_eq!(lines, [" SEQ  CONTENT", "   7  abc", "1300"]);
    }

    #[test]
    fn a_row_fits_the_window() {
        let long = "語".repeat(60);
        for window in [72, 80, 110] {
            let row = two(&[["1", &long]], window).remove(0);
            assert!(display_width(&row) <= window && row.ends_with(CUT), "{row}");
        }
    }

    proptest! {
        #[test]
        fn a_cell_is_exactly_as_wide_as_asked(text in "[a-z日本é]{0,40}", width in 1_usize..30) {
            prop_assert_eq!(display_width(&fit(&text, width)), width);
        }
    }
}

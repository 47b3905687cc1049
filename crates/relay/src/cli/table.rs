//! Tables for people (fitted to the terminal) and for programs (separated by tabs).

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthChar;

use super::window::Window;
use super::wrap::labelled;

/// The space between two columns.
const GAP: &str = "  ";

/// Marks a truncated cell.
const CUT: char = '~';

/// Column alignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A column's heading and alignment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column(pub(crate) &'static str, pub(crate) Align);

/// Writes a table that fits the window: columns are as wide as their widest cell, and the last column is cut. In a
/// narrow window each cell takes a line of its own behind its heading, and nothing is cut.
///
/// Cells hold no control characters; see [`super::text::escape`].
pub(crate) fn write(
    out: &mut impl Write,
    columns: &[Column],
    rows: &[Vec<String>],
    window: Window,
) -> io::Result<()> {
    if !window.holds_tables() {
        return write_cells(out, columns, rows, window.columns);
    }
    let widths = widths(columns, rows, window.columns);
    let headings: Vec<_> = columns.iter().map(|Column(heading, _)| (*heading).to_owned()).collect();
    writeln!(out, "{BOLD}{}{BOLD:#}", line(columns, &widths, &headings))?;
    rows.iter().try_for_each(|row| writeln!(out, "{}", line(columns, &widths, row)))
}

const BOLD: Style = Style::new().bold();

/// Writes one cell a line, with an empty line between two rows.
fn write_cells(
    out: &mut impl Write,
    columns: &[Column],
    rows: &[Vec<String>],
    width: usize,
) -> io::Result<()> {
    let at = columns.iter().map(|Column(heading, _)| self::width(heading)).max().unwrap_or(0) + GAP.len();
    for (number, row) in rows.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        for (Column(heading, _), cell) in columns.iter().zip(row) {
            writeln!(out, "{}", labelled(heading, BOLD, cell, at, width))?;
        }
    }
    Ok(())
}

/// Writes a table for programs: headings, then rows, separated by tabs and never cut.
pub(crate) fn write_plain(out: &mut impl Write, columns: &[Column], rows: &[Vec<String>]) -> io::Result<()> {
    let headings: Vec<_> = columns.iter().map(|Column(heading, _)| *heading).collect();
    writeln!(out, "{}", headings.join("\t"))?;
    rows.iter().try_for_each(|row| writeln!(out, "{}", row.join("\t")))
}

fn widths(columns: &[Column], rows: &[Vec<String>], width: usize) -> Vec<usize> {
    let mut widths: Vec<_> = columns.iter().map(|Column(heading, _)| self::width(heading)).collect();
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(self::width(cell));
        }
    }
    if let Some((last, others)) = widths.split_last_mut() {
        let taken: usize = others.iter().map(|width| width + GAP.len()).sum();
        *last = (*last).min(width.saturating_sub(taken).max(SMALLEST_LAST));
    }
    widths
}

/// Smallest width to which the last column is cut, even if lines become longer than the terminal.
const SMALLEST_LAST: usize = 8;

fn line(columns: &[Column], widths: &[usize], cells: &[String]) -> String {
    let cells = columns.iter().zip(widths).zip(cells).map(|((Column(_, align), width), cell)| {
        let cell = fit(cell, *width);
        let missing = " ".repeat(width.saturating_sub(self::width(&cell)));
        match align {
            Align::Left => cell + &missing,
            Align::Right => missing + &cell,
        }
    });
    cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
}

/// Returns the cell, cut to `most` columns of the terminal if it is wider.
fn fit(cell: &str, most: usize) -> String {
    if width(cell) <= most {
        return cell.to_owned();
    }
    let mut room = most.saturating_sub(1);
    let kept = cell.chars().take_while(|c| {
        let fits = c.width().unwrap_or(0) <= room;
        room = room.saturating_sub(c.width().unwrap_or(0));
        fits
    });
    kept.chain([CUT]).collect()
}

fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[[&str; 2]], window: usize) -> String {
        let columns = [Column("SEQ", Align::Right), Column("CONTENT", Align::Left)];
        let rows: Vec<_> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        let mut out = anstream::StripStream::new(Vec::new());
        write(&mut out, &columns, &rows, Window::of_columns(window)).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    }

    #[test]
    fn columns_stand_under_their_headings() {
        assert_eq!(table(&[["7", "abc"], ["1300", ""]], 80), " SEQ  CONTENT\n   7  abc\n1300\n");
    }

    #[test]
    fn a_line_fits_the_terminal() {
        let long = "語".repeat(60);
        for window in [72, 80, 110] {
            let printed = table(&[["1", &long]], window);
            let row = printed.lines().nth(1).unwrap();
            assert!(width(row) <= window && row.ends_with(CUT), "{row}");
        }
    }

    #[test]
    fn in_a_narrow_window_each_cell_takes_a_line_and_nothing_is_cut() {
        let printed = table(&[["7", "see you at 6"], ["8", ""]], 40);
        assert_eq!(printed, "SEQ      7\nCONTENT  see you at 6\n\nSEQ      8\nCONTENT\n");
    }
}

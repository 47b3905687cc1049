//! Tables for people (fitted to the terminal) and for programs (separated by tabs).

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthChar;

/// The width that output is made to be readable in.
pub(crate) const WIDTH: usize = 80;

/// Between two columns.
const GAP: &str = "  ";

/// A cut cell ends so.
const CUT: char = '~';

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A column's heading and how it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column(pub(crate) &'static str, pub(crate) Align);

/// Writes a table. Columns are as wide as their widest cell; the last is cut so that a line fits [`WIDTH`].
///
/// Cells hold no control characters; see [`super::text::escape`].
pub(crate) fn write(out: &mut impl Write, columns: &[Column], rows: &[Vec<String>]) -> io::Result<()> {
    let widths = widths(columns, rows);
    let bold = Style::new().bold();
    let headings: Vec<_> = columns.iter().map(|Column(heading, _)| (*heading).to_owned()).collect();
    writeln!(out, "{bold}{}{bold:#}", line(columns, &widths, &headings))?;
    rows.iter().try_for_each(|row| writeln!(out, "{}", line(columns, &widths, row)))
}

/// Writes a table for programs: headings, then rows, separated by tabs and never cut.
pub(crate) fn write_plain(out: &mut impl Write, columns: &[Column], rows: &[Vec<String>]) -> io::Result<()> {
    let headings: Vec<_> = columns.iter().map(|Column(heading, _)| *heading).collect();
    writeln!(out, "{}", headings.join("\t"))?;
    rows.iter().try_for_each(|row| writeln!(out, "{}", row.join("\t")))
}

fn widths(columns: &[Column], rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths: Vec<_> = columns.iter().map(|Column(heading, _)| width(heading)).collect();
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    if let Some((last, others)) = widths.split_last_mut() {
        let taken: usize = others.iter().map(|width| width + GAP.len()).sum();
        *last = (*last).min(WIDTH.saturating_sub(taken).max(SMALLEST_LAST));
    }
    widths
}

/// The last column is never cut to less than this, even if lines grow longer than the terminal.
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

/// The cell, cut to `most` columns of the terminal if it is wider.
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

    fn table(rows: &[[&str; 2]]) -> String {
        let columns = [Column("SEQ", Align::Right), Column("CONTENT", Align::Left)];
        let rows: Vec<_> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        let mut out = anstream::StripStream::new(Vec::new());
        write(&mut out, &columns, &rows).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    }

    #[test]
    fn columns_stand_under_their_headings() {
        assert_eq!(table(&[["7", "abc"], ["1300", ""]]), " SEQ  CONTENT\n   7  abc\n1300\n");
    }

    #[test]
    fn a_line_fits_the_terminal() {
        let long = "語".repeat(60);
        let printed = table(&[["1", &long]]);
        let row = printed.lines().nth(1).unwrap();
        assert!(width(row) <= WIDTH && row.ends_with(CUT), "{row}");
    }
}

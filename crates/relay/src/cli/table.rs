//! Tables for people (fitted to the window) and for programs (separated by tabs).

use std::io::{self, Write};

use anstyle::Style;
use pillarbox_text::columns::{self, Align};
use pillarbox_text::wrap::{INDENT, beside, display_width};

use super::window::Window;

/// A column's heading and alignment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column(pub(crate) &'static str, pub(crate) Align);

const BOLD: Style = Style::new().bold();

/// The space between a heading and its cell in a narrow window.
const GAP: usize = 2;

/// Writes a table that fits the window. Columns are as wide as their widest cell, and the last column is cut. In a
/// narrow window, each cell has its own line behind its heading, and nothing is cut.
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
    let aligns: Vec<_> = columns.iter().map(|Column(_, align)| *align).collect();
    let headings = columns.iter().map(|Column(heading, _)| (*heading).to_owned()).collect();
    let all: Vec<Vec<_>> = [headings].into_iter().chain(rows.iter().cloned()).collect();
    let lines = columns::rows(&aligns, &all, window.columns);
    lines.iter().enumerate().try_for_each(|(at, line)| match at {
        0 => writeln!(out, "{BOLD}{line}{BOLD:#}"),
        _ => writeln!(out, "{line}"),
    })
}

/// Writes one cell per line, with an empty line between two rows.
fn write_cells(
    out: &mut impl Write,
    columns: &[Column],
    rows: &[Vec<String>],
    width: usize,
) -> io::Result<()> {
    let at = columns.iter().map(|Column(heading, _)| display_width(heading)).max().unwrap_or(0) + GAP;
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

/// Breaks text into lines, with `label` in `style` in front and the text beside it. In a narrow window the text is
/// below the label, indented.
pub(crate) fn labelled(label: &str, style: Style, text: &str, at: usize, width: usize) -> String {
    let plain = if display_width(label) < at && width >= 3 * at {
        beside(label, at, text, width)
    } else {
        let colon = if label.ends_with(':') { "" } else { ":" };
        beside(&format!("{label}{colon} "), INDENT, text, width)
    };
    let rest = plain.strip_prefix(label).unwrap_or_default();
    format!("{style}{label}{style:#}{rest}")
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
    fn in_a_narrow_window_each_cell_takes_a_line_and_nothing_is_cut() {
        let printed = table(&[["7", "see you at 6"], ["8", ""]], 40);
        assert_eq!(printed, "SEQ      7\nCONTENT  see you at 6\n\nSEQ      8\nCONTENT\n");
    }

    #[test]
    fn a_label_stands_beside_its_text_or_in_front_of_it() {
        let wide = labelled("Data", Style::new(), "one two three four", 6, 20);
        assert_eq!(wide, "Data  one two three\n      four");
        let narrow = labelled("Data", Style::new(), "one two three", 6, 13);
        assert_eq!(narrow, "Data: one two\n  three");
    }
}

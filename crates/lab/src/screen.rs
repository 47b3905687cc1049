//! One screen: text laid out for a window of a given width, in three weights.
//!
//! The weights are escape codes. The printing program removes them if nobody wants them. The words alone say as much.

use anstyle::Style;

use pillarbox_text::columns::{self, Column};
use pillarbox_text::wrap::{self, MIN_WIDTH, TABLE_WIDTH};

/// The widest window. The eye cannot find its way back along a longer line.
pub const MAX_WIDTH: usize = 160;

/// The weight of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// The verdict and headings.
    Bold,
    /// Everything else.
    #[default]
    Normal,
    /// Units, hints, and text that is only looked up.
    Dim,
}

impl Weight {
    const fn style(self) -> Style {
        match self {
            Self::Bold => Style::new().bold(),
            Self::Normal => Style::new(),
            Self::Dim => Style::new().dimmed(),
        }
    }
}

/// The columns of a table, and the heading of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    heads: Vec<String>,
}

impl Table {
    /// Creates a table without headings.
    #[must_use]
    pub fn new(columns: &[Column]) -> Self {
        Self { columns: columns.to_vec(), heads: Vec::new() }
    }

    /// Creates a table with a heading over each column. In a narrow window the heading is before its cell.
    #[must_use]
    pub fn headed(columns: &[Column], heads: Vec<String>) -> Self {
        Self { columns: columns.to_vec(), heads }
    }
}

/// A screen, line by line. No line is wider than the window.
#[derive(Clone, Debug)]
pub struct Screen {
    width: usize,
    lines: Vec<String>,
}

impl Screen {
    /// Creates an empty screen for a window of `width` columns, or the nearest width for which text can be laid out.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { width: width.clamp(MIN_WIDTH, MAX_WIDTH), lines: Vec::new() }
    }

    /// Returns the width of the window, in columns.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Returns the number of lines so far.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.lines.len()
    }

    /// Returns true if tables have one cell per line.
    #[must_use]
    pub const fn is_narrow(&self) -> bool {
        self.width < TABLE_WIDTH
    }

    fn push(&mut self, weight: Weight, lines: impl IntoIterator<Item = String>) {
        let style = weight.style();
        self.lines.extend(lines.into_iter().map(|line| match line.is_empty() || weight == Weight::Normal {
            true => line,
            false => format!("{style}{line}{style:#}"),
        }));
    }

    /// Adds an empty line, unless the screen begins here or ends with one already.
    pub fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// Writes the heading of a part: a bold line, underlined, after an empty one.
    pub fn title(&mut self, text: &str) {
        self.blank();
        let lines = wrap::lines(text, self.width);
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        self.push(Weight::Bold, lines);
        self.push(Weight::Dim, ["-".repeat(longest)]);
    }

    /// Writes running text.
    pub fn say(&mut self, text: &str) {
        self.say_in(Weight::Normal, text);
    }

    /// Writes running text in a weight.
    pub fn say_in(&mut self, weight: Weight, text: &str) {
        let lines = wrap::lines(text, self.width);
        self.push(weight, lines);
    }

    /// Writes running text whose later lines are indented, so that the beginning of the next entry is visible.
    pub fn entry(&mut self, weight: Weight, text: &str) {
        let lines = wrap::cell_lines(text, self.width);
        self.push(weight, lines);
    }

    /// Writes a line that is meant to be copied. It is not broken, however narrow the window.
    pub fn copyable(&mut self, weight: Weight, line: &str) {
        self.push(weight, [pillarbox_client::display::safe(line)]);
    }

    /// Writes the headings of a table's columns. A narrow window has them before the cells.
    pub fn heads(&mut self, table: &Table) {
        if !self.is_narrow() && !table.heads.is_empty() {
            let widths = columns::widths(&table.columns, self.width);
            let lines = columns::side_by_side(&widths, &table.heads);
            self.push(Weight::Bold, lines);
        }
    }

    /// Writes a row of a table.
    pub fn row(&mut self, table: &Table, cells: &[String]) {
        self.row_in(Weight::Normal, table, cells);
    }

    /// Writes a row of a table in a weight.
    pub fn row_in(&mut self, weight: Weight, table: &Table, cells: &[String]) {
        let lines = if self.is_narrow() {
            self.cell_by_cell(table, cells)
        } else {
            columns::side_by_side(&columns::widths(&table.columns, self.width), cells)
        };
        self.push(weight, lines);
    }

    /// Lays out one cell per line. The first cell names the row, and the other cells are under it, each after its
    /// heading.
    fn cell_by_cell(&self, table: &Table, cells: &[String]) -> Vec<String> {
        let mut out = Vec::new();
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            if at == 0 {
                out.extend(wrap::lines(cell.trim_start(), self.width));
                continue;
            }
            let head = table.heads.get(at).filter(|head| !head.is_empty());
            let cell = head.map_or_else(|| cell.clone(), |head| format!("{head}: {cell}"));
            let lines = wrap::cell_lines(&cell, self.width.saturating_sub(2));
            out.extend(lines.into_iter().map(|line| format!("  {line}")));
        }
        out
    }

    /// Appends another screen of the same width.
    pub fn append(&mut self, other: Self) {
        self.lines.extend(other.lines);
    }

    /// Returns the screen's text, with a line break after each line.
    #[must_use]
    pub fn into_text(self) -> String {
        self.lines.into_iter().fold(String::new(), |text, line| text + &line + "\n")
    }
}

/// Returns a text without its weights.
#[must_use]
pub fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: usize) -> String {
        let mut screen = Screen::new(width);
        screen.title("A TITLE");
        let table = Table::headed(
            &[Column::Fixed(10), Column::Share(1), Column::Share(1)],
            ["", "ONE", "OTHER"].map(str::to_owned).to_vec(),
        );
        screen.heads(&table);
        screen.row(&table, &["row".into(), "first".into(), "second".into()]);
        screen.say_in(Weight::Bold, "The verdict.");
        screen.into_text()
    }

    #[test]
    fn a_narrow_window_has_one_cell_a_line_behind_its_heading() {
        insta::assert_snapshot!(plain(&shown(40)), @r"
        A TITLE
        -------
        row
          ONE: first
          OTHER: second
        The verdict.
        ");
        assert!(plain(&shown(TABLE_WIDTH)).contains("row         first"));
    }

    #[test]
    fn what_is_bold_or_dim_is_so_in_escape_codes_alone() {
        assert!(shown(80).contains("\u{1b}[1mThe verdict.\u{1b}[0m\n"), "{:?}", shown(80));
        assert!(shown(80).contains("\u{1b}[2m-------\u{1b}[0m\n"));
        assert!(!plain(&shown(80)).contains('\u{1b}'));
    }

    #[test]
    fn a_window_that_is_too_narrow_or_too_wide_is_taken_for_one_that_is_not() {
        assert_eq!([0, 40, 100, 1_000].map(|width| Screen::new(width).width()), [40, 40, 100, MAX_WIDTH]);
    }
}

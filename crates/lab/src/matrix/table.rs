//! The matrix on a terminal: designs as rows, demands in groups of columns that fit 80 characters, cells in words.

use std::collections::BTreeMap;

use super::cell::Cell;
use crate::columns::{WIDTH, side_by_side};

/// Width of the column with the design's name: the longest name of the designs in the program, and no more.
const NAME_WIDTH: usize = 20;

/// How many demands stand side by side: three of about 18 characters beside the name fit 80.
const COLUMNS: usize = 3;

/// The table.
#[must_use]
pub fn render(designs: &[String], demands: &[String], cells: &[Cell]) -> String {
    let by_place: BTreeMap<(&str, &str), &Cell> =
        cells.iter().map(|cell| ((cell.design.as_str(), cell.demand.as_str()), cell)).collect();
    let width = (WIDTH - NAME_WIDTH) / COLUMNS - 2;
    let widths: Vec<usize> = std::iter::once(NAME_WIDTH).chain(std::iter::repeat_n(width, COLUMNS)).collect();
    let mut out = String::new();
    for group in demands.chunks(COLUMNS) {
        out.push('\n');
        let heads: Vec<String> = std::iter::once("design".to_owned()).chain(group.iter().cloned()).collect();
        out.push_str(&side_by_side(&widths, &heads));
        for design in designs {
            let says = group.iter().map(|demand| {
                by_place
                    .get(&(design.as_str(), demand.as_str()))
                    .map_or_else(String::new, |cell| cell.says.clone())
            });
            let row: Vec<String> = std::iter::once(design.clone()).chain(says).collect();
            out.push_str(&side_by_side(&widths, &row));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_a_window() {
        let long = "a-very-long-name-of-something-that-somebody-made".to_owned();
        let text =
            render(&[long.clone(), "b".into()], &[long.clone(), long.clone(), long.clone(), long], &[]);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    }
}

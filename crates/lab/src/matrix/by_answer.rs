//! A matrix of one demand and many designs: each answer once, and the designs that give it.

use textwrap::core::display_width;

use super::cell::Cell;
use crate::columns::Column;
use crate::screen::{MIN_TABLE_WIDTH, Screen, Table, Weight};

/// Widest column of answers: the designs beside it keep half of a small window.
const MOST_WIDTH: usize = MIN_TABLE_WIDTH / 2;

/// Writes what the demand comes to, one answer a row, in the order of the designs that give it first. `title` names the demand.
pub(super) fn write(screen: &mut Screen, title: &str, cells: &[Cell]) {
    let mut answers: Vec<(&str, Vec<&Cell>)> = Vec::new();
    for cell in cells {
        let counted = counted(cell);
        match answers.iter_mut().find(|(known, _)| *known == counted) {
            Some((_, cells)) => cells.push(cell),
            None => answers.push((counted, vec![cell])),
        }
    }
    screen.say_in(Weight::Bold, &format!("{title}, under {} designs:", cells.len()));
    if let [(counted, cells)] = answers.as_slice() {
        screen.say(&format!("All of them: {counted}{}.", beside(cells)));
    }
    let rows: Vec<[String; 2]> = answers
        .iter()
        .map(|(counted, cells)| {
            let designs: Vec<&str> = cells.iter().map(|cell| cell.design.as_str()).collect();
            [format!("{counted}{}", beside(cells)), designs.join(", ")]
        })
        .collect();
    let widest = rows.iter().map(|[answer, _]| display_width(answer)).max().unwrap_or(0);
    let table = Table::new(&[Column::Fixed(widest.min(MOST_WIDTH)), Column::Share(1)]);
    rows.iter().filter(|_| rows.len() > 1).for_each(|row| screen.row(&table, row));
    screen.say_in(Weight::Dim, "Equal words can be of other people or other data: --full.");
}

/// The counted part of a cell's words.
fn counted(cell: &Cell) -> &str {
    cell.says.split_once("; ").map_or(cell.says.as_str(), |(counted, _)| counted)
}

/// Kinds of data that come besides, from the fewest to the most under these designs, where the cells say so.
fn beside(cells: &[&Cell]) -> String {
    if cells.iter().any(|cell| !cell.says.contains("other kind")) {
        return String::new();
    }
    let kinds = || cells.iter().map(|cell| cell.measures.besides.len());
    match (kinds().min().unwrap_or(0), kinds().max().unwrap_or(0)) {
        (_, 0) => String::new(),
        (1, 1) => "; 1 other kind of data".to_owned(),
        (fewest, most) if fewest == most => format!("; {most} other kinds of data"),
        (fewest, most) => format!("; {fewest} to {most} other kinds of data"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::plain;

    #[test]
    fn a_matrix_of_no_cells_is_a_line_that_says_so() {
        let mut screen = Screen::new(80);
        write(&mut screen, "A content warrant", &[]);
        assert!(plain(&screen.into_text()).starts_with("A content warrant, under 0 designs:\n"));
    }
}

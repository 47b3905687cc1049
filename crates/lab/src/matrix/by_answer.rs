//! A matrix of one demand and many designs: each answer once, and the designs that produce it.

use super::cell::Cell;
use crate::score::State;
use crate::screen::{Screen, Weight};

/// Writes the answers to one demand, one a row, in the order in which the designs first produce them. `title` names
/// the demand.
pub(super) fn write(screen: &mut Screen, title: &str, cells: &[Cell]) {
    let mut answers: Vec<(String, Vec<&Cell>)> = Vec::new();
    for cell in cells {
        let counted = counted(cell);
        match answers.iter_mut().find(|(known, _)| *known == counted) {
            Some((_, cells)) => cells.push(cell),
            None => answers.push((counted, vec![cell])),
        }
    }
    screen.say_in(Weight::Bold, &format!("{title}, {} designs:", cells.len()));
    let is_one = answers.len() == 1;
    for (counted, cells) in answers {
        let designs: Vec<&str> = cells.iter().map(|cell| cell.design.as_str()).collect();
        let designs = if is_one { "all of them".to_owned() } else { designs.join(", ") };
        screen.entry(Weight::Normal, &format!("{counted}{} under {designs}", beside(&cells)));
    }
    screen.say_in(Weight::Dim, "Equal words can be of other people or other data: --full.");
}

/// Returns a cell's words without the parts that differ between designs with the same answer: the names of the kinds of
/// data, and the number of other kinds.
fn counted(cell: &Cell) -> String {
    match cell.state {
        State::None { .. } => cell.state.to_string(),
        _ if !cell.measures.kinds.is_empty() => {
            cell.says.split('(').next().unwrap_or_default().trim_end().to_owned()
        }
        _ => cell.says.clone(),
    }
}

/// Counts the other kinds of data that are returned if none of the counted kind is, from the fewest to the most
/// under these designs.
fn beside(cells: &[&Cell]) -> String {
    if cells.iter().any(|cell| !matches!(cell.state, State::None { .. })) {
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
        assert!(plain(&screen.into_text()).starts_with("A content warrant, 0 designs:\n"));
    }
}

//! The cell that is first on a page, unless one is asked for.
//!
//! The choice of this cell favours no side. The design is the one that the story itself names, or the first of the
//! matrix. The demand is the one under which the designs differ most, because the choice between designs depends on
//! it. If there are several such demands, it is the first. Columns that name kinds of data without counting them
//! are left out.

use super::grid::Grid;

/// Returns the row and column of the cell that is first.
#[must_use]
pub(super) fn first(grid: &Grid<'_>, design_of_the_story: Option<&str>) -> (usize, usize) {
    let row = design_of_the_story
        .and_then(|wanted| grid.designs.iter().position(|design| design.name == wanted))
        .unwrap_or(0);
    let different = |column: usize| {
        let mut seen = Vec::new();
        for row in 0..grid.designs.len() {
            let shown = grid.shown(row, column);
            if !seen.contains(&shown) {
                seen.push(shown);
            }
        }
        seen.len()
    };
    let counted = (0..grid.demands.len()).filter(|column| !grid.names_kinds(*column));
    let most = counted.max_by_key(|column| (different(*column), std::cmp::Reverse(*column)));
    (row, most.unwrap_or(0))
}

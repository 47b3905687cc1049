//! The matrix on the page, reduced to its differences, and the columns that name kinds of data, as lists.

use super::cells::id;
use super::grid::{Grid, Shown};
use crate::fold::{Folded, fold};

/// The matrix.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// The heads of its columns: name, unit, and the demands that have the same outcome everywhere.
    pub(super) heads: Vec<Head>,
    /// Its rows.
    pub(super) rows: Vec<TableRow>,
    /// Groups of rows for people who move by keys, each as a range of rows.
    pub(super) groups: Vec<std::ops::Range<usize>>,
    /// Demands under which all designs have the same outcome.
    pub(super) same: Vec<Same>,
}

/// The head of a column.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// The demand's name for people.
    pub(super) title: String,
    /// The noun that its numbers count.
    pub(super) unit: String,
    /// The person whom the demand is about.
    pub(super) target: String,
    /// True if its cells have squares.
    pub(super) has_squares: bool,
    /// Other demands with the same outcome in every row.
    pub(super) twins: Vec<String>,
}

/// A row.
#[derive(Clone, Debug)]
pub(super) struct TableRow {
    /// The end of its address.
    pub(super) id: String,
    /// The design's name for people.
    pub(super) title: String,
    /// The address of its section.
    pub(super) section: String,
    /// Other designs that are the same in every column.
    pub(super) others: Vec<(String, String)>,
    /// Its cells: the address and the summary.
    pub(super) cells: Vec<TableCell>,
}

/// A cell of the table.
#[derive(Clone, Debug)]
pub(super) struct TableCell {
    /// The address of its section.
    pub(super) id: String,
    /// The demand's name, for a narrow window, where a row is a list.
    pub(super) demand: String,
    /// The summary that is shown.
    pub(super) shown: Shown,
    /// True if it is the cell at the top of the page.
    pub(super) is_first: bool,
}

/// A demand under which all designs have the same outcome.
#[derive(Clone, Debug)]
pub(super) struct Same {
    /// The demand's name for people.
    pub(super) title: String,
    /// The address of the first design's cell.
    pub(super) id: String,
    /// The summary that each cell shows.
    pub(super) shown: Shown,
    /// The cells' phrase.
    pub(super) says: String,
}

/// A column that names kinds of data and does not count them, as a list.
#[derive(Clone, Debug)]
pub(super) struct Kinds {
    /// The demand's name for people.
    pub(super) title: String,
    /// Each answer with the designs that produce it.
    pub(super) answers: Vec<KindsAnswer>,
}

/// One answer in kinds of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KindsAnswer {
    /// The kinds of data that were returned.
    pub(super) came: Vec<&'static str>,
    /// The kinds of data that the operator has and says that it does not hand over.
    pub(super) withheld: Vec<&'static str>,
    /// The cell's phrase, if neither list has a kind.
    pub(super) says: String,
    /// The designs: address and name.
    pub(super) designs: Vec<(String, String)>,
}

impl Table {
    /// Builds the matrix with only the differences. `first` is the cell at the top of the page, and its column is
    /// kept.
    #[must_use]
    pub(super) fn of(grid: &Grid<'_>, first: (usize, usize)) -> Self {
        let columns = (0..grid.demands.len()).filter(|column| !grid.names_kinds(*column));
        let folded = fold(grid.designs.len(), columns, Some(first.1), |row, column| grid.shown(row, column));
        let title =
            |column: usize| grid.demands.get(column).map_or_else(String::new, |head| head.title.clone());
        let head = |column: &usize| Head {
            title: title(*column),
            unit: grid.demands.get(*column).map_or_else(String::new, |head| head.unit.clone()),
            target: grid.demands.get(*column).map_or_else(String::new, |head| head.target.clone()),
            has_squares: (0..grid.designs.len()).any(|row| !grid.shown(row, *column).squares.is_empty()),
            twins: folded.twins.iter().filter(|(_, of)| of == column).map(|(twin, _)| title(*twin)).collect(),
        };
        let same = |column: &usize| Same {
            title: title(*column),
            id: id(0, *column),
            shown: grid.shown(0, *column),
            says: grid.at(0, *column).map_or_else(String::new, |place| place.cell.says.clone()),
        };
        Self {
            heads: folded.columns.iter().map(head).collect(),
            rows: rows(grid, &folded, first),
            groups: groups(folded.rows.len()),
            same: folded.constant.iter().map(same).collect(),
        }
    }

    /// Returns true if a demand is left out because another one has the same outcome everywhere.
    #[must_use]
    pub(super) fn has_twins(&self) -> bool {
        self.heads.iter().any(|head| !head.twins.is_empty())
    }

    /// Returns the class for its width: how wide a window must be before it shows a table.
    #[must_use]
    pub(super) fn class(&self) -> &'static str {
        match self.heads.len() {
            0..=3 => "few",
            4..=6 => "some",
            7..=10 => "many",
            _ => "most",
        }
    }
}

fn rows(grid: &Grid<'_>, folded: &Folded, first: (usize, usize)) -> Vec<TableRow> {
    let design = |row: usize| grid.designs.get(row).map_or_else(String::new, |row| row.title.clone());
    let section = |row: usize| format!("d{}", row + 1);
    let is_first_row = |row: usize, others: &[usize]| row == first.0 || others.contains(&first.0);
    folded
        .rows
        .iter()
        .map(|(row, others)| {
            // The row that the page is about represents the rows that are equal to it.
            let is_first = is_first_row(*row, others);
            let shown_row = if is_first { first.0 } else { *row };
            let others = std::iter::once(row).chain(others).filter(|other| **other != shown_row);
            TableRow {
                id: format!("r{}", shown_row + 1),
                title: design(shown_row),
                section: section(shown_row),
                others: others.map(|other| (section(*other), design(*other))).collect(),
                cells: folded
                    .columns
                    .iter()
                    .map(|column| TableCell {
                        id: id(shown_row, *column),
                        demand: grid.demands.get(*column).map_or_else(String::new, |head| head.title.clone()),
                        shown: grid.shown(shown_row, *column),
                        is_first: is_first && *column == first.1,
                    })
                    .collect(),
            }
        })
        .collect()
}

/// Returns about as many groups as there are rows in each, so that few key presses lead to any row.
fn groups(rows: usize) -> Vec<std::ops::Range<usize>> {
    let size = rows.isqrt().max(1) + usize::from(rows.isqrt().pow(2) < rows);
    (0..rows).step_by(size).map(|begin| begin..(begin + size).min(rows)).collect()
}

impl Kinds {
    /// Returns the columns that name kinds of data.
    #[must_use]
    pub(super) fn of(grid: &Grid<'_>) -> Vec<Self> {
        let columns = grid.demands.iter().enumerate().filter(|(column, _)| grid.names_kinds(*column));
        columns
            .map(|(column, head)| {
                let mut answers: Vec<KindsAnswer> = Vec::new();
                for (row, design) in grid.designs.iter().enumerate() {
                    let Some(place) = grid.at(row, column) else { continue };
                    let measures = &place.cell.measures;
                    let words =
                        |items: &[pillarbox_access::Item]| items.iter().map(|it| it.wording()).collect();
                    let (came, withheld): (Vec<_>, Vec<_>) =
                        (words(&measures.kinds), words(&measures.kinds_withheld));
                    let is_empty = came.is_empty() && withheld.is_empty();
                    let says = if is_empty { place.cell.says.clone() } else { String::new() };
                    let cell = (id(row, column), design.title.clone());
                    let same =
                        |it: &&mut KindsAnswer| it.came == came && it.withheld == withheld && it.says == says;
                    match answers.iter_mut().find(same) {
                        Some(answer) => answer.designs.push(cell),
                        None => answers.push(KindsAnswer { came, withheld, says, designs: vec![cell] }),
                    }
                }
                Self { title: head.title.clone(), answers }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_keys_lead_to_any_row() {
        for rows in 0..60 {
            let groups = groups(rows);
            assert_eq!(
                groups.iter().flat_map(Clone::clone).collect::<Vec<_>>(),
                (0..rows).collect::<Vec<_>>()
            );
            let most = groups.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
            assert!(groups.len() + most <= 2 * (rows.isqrt() + 1), "{rows}: {groups:?}");
        }
    }
}

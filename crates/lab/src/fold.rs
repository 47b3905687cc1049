//! Folding: equal parts of a table are written once.
//!
//! This folds a column that is the same in all rows, a column that equals another one, and rows that are the same in
//! all remaining columns. Two cells are equal if a reader would see the same. Nothing is removed from the files of the
//! run.

/// A table reduced to its differences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Folded {
    /// The columns that are shown.
    pub(crate) columns: Vec<usize>,
    /// The rows that are shown, each with the rows that are equal to it.
    pub(crate) rows: Vec<(usize, Vec<usize>)>,
    /// Columns that are the same in every row.
    pub(crate) constant: Vec<usize>,
    /// Columns that equal a shown column in every row, each with that shown column.
    pub(crate) twins: Vec<(usize, usize)>,
}

/// Folds a table of `rows` rows. The columns `columns` take part. The column `keep`, if given, is always shown,
/// whatever is in it. If no column is left, no two rows count as equal, and each row is kept.
pub(crate) fn fold<T: PartialEq>(
    rows: usize,
    columns: impl IntoIterator<Item = usize>,
    keep: Option<usize>,
    cell: impl Fn(usize, usize) -> T,
) -> Folded {
    let mut folded = Folded::default();
    let equal = |one: (usize, usize), other: (usize, usize)| cell(one.0, one.1) == cell(other.0, other.1);
    for column in columns {
        // In a table of one row every column is the same everywhere, which says nothing to a reader.
        let is_constant = rows > 1 && (1..rows).all(|row| equal((0, column), (row, column)));
        let twin = folded
            .columns
            .iter()
            .copied()
            .find(|known| rows > 1 && (0..rows).all(|row| equal((row, *known), (row, column))));
        match (is_constant, twin) {
            _ if Some(column) == keep => folded.columns.push(column),
            (true, _) => folded.constant.push(column),
            (_, Some(twin)) => folded.twins.push((column, twin)),
            _ => folded.columns.push(column),
        }
    }
    for row in 0..rows {
        let columns = &folded.columns;
        let is_same = |known: usize| columns.iter().all(|column| equal((known, *column), (row, *column)));
        match folded.rows.iter_mut().find(|(known, _)| is_same(*known)) {
            Some((_, others)) if !columns.is_empty() => others.push(row),
            _ => folded.rows.push((row, Vec::new())),
        }
    }
    folded
}

impl Folded {
    /// Returns the columns that are shown and their twins, in their order, for a table that shows both.
    #[must_use]
    pub(crate) fn columns_with_twins(&self) -> Vec<usize> {
        let twins = self.twins.iter().map(|(twin, _)| *twin);
        let mut columns: Vec<usize> = self.columns.iter().copied().chain(twins).collect();
        columns.sort_unstable();
        columns
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(table: &[&[u8]], keep: usize) -> Folded {
        fold(table.len(), 0..table.first().map_or(0, |row| row.len()), Some(keep), |row, column| {
            table[row][column]
        })
    }

    #[test]
    fn what_is_equal_is_said_once() {
        let table: [&[u8]; 4] = [&[1, 7, 1, 5], &[2, 7, 2, 5], &[1, 7, 1, 6], &[2, 7, 2, 5]];
        assert_eq!(
            folded(&table, 0),
            Folded {
                columns: vec![0, 3],
                rows: vec![(0, vec![]), (1, vec![3]), (2, vec![])],
                constant: vec![1],
                twins: vec![(2, 0)],
            }
        );
        assert_eq!(folded(&table, 1).columns, [0, 1, 3], "the column that is looked at stays");
        assert_eq!(folded(&table, 0).columns_with_twins(), [0, 2, 3]);
    }

    #[test]
    fn one_row_is_shown_whole_and_equal_ones_once() {
        assert_eq!(folded(&[&[1, 1, 2]], 0).columns, [0, 1, 2]);
        let all_equal = folded(&[&[1, 2], &[1, 2]], 0);
        assert_eq!((all_equal.columns, all_equal.rows), (vec![0], vec![(0, vec![1])]));
        let nothing_left = fold(2, 0..2, None, |_, column| column);
        assert_eq!(nothing_left.rows, [(0, vec![]), (1, vec![])]);
    }

    proptest! {
        /// The folded table still contains every cell of the table.
        #[test]
        fn nothing_is_lost(table in prop::collection::vec(prop::collection::vec(0u8..3, 4), 1..6)) {
            let folded = fold(table.len(), 0..4, Some(1), |row, column| table[row][column]);
            for row in 0..table.len() {
                let (shown, _) = folded.rows.iter().find(|(known, others)| *known == row || others.contains(&row)).unwrap();
                for column in 0..4 {
                    let told = if folded.constant.contains(&column) {
                        table[0][column]
                    } else {
                        let twin = folded.twins.iter().find(|(twin, _)| *twin == column).map_or(column, |(_, of)| *of);
                        prop_assert!(folded.columns.contains(&twin));
                        table[*shown][twin]
                    };
                    prop_assert_eq!(told, table[row][column]);
                }
            }
        }
    }
}

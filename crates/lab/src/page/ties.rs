//! Rows about messages as ties between people.

use std::collections::BTreeMap;

use pillarbox_access::facts::Wrote;
use pillarbox_metadata::{Known, Tie, Ties};

use crate::picture::NOT_NAMED;

/// Returns the ties that rows name. All people whom the rows do not name count as one more person, [`NOT_NAMED`].
/// `name` returns the names of all others.
#[must_use]
pub fn of_rows(rows: &[Wrote], known: Known, name: impl Fn(&str) -> String) -> Ties {
    let ends = ends(rows);
    let place = |end: Option<&str>| ends.iter().position(|known| *known == end).unwrap_or_default();
    let mut counted: BTreeMap<(usize, usize), (u64, u64)> = BTreeMap::new();
    for row in rows {
        let (from, to) = (place(row.from.as_deref()), place(row.to.as_deref()));
        let counts = counted.entry((from.min(to), from.max(to))).or_default();
        if from <= to { counts.0 += 1 } else { counts.1 += 1 }
    }
    let tie = |((one, other), (there, back))| Tie { one, other, there, back, known };
    Ties {
        people: ends.iter().map(|end| end.map_or_else(|| NOT_NAMED.to_owned(), &name)).collect(),
        ties: counted.into_iter().map(tie).collect(),
        groups: Vec::new(),
    }
}

/// Returns everybody whom rows name, under the rows' names, and one entry for all people whom they do not name. The
/// person in most rows is first.
#[must_use]
pub fn ends(rows: &[Wrote]) -> Vec<Option<&str>> {
    let mut number: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for end in rows.iter().flat_map(|row| [row.from.as_deref(), row.to.as_deref()]) {
        *number.entry(end).or_default() += 1;
    }
    let mut ends: Vec<_> = number.into_iter().collect();
    ends.sort_by_key(|(end, rows)| (end.is_none(), std::cmp::Reverse(*rows), *end));
    ends.into_iter().map(|(end, _)| end).collect()
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::Timestamp;

    use super::*;

    fn row(at: u64, from: Option<&str>, to: Option<&str>) -> Wrote {
        Wrote { at: Timestamp(at), from: from.map(str::to_owned), to: to.map(str::to_owned) }
    }

    #[test]
    fn whoever_stands_in_most_rows_is_first_and_whoever_is_not_named_is_last() {
        let rows = [row(1, None, Some("b")), row(2, None, Some("a")), row(3, Some("a"), Some("c"))];
        assert_eq!(ends(&rows), [Some("a"), Some("b"), Some("c"), None]);
    }

    #[test]
    fn rows_in_both_directions_are_one_tie_and_so_are_rows_without_a_sender() {
        let rows = [
            row(1, Some("a"), Some("b")),
            row(2, Some("b"), Some("a")),
            row(3, Some("a"), Some("b")),
            row(4, None, Some("b")),
        ];
        let ties = of_rows(&rows, Known::Seen, str::to_uppercase);
        assert_eq!(ties.people, ["B", "A", NOT_NAMED]);
        let counted: Vec<_> = ties.ties.iter().map(|tie| (tie.one, tie.other, tie.there, tie.back)).collect();
        assert_eq!(counted, [(0, 1, 1, 2), (0, 2, 0, 1)]);
    }
}

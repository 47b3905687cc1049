//! Rows and columns of a matrix that say the same, so that a screen says them once.

/// A matrix without its repetitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folded {
    /// Rows that differ from each row before them.
    pub(super) designs: Vec<String>,
    /// The other rows, each with the row that says the same.
    pub(super) like: Vec<(String, String)>,
    /// Columns in which the rows differ.
    pub(super) demands: Vec<String>,
    /// The other columns: every row says the same there.
    pub(super) same: Vec<String>,
}

/// Folds what `says` says of each row and column. Of a single row no column is folded: there is nothing to compare it with.
pub(super) fn fold(
    designs: &[String],
    demands: &[String],
    says: &dyn Fn(&str, &str) -> Option<String>,
) -> Folded {
    let is_same = |demand: &&String| {
        let mut column = designs.iter().map(|design| says(design, demand));
        let first = column.next();
        designs.len() > 1 && column.all(|other| Some(other) == first)
    };
    let (same, differ): (Vec<&String>, Vec<&String>) = demands.iter().partition(is_same);
    let row = |design: &String| differ.iter().map(|demand| says(design, demand)).collect::<Vec<_>>();
    let mut folded = Folded {
        designs: Vec::new(),
        like: Vec::new(),
        demands: differ.iter().map(|demand| (*demand).clone()).collect(),
        same: same.into_iter().cloned().collect(),
    };
    for design in designs {
        match folded.designs.iter().find(|known| row(known) == row(design)) {
            Some(known) if !differ.is_empty() => folded.like.push((design.clone(), known.clone())),
            _ => folded.designs.push(design.clone()),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(rows: &[[&str; 3]]) -> Folded {
        let names =
            |prefix: &str, count: usize| (0..count).map(|at| format!("{prefix}{at}")).collect::<Vec<_>>();
        let says = |design: &str, demand: &str| {
            let at = |name: &str| name[1..].parse::<usize>().unwrap();
            Some(rows[at(design)][at(demand)].to_owned())
        };
        fold(&names("d", rows.len()), &names("c", 3), &says)
    }

    #[test]
    fn what_is_equal_is_said_once_and_nothing_is_lost() {
        let folded = folded(&[["a", "x", "b"], ["c", "x", "b"], ["a", "x", "b"]]);
        assert_eq!(folded.designs, ["d0", "d1"]);
        assert_eq!(folded.like, [("d2".to_owned(), "d0".to_owned())]);
        assert_eq!(
            (folded.demands, folded.same),
            (vec!["c0".to_owned()], vec!["c1".to_owned(), "c2".to_owned()])
        );
    }

    #[test]
    fn a_single_row_stays_as_it_is_and_so_do_rows_that_differ_in_nothing() {
        assert_eq!(folded(&[["a", "x", "b"]]).demands.len(), 3);
        let all = folded(&[["a", "x", "b"], ["a", "x", "b"]]);
        assert_eq!((all.designs.len(), all.same.len()), (2, 3));
    }
}

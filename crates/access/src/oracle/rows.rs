//! The form that the tables share: one row a line, columns between commas, no quoting.

/// A table that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table}, line {line}: {wrong}")]
pub struct TableError {
    /// Which table.
    pub table: &'static str,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub wrong: String,
}

/// The fields of each row after the heading, with the line that they stand on.
pub(super) fn rows<'t, const N: usize>(
    table: &'static str,
    heading: [&str; N],
    text: &'t str,
) -> Result<Vec<(usize, [&'t str; N])>, TableError> {
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let wrong = |line, wrong: String| TableError { table, line, wrong };
    let first = lines.next().map_or("", |(_, line)| line);
    if first != heading.join(",") {
        return Err(wrong(1, format!("the columns are not {}", heading.join(","))));
    }
    lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(line, text)| {
            let fields: Vec<&str> = text.split(',').collect();
            let count = fields.len();
            let fields = <[&str; N]>::try_from(fields)
                .map_err(|_| wrong(line, format!("there are {count} columns and not {N}")))?;
            Ok((line, fields))
        })
        .collect()
}

/// A word that must be one of a list.
pub(super) fn word<T>(
    table: &'static str,
    line: usize,
    what: &str,
    word: &str,
    found: Option<T>,
) -> Result<T, TableError> {
    found.ok_or_else(|| TableError { table, line, wrong: format!("`{word}` is no {what}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_columns_and_a_line() {
        let rows = rows("t", ["a", "b"], "a,b\n1,2\n\n3,\n").unwrap();
        assert_eq!(rows, [(2, ["1", "2"]), (4, ["3", ""])]);
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_line() {
        assert_eq!(rows("t", ["a", "b"], "a,c\n").unwrap_err().line, 1);
        assert_eq!(rows("t", ["a", "b"], "a,b\n1,2\n1,2,3\n").unwrap_err().line, 3);
        assert_eq!(
            word::<u8>("t", 7, "item", "x", None).unwrap_err().to_string(),
            "t, line 7: `x` is no item"
        );
    }
}

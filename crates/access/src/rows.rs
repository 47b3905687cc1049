//! The form that the tables share: a row on each line, with commas between the columns. A field with a comma is in
//! double quotes. No field contains a double quote, so every field is a slice of the line.

/// A table that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table}, line {line}: {wrong}")]
pub struct TableError {
    /// The table's file name.
    pub table: &'static str,
    /// The line, counted from 1.
    pub line: usize,
    /// The mistake in that line.
    pub wrong: String,
}

/// Returns the fields of each row after the heading, with the row's line number.
pub(crate) fn rows<'t, const N: usize>(
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
            let fields = fields(text).map_err(|wrong_place| wrong(line, wrong_place.to_owned()))?;
            let count = fields.len();
            let fields = <[&str; N]>::try_from(fields)
                .map_err(|_| wrong(line, format!("there are {count} columns and not {N}")))?;
            Ok((line, fields))
        })
        .collect()
}

/// Splits one line into its fields.
fn fields(line: &str) -> Result<Vec<&str>, &'static str> {
    let mut found = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or("a double quote is not closed")?,
            None => rest.split_at(rest.find(',').unwrap_or(rest.len())),
        };
        found.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(found),
            None => return Err("something stands behind a closing double quote"),
        }
    }
}

/// Returns the value of a word that must be one of a list.
pub(crate) fn word<T>(
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
    fn a_field_in_double_quotes_may_hold_commas() {
        let rows = rows("t", ["a", "b", "c"], "a,b,c\n\"1, 2\",,\"3\"\n").unwrap();
        assert_eq!(rows, [(2, ["1, 2", "", "3"])]);
        for broken in ["\"1,2,3", "\"1\"2,3,4", "1,2,\"3"] {
            let table = format!("a,b,c\n{broken}\n");
            assert_eq!(super::rows("t", ["a", "b", "c"], &table).unwrap_err().line, 2, "{broken}");
        }
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

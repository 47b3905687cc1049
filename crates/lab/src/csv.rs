//! Comma-separated values (RFC 4180), as other programs and people write them.

/// Writes one line.
#[must_use]
pub(crate) fn line(fields: &[String]) -> String {
    let mut line = fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",");
    line.push('\n');
    line
}

/// Returns a field, in quotes if it needs them. A spreadsheet takes a field that begins with one of these signs for a
/// formula. A quote before it makes it a text (OWASP, CSV injection).
fn quoted(field: &str) -> String {
    let field = match field.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{field}"),
        _ => field.to_owned(),
    };
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

/// Returns the fields of a line. Returns nothing if a quote is not closed.
#[must_use]
pub(crate) fn fields(line: &str) -> Option<Vec<String>> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars().peekable();
    let mut inside = false;
    while let Some(letter) = letters.next() {
        let field = fields.last_mut()?;
        match letter {
            '"' if inside && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => inside = !inside,
            ',' if !inside => fields.push(String::new()),
            letter => field.push(letter),
        }
    }
    (!inside).then_some(fields)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(texts in prop::collection::vec("[a-z ,\"]{0,12}", 1..6)) {
            let written = line(&texts);
            prop_assert_eq!(fields(written.trim_end_matches('\n')).unwrap(), texts);
        }
    }

    #[test]
    fn a_formula_is_a_text_and_an_open_quote_an_error() {
        assert_eq!(line(&["=1+1".into(), "a,b".into()]), "'=1+1,\"a,b\"\n");
        assert_eq!(fields("a,\"b"), None);
    }
}

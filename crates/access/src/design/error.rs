//! An error in a design's file: its place, the mistake, and what to write instead.

use std::ops::Range;

/// The largest number of single-letter changes at which a known word is still suggested for a mistyped one.
const NEAR: usize = 3;

/// The reason that a design's file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
#[non_exhaustive]
pub struct DesignError {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The mistake, and what to write instead.
    pub message: String,
}

impl DesignError {
    /// Creates an error at a place in `text`.
    pub(super) fn at(file: &str, text: &str, span: Option<Range<usize>>, message: impl Into<String>) -> Self {
        let start = span.map_or(0, |span| span.start).min(text.len());
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            message: message.into(),
        }
    }

    /// Converts an error of the TOML reader, and suggests the word that was probably meant.
    pub(super) fn from_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let message = match (mistaken(error.message()), known(error.message())) {
            (Some(word), known) if !known.is_empty() => in_words(word, &known, error.message()),
            _ => error.message().trim_end().to_owned(),
        };
        Self::at(file, text, error.span(), message)
    }
}

fn in_words(word: &str, known: &[&str], said: &str) -> String {
    let thing = if said.contains("field") { "there is no key" } else { "there is no value" };
    let nearest = known.iter().map(|known| (distance(word, known), known)).min();
    match nearest {
        Some((changes, nearest)) if changes <= NEAR => {
            format!("{thing} `{word}` here; write `{nearest}`")
        }
        _ => format!("{thing} `{word}` here; there is {}", known.join(", ")),
    }
}

/// Returns the word that serde did not know, which is the first in backticks.
fn mistaken(message: &str) -> Option<&str> {
    let unknown =
        message.strip_prefix("unknown field").or_else(|| message.strip_prefix("unknown variant"))?;
    unknown.split('`').nth(1)
}

/// Returns the words that serde would have known, which are all others in backticks.
fn known(message: &str) -> Vec<&str> {
    message.split('`').skip(1).step_by(2).skip(1).collect()
}

/// Returns the edit distance of two words: the letters to insert, delete or change (Levenshtein, 1966). A dash counts
/// as an underscore, because people write both.
fn distance(one: &str, other: &str) -> usize {
    let same = |a: char, b: char| a == b || (matches!(a, '-' | '_') && matches!(b, '-' | '_'));
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (b, above) in other.chars().zip(row.iter().skip(1)) {
            left = (left + 1).min(above + 1).min(diagonal + usize::from(!same(a, b)));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_place_is_counted_in_lines_and_characters() {
        let text = "a = 1\nß = 2\n";
        let at = |place| {
            let error = DesignError::at("f", text, Some(place..place), "");
            (error.line, error.column)
        };
        assert_eq!((at(0), at(6), at(9)), ((1, 1), (2, 1), (2, 3)));
        assert_eq!(DesignError::at("f", text, None, "m").to_string(), "f:1:1: m");
    }

    proptest! {
        #[test]
        fn the_distance_is_one(a in "[a-c_-]{0,6}", b in "[a-c_-]{0,6}", c in "[a-c_-]{0,6}") {
            let folded = |text: &str| text.replace('-', "_");
            prop_assert_eq!(distance(&a, &b) == 0, folded(&a) == folded(&b));
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert!(distance(&a, &c) <= distance(&a, &b) + distance(&b, &c));
        }
    }
}

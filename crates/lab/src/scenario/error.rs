//! Mistakes in a scenario: the position, what is wrong, and what to write instead.

use std::ops::Range;

/// One mistake in a scenario file, for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {wrong}. {instead}")]
pub struct ScenarioError {
    /// The file, as it was named.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// The mistake, without its full stop.
    pub wrong: String,
    /// The correction, as a sentence.
    pub instead: String,
}

/// Something in a scenario file that is allowed and probably not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The line, counted from 1.
    pub line: usize,
    /// The warning, and what to write instead.
    pub says: String,
}

/// A file's name and text, from which the position of a mistake is computed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
    lines: &'t Lines,
}

/// The start of each line of a text after the first. Each event asks for its line, and counting from the top of the
/// file each time would cost the square of its length.
#[derive(Debug)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect())
    }
}

impl<'t> Source<'t> {
    pub(super) const fn new(file: &'t str, text: &'t str, lines: &'t Lines) -> Self {
        Self { file, text, lines }
    }

    /// Returns the line and column of a byte offset, counted from 1.
    pub(super) fn position(&self, place: usize) -> (usize, usize) {
        let place = if self.text.is_char_boundary(place) { place } else { self.text.len() };
        let before = self.lines.0.partition_point(|start| *start <= place);
        let start =
            before.checked_sub(1).and_then(|last| self.lines.0.get(last)).copied().unwrap_or_default();
        (before + 1, self.text.get(start..place).map_or(0, |rest| rest.chars().count()) + 1)
    }

    pub(super) fn mistake(
        &self,
        place: &Range<usize>,
        wrong: impl Into<String>,
        instead: impl Into<String>,
    ) -> ScenarioError {
        let (line, column) = self.position(place.start);
        let file = self.file.to_owned();
        ScenarioError { file, line, column, wrong: wrong.into(), instead: instead.into() }
    }
}

/// Returns the candidate that a mistyped word was most likely meant to be: at most two fifths of its letters
/// differ.
#[must_use]
pub fn nearest<'c>(typed: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let typed = typed.to_lowercase();
    let scored = candidates.into_iter().map(|known| (distance(&typed, &known.to_lowercase()), known));
    let (steps, known) = scored.min_by_key(|(steps, _)| *steps)?;
    (steps * 5 <= known.chars().count().max(3) * 2).then_some(known)
}

/// Counts the letters to insert, remove or replace to turn one word into the other (Levenshtein 1966).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, with) in row.iter_mut().skip(1).zip(other.chars()) {
            let above = *cell;
            left = (diagonal + usize::from(letter != with)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Joins the words as a sentence enumerates them.
pub(super) fn one_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_the_one_meant() {
        let verbs = ["says", "posts", "makes-group", "goes-offline"];
        assert_eq!(nearest("say", verbs), Some("says"));
        assert_eq!(nearest("make-group", verbs), Some("makes-group"));
        assert_eq!(nearest("Goes-Ofline", verbs), Some("goes-offline"));
        assert_eq!(nearest("dances", verbs), None);
        assert_eq!((distance("", "abc"), distance("abc", ""), distance("kitten", "sitting")), (3, 3, 3));
    }

    #[test]
    fn places_are_counted_in_characters() {
        let text = "ä = 1\nöb = 2\n";
        let lines = Lines::of(text);
        let source = Source::new("x", text, &lines);
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position("ä = 1".len()), (1, 6));
        assert_eq!(source.position("ä = 1\n".len()), (2, 1));
        assert_eq!(source.position("ä = 1\nö".len()), (2, 2));
        // Past the end, and in the middle of a letter.
        assert_eq!(
            (source.position(text.len()), source.position(99), source.position(1)),
            ((3, 1), (3, 1), (3, 1))
        );
    }

    #[test]
    fn words_are_enumerated() {
        assert_eq!(one_of(["a"]), "a");
        assert_eq!(one_of(["a", "b", "c"]), "a, b or c");
    }
}

//! Text broken into lines between its words, for a window of a given number of columns.
//!
//! `textwrap` breaks the lines, and at spaces only: commands contain hyphens, and nobody should have to join a
//! command from two lines. Escape sequences occupy no columns.

use std::borrow::Cow;

use textwrap::{Options, WordSplitter};

use crate::show::safe_document;

/// The columns that a text occupies on a terminal.
pub use textwrap::core::display_width;

/// Width of everything but links and codes, in a pipe, on paper and in a window that is wide enough.
pub const WIDTH: usize = 80;

/// The narrowest window that screens are laid out for: large letters on a small display.
pub const MIN_WIDTH: usize = 40;

/// The width of a window below which each cell of a table occupies a line of its own.
pub const TABLE_WIDTH: usize = 72;

/// The lines of a window that does not report its height.
pub const HEIGHT: usize = 24;

/// Indentation of the later lines of an item.
pub const INDENT: usize = 2;

/// Breaks `text` so that no line exceeds `width` columns; lines after the first start with at least `indent` spaces.
///
/// Each line of the text keeps its own indentation. A word wider than a line is placed alone and unbroken, because
/// a link cut in two no longer works. Such a word loses its indentation if need be; otherwise a terminal would
/// break the word by itself.
#[must_use]
pub fn wrap(text: &str, indent: usize, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.split('\n') {
        let own = paragraph.len() - paragraph.trim_start_matches(' ').len();
        let first = if lines.is_empty() { 0 } else { indent };
        let filled = filled(&" ".repeat(own.max(first)), own.max(indent), paragraph, width);
        for line in filled.split('\n') {
            let least = if lines.is_empty() { 0 } else { indent };
            let words = line.trim_start_matches(' ');
            let room = width.saturating_sub(display_width(words)).max(least);
            lines.push(format!("{}{words}", " ".repeat(room.min(line.len() - words.len()))));
        }
    }
    lines.join("\n")
}

/// Breaks `text` behind `before` so that no line exceeds `width` columns. Later lines begin in column `at`, or
/// right behind `before` if that is wider. A word wider than a line is placed alone and unbroken.
#[must_use]
pub fn beside(before: &str, at: usize, text: &str, width: usize) -> String {
    filled(&format!("{before}{}", " ".repeat(at.saturating_sub(display_width(before)))), at, text, width)
}

/// Breaks a sentence that ends with a command to type. The command is never broken: if both do not fit on one line,
/// the command is on the next line.
#[must_use]
pub fn with_command(sentence: &str, command: &str, width: usize) -> String {
    match display_width(sentence) + 1 + display_width(command) <= width {
        true => format!("{sentence} {command}"),
        false => format!("{}\n{command}", beside("", 0, sentence, width)),
    }
}

/// Breaks running text into lines and keeps the spaces within them. A word wider than a line is broken. Characters
/// that a terminal would act on are removed, because names and texts of a story may contain anything.
#[must_use]
pub fn lines(text: &str, width: usize) -> Vec<String> {
    broken(text, &options(width))
}

/// Breaks a cell into lines, as [`lines`] does. Later lines are indented, so that a reader can tell them from new
/// entries.
#[must_use]
pub fn cell_lines(text: &str, width: usize) -> Vec<String> {
    broken(text, &options(width).subsequent_indent("  "))
}

/// Breaks words wider than an indented line into pieces that fit.
///
/// This is for text from peers: a terminal would break such a word by itself and continue in the first column,
/// where names are printed, so that a text could forge one there.
#[must_use]
pub fn break_words(text: &str, indent: usize, width: usize) -> String {
    let most = width.saturating_sub(indent);
    let mut broken = String::with_capacity(text.len());
    let mut used = 0;
    let mut buffer = [0; 4];
    for character in text.chars() {
        let wide = display_width(character.encode_utf8(&mut buffer));
        if character.is_whitespace() {
            used = 0;
        } else if used + wide > most {
            broken.push(' ');
            used = wide;
        } else {
            used += wide;
        }
        broken.push(character);
    }
    broken
}

/// Fills lines with words: the first behind `first`, the later ones from column `at`.
fn filled(first: &str, at: usize, text: &str, width: usize) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    if words.is_empty() {
        return first.trim_end().to_owned();
    }
    let later = " ".repeat(at);
    let options = options(width).initial_indent(first).subsequent_indent(&later).break_words(false);
    textwrap::fill(&words.join(" "), &options)
}

fn options(width: usize) -> Options<'static> {
    Options::new(width).word_splitter(WordSplitter::NoHyphenation)
}

fn broken(text: &str, options: &Options<'_>) -> Vec<String> {
    let text = safe_document(text);
    text.split('\n').flat_map(|line| textwrap::wrap(line, options)).map(Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_text_breaks_at_spaces_and_links_stay_whole() {
        let link = format!("pillarbox:invite/{}", "A".repeat(100));
        let wrapped = wrap(&format!("{} {link} {}", "word ".repeat(20), "word ".repeat(20)), 2, WIDTH);
        assert!(wrapped.lines().any(|line| line.trim() == link));
        assert!(
            wrapped.lines().filter(|line| !line.contains("invite")).all(|line| display_width(line) <= WIDTH)
        );
        assert!(wrapped.lines().skip(1).all(|line| line.starts_with("  ")));
    }

    #[test]
    fn no_indentation_of_a_writers_own_pushes_a_word_over_the_edge() {
        let wrapped = wrap(&format!("one\n{}{}", " ".repeat(70), "x".repeat(30)), 2, WIDTH);
        assert_eq!(wrapped, format!("one\n{}{}", " ".repeat(50), "x".repeat(30)));
        let narrow = wrap(&format!("one\n{}two", " ".repeat(300)), 2, 40);
        assert_eq!(narrow.lines().map(display_width).collect::<Vec<_>>(), [3, 40]);
    }

    #[test]
    fn a_bold_word_takes_the_room_of_its_letters() {
        assert_eq!(wrap("\u{1b}[1mone\u{1b}[0m two three", 0, 7), "\u{1b}[1mone\u{1b}[0m two\nthree");
    }

    #[test]
    fn a_text_stands_beside_what_is_before_it() {
        assert_eq!(beside("Data", 6, "one two three four", 20), "Data  one two three\n      four");
        assert_eq!(beside("Longer than that ", 2, "one two", 18), "Longer than that one\n  two");
        assert_eq!(beside("Data", 6, "", 20), "Data");
    }

    #[test]
    fn a_command_stays_whole() {
        assert_eq!(with_command("Type", "pillarbox account", 22), "Type pillarbox account");
        assert_eq!(with_command("Type this", "pillarbox account", 22), "Type this\npillarbox account");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_of_short_words_is_too_wide(
            words in proptest::collection::vec("[a-z日本é]{1,12}", 0..60), indent in 0_usize..12, width in 40..=WIDTH,
        ) {
            let text = words.join(" ");
            for broken in [wrap(&text, indent, width), beside("", indent, &text, width)] {
                prop_assert_eq!(broken.split_whitespace().collect::<Vec<_>>(), words.clone());
                prop_assert!(broken.lines().all(|line| display_width(line) <= width));
            }
        }

        #[test]
        fn broken_words_fit_indented_lines_and_lose_nothing(
            text in "[a-z日本 ]{0,300}", indent in 0_usize..8, width in 20..=WIDTH,
        ) {
            let broken = break_words(&text, indent, width);
            prop_assert_eq!(broken.replace(' ', ""), text.replace(' ', ""));
            prop_assert!(wrap(&broken, indent, width).lines().all(|line| display_width(line) <= width));
            if text.split(' ').all(|word| display_width(word) <= width - indent) {
                prop_assert_eq!(broken, text);
            }
        }
    }
}

//! Lines of at most 80 columns, as terminals show them.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width that everything but links and codes keeps to, whatever the terminal: text of the same shape in a
/// window, in a pipe and on paper.
pub(crate) const WIDTH: usize = 80;

/// How far the later lines of what takes several are indented.
pub(crate) const INDENT: usize = 2;

/// Breaks `text` at spaces so that no line is wider than 80 columns; lines after the first start with
/// `indent` spaces. A word that is wider than a line stands alone and whole, because a link cut in two is none.
pub(crate) fn wrap(text: &str, indent: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut room = 0;
        // Leading spaces are the writer's own indentation.
        let own = paragraph.len() - paragraph.trim_start_matches(' ').len();
        for word in paragraph.split_whitespace() {
            let width = word.width();
            if line.is_empty() || room < width + 1 {
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                let start = if lines.is_empty() { own } else { own.max(indent) };
                line.push_str(&" ".repeat(start));
                line.push_str(word);
                room = WIDTH.saturating_sub(start + width);
            } else {
                line.push(' ');
                line.push_str(word);
                room -= width + 1;
            }
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// Breaks words that are wider than an indented line into pieces that are not.
///
/// For the texts of others: a terminal would break such a word by itself and go on in the first column, where names
/// stand, and a text could write one there.
pub(crate) fn break_words(text: &str, indent: usize) -> String {
    let most = WIDTH.saturating_sub(indent);
    let mut broken = String::with_capacity(text.len());
    let mut used = 0;
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
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

/// Cuts or fills `text` to exactly `width` columns, for a cell of a table; a cut shows as `…`.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return format!("{text}{}", " ".repeat(width - text.width()));
    }
    let mut kept = String::new();
    let mut used = 0;
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        kept.push(character);
        used += wide;
    }
    kept.push('…');
    format!("{kept}{}", " ".repeat(width.saturating_sub(used + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_text_breaks_at_spaces_and_links_stay_whole() {
        let link = format!("pillarbox:invite/{}", "A".repeat(100));
        let wrapped = wrap(&format!("{} {link} {}", "word ".repeat(20), "word ".repeat(20)), 2);
        assert!(wrapped.lines().any(|line| line.trim() == link));
        assert!(wrapped.lines().filter(|line| !line.contains("invite")).all(|line| line.width() <= WIDTH));
        assert!(wrapped.lines().skip(1).all(|line| line.starts_with("  ")));
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_of_short_words_is_too_wide(
            words in proptest::collection::vec("[a-z日本é]{1,12}", 0..60), indent in 0_usize..8,
        ) {
            let wrapped = wrap(&words.join(" "), indent);
            prop_assert_eq!(wrapped.split_whitespace().collect::<Vec<_>>(), words);
            prop_assert!(wrapped.lines().all(|line| line.width() <= WIDTH));
        }

        #[test]
        fn broken_words_fit_indented_lines_and_lose_nothing(text in "[a-z日本 ]{0,300}", indent in 0_usize..8) {
            let broken = break_words(&text, indent);
            prop_assert_eq!(broken.replace(' ', ""), text.replace(' ', ""));
            prop_assert!(wrap(&broken, indent).lines().all(|line| line.width() <= WIDTH));
            if text.split(' ').all(|word| word.width() <= WIDTH - indent) {
                prop_assert_eq!(broken, text);
            }
        }

        #[test]
        fn a_cell_is_exactly_as_wide_as_asked(text in "[a-z日本é]{0,40}", width in 1_usize..30) {
            prop_assert_eq!(fit(&text, width).width(), width);
        }
    }
}

//! Lines of at most 80 columns, as terminals show them.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width that everything but links and codes keeps to, whatever the terminal: text of the same shape in a
/// window, in a pipe and on paper.
pub(crate) const WIDTH: usize = 80;

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
        fn a_cell_is_exactly_as_wide_as_asked(text in "[a-z日本é]{0,40}", width in 1_usize..30) {
            prop_assert_eq!(fit(&text, width).width(), width);
        }
    }
}

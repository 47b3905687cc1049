//! Lines of at most 80 columns, or of fewer in a narrow window.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Width of everything but links and codes, in a pipe, on paper and in a window that is wide enough.
pub(crate) const WIDTH: usize = 80;

/// The narrowest window that lines are fitted to. Below it hardly a word would fit.
const NARROWEST: usize = 20;

/// Returns the columns for a line in a window of `window` columns.
pub(crate) fn width_in(window: Option<usize>) -> usize {
    window.map_or(WIDTH, |columns| columns.clamp(NARROWEST, WIDTH))
}

/// Indentation of the later lines of an item.
pub(crate) const INDENT: usize = 2;

/// Breaks `text` at spaces so that no line exceeds `most` columns; lines after the first start with `indent` spaces.
/// A word wider than a line stands alone and whole, because a link cut in two no longer works. Escape sequences take
/// no columns.
pub(crate) fn wrap(text: &str, indent: usize, most: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut room = 0;
        // Leading spaces are the writer's own indentation.
        let own = paragraph.len() - paragraph.trim_start_matches(' ').len();
        for word in paragraph.split_whitespace() {
            let width = anstream::adapter::strip_str(word).to_string().width();
            if line.is_empty() || room < width + 1 {
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                let least = if lines.is_empty() { 0 } else { indent };
                // The indentation gives way to a long word, which a terminal would otherwise break by itself.
                let start = own.min(most.saturating_sub(width)).max(least);
                line.push_str(&" ".repeat(start));
                line.push_str(word);
                room = most.saturating_sub(start + width);
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

/// Breaks words wider than an indented line into pieces that fit.
///
/// This is for text from peers: a terminal would break such a word by itself and continue in the first column, where
/// names stand, so that a text could forge one there.
pub(crate) fn break_words(text: &str, indent: usize, width: usize) -> String {
    let most = width.saturating_sub(indent);
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

/// Cuts or pads `text` to exactly `width` columns, for a cell of a table; a cut shows as `…`.
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
        let wrapped = wrap(&format!("{} {link} {}", "word ".repeat(20), "word ".repeat(20)), 2, WIDTH);
        assert!(wrapped.lines().any(|line| line.trim() == link));
        assert!(wrapped.lines().filter(|line| !line.contains("invite")).all(|line| line.width() <= WIDTH));
        assert!(wrapped.lines().skip(1).all(|line| line.starts_with("  ")));
    }

    #[test]
    fn no_indentation_of_a_writers_own_pushes_a_word_over_the_edge() {
        let wrapped = wrap(&format!("one\n{}{}", " ".repeat(70), "x".repeat(30)), 2, WIDTH);
        assert_eq!(wrapped, format!("one\n{}{}", " ".repeat(50), "x".repeat(30)));
        let narrow = wrap(&format!("one\n{}two", " ".repeat(300)), 2, 40);
        assert_eq!(narrow.lines().map(UnicodeWidthStr::width).collect::<Vec<_>>(), [3, 40]);
    }

    #[test]
    fn what_makes_a_word_bold_takes_no_room() {
        let bold = anstyle::Style::new().bold();
        let wrapped = wrap(&format!("{bold}one{bold:#} two three"), 0, 7);
        assert_eq!(anstream::adapter::strip_str(&wrapped).to_string(), "one two\nthree");
    }

    #[test]
    fn a_narrow_window_is_what_lines_fit_and_a_wide_one_changes_nothing() {
        let widths = [None, Some(140), Some(60), Some(40), Some(3)].map(width_in);
        assert_eq!(widths, [80, 80, 60, 40, NARROWEST]);
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_of_short_words_is_too_wide(
            words in proptest::collection::vec("[a-z日本é]{1,12}", 0..60), indent in 0_usize..8, width in 40..=WIDTH,
        ) {
            let wrapped = wrap(&words.join(" "), indent, width);
            prop_assert_eq!(wrapped.split_whitespace().collect::<Vec<_>>(), words);
            prop_assert!(wrapped.lines().all(|line| line.width() <= width));
        }

        #[test]
        fn broken_words_fit_indented_lines_and_lose_nothing(
            text in "[a-z日本 ]{0,300}", indent in 0_usize..8, width in NARROWEST..=WIDTH,
        ) {
            let broken = break_words(&text, indent, width);
            prop_assert_eq!(broken.replace(' ', ""), text.replace(' ', ""));
            prop_assert!(wrap(&broken, indent, width).lines().all(|line| line.width() <= width));
            if text.split(' ').all(|word| word.width() <= width - indent) {
                prop_assert_eq!(broken, text);
            }
        }

        #[test]
        fn a_cell_is_exactly_as_wide_as_asked(text in "[a-z日本é]{0,40}", width in 1_usize..30) {
            prop_assert_eq!(fit(&text, width).width(), width);
        }
    }
}

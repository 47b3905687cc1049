//! Text broken between words.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

/// Breaks `text` after `before` so that no line is wider than `width`. Later lines begin in column `at`, or right
/// behind `before` if that is wider. A word wider than a line stands alone and whole.
pub(crate) fn wrapped(before: &str, at: usize, text: &str, width: usize) -> String {
    let mut lines = Vec::new();
    let mut line = format!("{before:<at$}");
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.width() + 1 + word.width() > width {
            lines.push(std::mem::replace(&mut line, " ".repeat(at)));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines.join("\n")
}

/// Breaks text with `label` in front, in `style`, and the text beside it; in a narrow window the text stands below it,
/// indented.
pub(crate) fn labelled(label: &str, style: Style, text: &str, at: usize, width: usize) -> String {
    let plain = if label.width() < at && width >= 3 * at {
        wrapped(label, at, text, width)
    } else {
        let colon = if label.ends_with(':') { "" } else { ":" };
        wrapped(&format!("{label}{colon} "), INDENT, text, width)
    };
    let rest = plain.strip_prefix(label).unwrap_or_default();
    format!("{style}{label}{style:#}{rest}")
}

/// Breaks a sentence that ends with a command to type. The command is never broken: if both do not fit on a line, it
/// stands below.
pub(crate) fn with_command(sentence: &str, command: &str, width: usize) -> String {
    match sentence.width() + 1 + command.width() <= width {
        true => format!("{sentence} {command}"),
        false => format!("{}\n{command}", wrapped("", 0, sentence, width)),
    }
}

/// Indentation of the later lines of a sentence.
pub(crate) const INDENT: usize = 2;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_label_stands_beside_its_text_or_in_front_of_it() {
        let wide = labelled("Data", Style::new(), "one two three four", 6, 20);
        assert_eq!(wide, "Data  one two three\n      four");
        let narrow = labelled("Data", Style::new(), "one two three", 6, 13);
        assert_eq!(narrow, "Data: one two\n  three");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_is_too_wide(
            words in proptest::collection::vec("[a-z日本é]{1,12}", 0..40), at in 0_usize..12, width in 40_usize..100,
        ) {
            let text = wrapped("", at, &words.join(" "), width);
            prop_assert_eq!(text.split_whitespace().collect::<Vec<_>>(), words);
            prop_assert!(text.lines().all(|line| line.width() <= width));
        }
    }
}

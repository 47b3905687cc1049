//! Strangers' texts on a terminal. Everything that a peer sends is hostile until it has passed through here.
//!
//! The vault keeps texts as received. Code that shows a text calls [`safe`] first, which removes everything that
//! moves a cursor, changes colours, reverses the writing direction or cannot be seen. So no text can overwrite
//! another line, hide part of itself, or look like somebody else's name. All scripts and emoji are left alone.

/// Longest text that is shown, in characters. A message is always shorter, so only names and texts from other sources
/// are ever cut.
pub const MAX_SHOWN_CHARS: usize = 20_000;

/// The character that replaces a removed one.
pub const REPLACEMENT: char = '\u{FFFD}';

/// Returns the text on one line, without characters that a terminal would act on or an eye would not see.
///
/// Line breaks and tabs become one space. Every other dangerous character becomes [`REPLACEMENT`], so that a reader
/// sees that something was removed.
#[must_use]
pub fn safe(text: &str) -> String {
    clean(text, |c| matches!(c, '\n' | '\r' | '\t').then_some(' '))
}

/// Like [`safe`], with line breaks kept as `\n`; for places where a text may occupy several lines.
#[must_use]
pub fn safe_lines(text: &str) -> String {
    clean(&text.replace("\r\n", "\n"), |c| match c {
        '\n' | '\r' => Some('\n'),
        '\t' => Some(' '),
        _ => None,
    })
}

/// Like [`safe_lines`], for texts of any length: documents of our own that contain others' texts, such as a page or a
/// table.
#[must_use]
pub fn safe_document(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\n' | '\r' => '\n',
            '\t' => ' ',
            other if is_dangerous(other) => REPLACEMENT,
            other => other,
        })
        .collect()
}

fn clean(text: &str, spacing: impl Fn(char) -> Option<char>) -> String {
    let mut shown: String = text
        .chars()
        .take(MAX_SHOWN_CHARS)
        .map(|c| spacing(c).unwrap_or(if is_dangerous(c) { REPLACEMENT } else { c }))
        .collect();
    if text.chars().nth(MAX_SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

/// Returns a text with the characters that a terminal would act on or an eye would not see written out as `\u{..}`.
/// This is for evidence, where no character may be lost. Line breaks and tabs are written out too.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_dangerous(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Writes the dangerous characters in the texts of a JSON document as `\uXXXX`. The document means the same to a
/// program, and a terminal acts on nothing in it (RFC 8259, section 7).
#[must_use]
pub fn json(document: String) -> String {
    // Nearly every document returns here unchanged, long records included.
    if document.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return document;
    }
    let mut shown = String::with_capacity(document.len());
    let mut units = [0; 2];
    for c in document.chars() {
        // Outside its texts a document has ASCII only. Inside them the writer has escaped the characters below a
        // space.
        if is_dangerous(c) && c != '\n' {
            for unit in c.encode_utf16(&mut units) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Returns true if a character has no visible form of its own. These are the characters that [`safe`] removes, the
/// joiner, and the selectors with which emoji are written.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    is_dangerous(c) || matches!(c, '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

/// Returns true if [`safe`] removes the character.
///
/// These are control characters; line and paragraph separators; characters that set or override writing direction
/// (Unicode Standard Annex 9); invisible characters and fillers; variation selectors other than the 16 that emoji
/// use; tags; private use.
///
/// The zero-width joiner is kept: emoji and several scripts are written with it.
fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{E000}'..='\u{F8FF}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn evidence_is_written_out_and_nothing_of_it_is_lost() {
        assert_eq!(escaped("a\u{1b}[2J\r\nb\u{202e}é"), r"a\u{1b}[2J\u{d}\u{a}b\u{202e}é");
    }

    #[test]
    fn json_means_the_same_and_does_nothing_to_a_terminal() {
        assert_eq!(
            json("{\"a\": \"é\u{202e}\u{7f}\u{e0041}\"}\n".to_owned()),
            "{\"a\": \"é\\u202e\\u007f\\udb40\\udc41\"}\n"
        );
        assert_eq!(json("{\n  \"a\": 1\n}".to_owned()), "{\n  \"a\": 1\n}");
    }

    #[test]
    fn a_text_cannot_move_the_cursor_or_hide() {
        assert_eq!(safe("\u{1b}[2Jgone"), "\u{FFFD}[2Jgone");
        assert_eq!(safe("evil\rgood"), "evil good");
        assert_eq!(safe("abc\u{202E}fdp.exe"), "abc\u{FFFD}fdp.exe");
        assert_eq!(safe("Al\u{200B}ice"), "Al\u{FFFD}ice");
        assert_eq!(safe("a\u{2028}Bob: hello"), "a\u{FFFD}Bob: hello");
        assert_eq!(safe_lines("one\r\ntwo\tthree"), "one\ntwo three");
        let long = format!("{}\u{202E}\r\n", "x".repeat(MAX_SHOWN_CHARS + 1));
        assert_eq!(safe_document(&long), format!("{}\u{FFFD}\n", "x".repeat(MAX_SHOWN_CHARS + 1)));
    }

    #[test]
    fn people_can_still_write() {
        for text in ["Grüße, 你好, שלום, नमस्ते", "👩‍👩‍👧 ❤️", "“quotes” – dash…"]
        {
            assert_eq!(safe(text), text);
        }
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let shown = safe(&"x".repeat(MAX_SHOWN_CHARS + 1));
        assert_eq!(shown.chars().count(), MAX_SHOWN_CHARS + 1);
        assert!(shown.ends_with('…'));
    }

    proptest! {
        #[test]
        fn what_is_safe_is_one_line_and_stays_as_it_is(text in any::<String>()) {
            let shown = safe(&text);
            prop_assert!(shown.chars().all(|c| !c.is_control()));
            prop_assert_eq!(safe(&shown), shown);
        }
    }
}

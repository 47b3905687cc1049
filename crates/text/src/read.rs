//! Text from outside made plain: without the byte order mark, with one kind of line end, without the white space
//! around it.
//!
//! Windows programs begin a text file with U+FEFF and end its lines with CR LF. Text copied out of a page or a mail
//! comes with spaces, direction marks, quotation marks or angle brackets. The writer of the text meant none of
//! these.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use crate::show::is_unseen;

/// The byte order mark. At the start of a text it marks the encoding and is not part of the text (RFC 3629, section
/// 6).
pub const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The bytes are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotUtf8;

/// Returns the text without its byte order mark.
#[must_use]
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Returns a text of several lines without the byte order mark and with each line end as `\n`.
///
/// White space is kept, even at both ends: a text may begin or end with a blank line.
#[must_use]
pub fn document(text: &str) -> String {
    without_mark(text).replace("\r\n", "\n").replace('\r', "\n")
}

/// Reads a [`document`] from bytes.
///
/// # Errors
/// [`NotUtf8`].
pub fn document_of(bytes: &[u8]) -> Result<String, NotUtf8> {
    std::str::from_utf8(bytes).map(document).map_err(|_| NotUtf8)
}

/// Longest text file that is read, in bytes. The limit admits a story of thousands of events, and not a film opened by
/// mistake.
pub const MAX_FILE_LEN: u64 = 4 << 20;

/// Reads a file that somebody wrote, as a [`document`]. The same story saved by any editor yields the same text.
///
/// No more than [`MAX_FILE_LEN`] bytes are read, whatever length the system reports, because a device reports no
/// length and may never end.
///
/// # Errors
/// The file system's error; [`ErrorKind::FileTooLarge`] for a longer file; [`ErrorKind::InvalidData`] for a file that
/// is not UTF-8.
pub fn file(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_LEN + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_LEN {
        return Err(ErrorKind::FileTooLarge.into());
    }
    document_of(&bytes).map_err(|_| ErrorKind::InvalidData.into())
}

/// Reads a text that somebody wrote to send: a [`document`] without its last line end, which a shell or an editor
/// adds.
#[must_use]
pub fn message(text: &str) -> String {
    let mut text = document(text);
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

/// Returns a value on one line, such as a number, a name or an address, without invisible characters around it.
#[must_use]
pub fn value(text: &str) -> &str {
    text.trim_matches(is_blank_char)
}

fn is_blank_char(c: char) -> bool {
    c.is_whitespace() || is_unseen(c)
}

/// Pairs of characters that a page or a mail places around an address (RFC 3986, appendix C), with the quotation
/// marks of several languages.
const AROUND: [(char, char); 9] = [
    ('<', '>'),
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('“', '”'),
    ('‘', '’'),
    ('„', '“'),
    ('«', '»'),
    ('(', ')'),
];

/// Punctuation at the end of a sentence behind an address. No address of Pillarbox ends in one of these.
const BEHIND: [char; 5] = ['.', ',', ';', '!', '?'];

/// Returns an address or a link: a [`value`] without the quotation marks or angle brackets around it, and without the
/// punctuation at the end of its sentence.
#[must_use]
pub fn link(text: &str) -> &str {
    let bare = |text| value(text).trim_end_matches(|c: char| is_blank_char(c) || BEHIND.contains(&c));
    let mut link = bare(text);
    while let Some(inner) =
        AROUND.iter().find_map(|(open, close)| link.strip_prefix(*open)?.strip_suffix(*close))
    {
        link = bare(inner);
    }
    link
}

/// Joins digits that people separate, as in a telephone number, a code or a safety number. White space, dashes,
/// dots and slashes between them are removed, and so are invisible characters around them. Everything else is kept,
/// and the function that reads the digits judges it.
#[must_use]
pub fn digits(text: &str) -> String {
    let between =
        |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    value(text).chars().filter(|c| !between(*c)).collect()
}

/// Returns true if the text has no visible character.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    value(text).is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mark_and_line_ends_of_windows_are_no_part_of_a_text() {
        assert_eq!(document("\u{FEFF}one\r\ntwo\rthree\n"), "one\ntwo\nthree\n");
        assert_eq!(document_of(b"\xef\xbb\xbf one\r\n"), Ok(" one\n".to_owned()));
        assert_eq!(document_of(b"\xff\xfe"), Err(NotUtf8));
        assert_eq!(document("in\u{FEFF}side"), "in\u{FEFF}side");
    }

    #[test]
    fn a_message_loses_one_line_end_and_no_more() {
        assert_eq!(message("\u{FEFF}  hello\r\n"), "  hello");
        assert_eq!(message("hello\n\n"), "hello\n");
        assert_eq!(message(""), "");
    }

    #[test]
    fn a_value_has_nothing_unseen_around_it() {
        for around in ["", " ", "\u{FEFF}", "\r\n", "\t", "\u{A0}", "\u{200B}", "\u{200E}", "\u{2028}"] {
            assert_eq!(value(&format!("{around}Bob Smith{around}")), "Bob Smith");
        }
    }

    #[test]
    fn a_link_comes_out_of_what_is_set_around_it() {
        for (open, close) in AROUND {
            assert_eq!(link(&format!(" {open}pillarbox:invite/a {close}\r\n")), "pillarbox:invite/a");
        }
        assert_eq!(link("\"<pillarbox:invite/a>\""), "pillarbox:invite/a");
        assert_eq!(link("(<pillarbox:invite/a>.),"), "pillarbox:invite/a");
        assert_eq!(link("<pillarbox:invite/a"), "<pillarbox:invite/a");
        assert_eq!(link("\""), "\"");
    }

    #[test]
    fn digits_are_put_together_and_all_else_stays() {
        assert_eq!(digits("\u{FEFF}+44 (7700)\u{A0}900\u{2011}123\r\n"), "+44(7700)900123");
        assert_eq!(digits("12.34/5-6–7−8"), "12345678");
        assert_eq!(digits("12 l3"), "12l3");
    }

    #[test]
    fn what_no_eye_sees_is_blank() {
        for blank in [
            "",
            " ",
            "   ",
            "\u{A0}",
            "\u{200B}",
            "\u{FEFF}",
            "\n\t",
            "\u{2800}",
            "\u{202E}\u{202C}",
            "\u{200D}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in ["a", " . ", "\u{200B}a", "🎉", "👩\u{200D}👧"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }

    #[test]
    fn a_file_without_an_end_is_read_to_a_bound() {
        assert_eq!(file(Path::new("/dev/zero")).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(file(Path::new("/nowhere/at/all")).unwrap_err().kind(), ErrorKind::NotFound);
    }

    proptest! {
        #[test]
        fn reading_twice_changes_nothing(text in "[ab. \u{FEFF}\u{200B}\r\n<>\"']{0,12}|\\PC{0,20}") {
            prop_assert_eq!(value(value(&text)), value(&text));
            prop_assert_eq!(link(link(&text)), link(&text));
            prop_assert!(!document(&text).contains('\r'));
            prop_assert_eq!(is_blank(&text), value(&text).is_empty());
        }
    }
}

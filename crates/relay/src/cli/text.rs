//! Text from a stranger or from a row, in a form that is safe and true on a terminal.

/// Writes everything that a terminal would act on as `\u{..}`, because evidence must not lose anything.
pub(crate) use pillarbox_text::show::escaped as escape;

/// The number of bytes that are shown for a payload without text.
const SHOWN_BYTES: usize = 6;

/// Returns the first bytes, in hexadecimal.
pub(crate) fn first_bytes(payload: &[u8]) -> String {
    let start: String = hex(payload.iter().take(SHOWN_BYTES));
    if payload.len() > SHOWN_BYTES { format!("{start}..") } else { start }
}

/// Returns the bytes in hexadecimal.
pub(crate) fn hex<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> String {
    bytes.into_iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_comes_through() {
        let hostile = "a\u{1b}[2Jb\u{202e}c\r\n\u{7}d\u{200f}";
        let escaped = escape(hostile);
        assert_eq!(escaped, r"a\u{1b}[2Jb\u{202e}c\u{d}\u{a}\u{7}d\u{200f}");
    }

    #[test]
    fn first_bytes_are_shown_with_what_follows() {
        assert_eq!(first_bytes(&[0xa9, 0x4f]), "a94f");
        assert_eq!(first_bytes(&[7; 9]), "070707070707..");
    }
}

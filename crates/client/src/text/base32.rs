//! Base32 (RFC 4648, section 6) in lower case and without padding: a form that survives being read out, typed, and
//! drawn as a QR code. Reading accepts either case. Given bytes have one form, and only that one is read.

use data_encoding::{BASE32_NOPAD, BASE32_NOPAD_NOCASE};

/// Encodes `bytes`.
pub(crate) fn write(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes).to_ascii_lowercase()
}

/// Decodes `text`. Returns `None` for a character outside the alphabet, or a text that [`write`] would not make.
pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    BASE32_NOPAD_NOCASE.decode(text.as_bytes()).ok()
}

/// Decodes the whole groups of eight characters of a text that may have been cut off anywhere. Returns `None` for a
/// character outside the alphabet.
pub(crate) fn read_start(text: &str) -> Option<Vec<u8>> {
    let (groups, rest) = text.as_bytes().split_at_checked(text.len() - text.len() % 8)?;
    let known = |byte: &u8| matches!(byte.to_ascii_lowercase(), b'a'..=b'z' | b'2'..=b'7');
    rest.iter().all(known).then(|| BASE32_NOPAD_NOCASE.decode(groups).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_in_rfc_4648() {
        // Section 10, without the padding.
        for (bytes, text) in [
            ("", ""),
            ("f", "my"),
            ("fo", "mzxq"),
            ("foo", "mzxw6"),
            ("foob", "mzxw6yq"),
            ("fooba", "mzxw6ytb"),
            ("foobar", "mzxw6ytboi"),
        ] {
            assert_eq!(write(bytes.as_bytes()), text);
            assert_eq!(read(text).unwrap(), bytes.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes: Vec<u8>) {
            let text = write(&bytes);
            prop_assert_eq!(read(&text), Some(bytes.clone()));
            prop_assert_eq!(read(&text.to_ascii_uppercase()), Some(bytes));
        }

        #[test]
        fn only_one_text_reads_as_given_bytes(text in "[a-z2-7]{0,40}") {
            if let Some(bytes) = read(&text) {
                prop_assert_eq!(write(&bytes), text);
            }
        }
    }
}

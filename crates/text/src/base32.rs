//! Base32 (RFC 4648, section 6) in lower case and without padding: a form that survives being read out, typed, and
//! drawn as a QR code. Reading accepts either case. The same bytes always have one form, and only that form is read.
//!
//! Base64url would be shorter. But a person may have to read a text out or type it, and base32 has one case, no
//! punctuation, and no 0, 1, 8 or 9. In upper case it also makes the smaller QR code.

use data_encoding::{BASE32_NOPAD, BASE32_NOPAD_NOCASE, DecodeKind};

/// Reasons that a text is not base32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotBase32 {
    /// A character outside the alphabet, at this position, counted from 1.
    Character(usize),
    /// No number of bytes has a text of this length.
    Length,
    /// The last character has bits that belong to no byte. Accepting them would allow a second form of the bytes.
    LastBits,
}

/// Encodes bytes.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes).to_ascii_lowercase()
}

/// Decodes a text.
///
/// # Errors
/// [`NotBase32`] for a text that [`encode`] would not produce, in either case.
pub fn decode(text: &str) -> Result<Vec<u8>, NotBase32> {
    if let Some(wrong) = text.chars().position(|found| !is_known(found)) {
        return Err(NotBase32::Character(wrong + 1));
    }
    BASE32_NOPAD_NOCASE.decode(text.as_bytes()).map_err(|error| match error.kind {
        DecodeKind::Trailing => NotBase32::LastBits,
        DecodeKind::Length => NotBase32::Length,
        DecodeKind::Symbol | DecodeKind::Padding => NotBase32::Character(error.position + 1),
    })
}

/// Decodes the whole groups of eight characters of a text that may have been cut off anywhere. Returns `None` for a
/// character outside the alphabet.
#[must_use]
pub fn decode_start(text: &str) -> Option<Vec<u8>> {
    let whole = text.len() - text.len() % 8;
    let (groups, rest) = text.split_at_checked(whole)?;
    rest.chars().all(is_known).then(|| decode(groups).ok()).flatten()
}

const fn is_known(found: char) -> bool {
    matches!(found.to_ascii_lowercase(), 'a'..='z' | '2'..='7')
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
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Ok(bytes.as_bytes()));
        }
    }

    #[test]
    fn each_mistake_is_told_apart() {
        assert_eq!(decode("mzx06"), Err(NotBase32::Character(4)));
        assert_eq!(decode("mz\u{e9}w6"), Err(NotBase32::Character(3)));
        assert_eq!(decode("mzx"), Err(NotBase32::Length));
        assert_eq!(decode("mz"), Err(NotBase32::LastBits));
    }

    proptest! {
        #[test]
        fn bytes_come_back_in_either_case(bytes: Vec<u8>) {
            let text = encode(&bytes);
            prop_assert_eq!(decode(&text), Ok(bytes.clone()));
            prop_assert_eq!(decode(&text.to_ascii_uppercase()), Ok(bytes));
        }

        #[test]
        fn only_one_text_reads_as_given_bytes(text in "[a-z2-7]{0,60}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }

        #[test]
        fn a_text_that_is_cut_off_gives_its_beginning(bytes: Vec<u8>, cut in 0_usize..200) {
            let text = encode(&bytes);
            let start = decode_start(&text[..cut.min(text.len())]).unwrap();
            prop_assert!(bytes.starts_with(&start));
        }
    }
}

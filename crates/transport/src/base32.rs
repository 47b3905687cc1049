//! Base32 (RFC 4648, section 6), lower-case and unpadded, for a key of 32 bytes.
//!
//! Base64url would be shorter. But a person may have to read a key out or type it, and base32 has one case, no signs,
//! and no 0, 1, 8 or 9. In upper case it also makes the smaller QR code.

use data_encoding::{BASE32_NOPAD, BASE32_NOPAD_NOCASE, DecodeKind};

/// Characters of a key: 256 bits, five to a character.
pub(crate) const KEY_CHARS: usize = 52;

const _: () = assert!(KEY_CHARS == (32 * 8usize).div_ceil(5));

/// The reason why text is not a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotKey {
    Length(usize),
    /// Position of the first wrong character, counted from 1.
    Character(usize),
    /// The last character holds four bits that no key has. Accepting them would give a key a second encoding.
    LastBits,
}

pub(crate) fn encode(key: &[u8; 32]) -> String {
    BASE32_NOPAD.encode(key).to_ascii_lowercase()
}

/// Reads a key in either case.
pub(crate) fn decode(text: &str) -> Result<[u8; 32], NotKey> {
    let known = |found: char| matches!(found.to_ascii_lowercase(), 'a'..='z' | '2'..='7');
    if let Some(wrong) = text.chars().position(|found| !known(found)) {
        return Err(NotKey::Character(wrong + 1));
    }
    if text.len() != KEY_CHARS {
        return Err(NotKey::Length(text.len()));
    }
    let bytes = BASE32_NOPAD_NOCASE.decode(text.as_bytes()).map_err(|error| match error.kind {
        DecodeKind::Trailing => NotKey::LastBits,
        _ => NotKey::Character(error.position + 1),
    })?;
    bytes.try_into().map_err(|_| NotKey::Length(text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_key_has_one_writing_in_either_case(key: [u8; 32]) {
            let text = encode(&key);
            prop_assert_eq!(text.len(), KEY_CHARS);
            prop_assert_eq!(decode(&text), Ok(key));
            prop_assert_eq!(decode(&text.to_uppercase()), Ok(key));
        }

        #[test]
        fn what_decodes_encodes_alike(text in "[a-z2-7]{52}") {
            match decode(&text) {
                Ok(key) => prop_assert_eq!(encode(&key), text),
                Err(error) => prop_assert_eq!(error, NotKey::LastBits),
            }
        }
    }

    #[test]
    fn writes_as_the_rfc_does() {
        // RFC 4648, section 10: "foobar" is MZXW6YTBOI. Five zero bytes are eight times a.
        let mut key = [0; 32];
        key[..6].copy_from_slice(b"foobar");
        assert!(encode(&key).starts_with("mzxw6ytboi"));
        assert!(encode(&key).ends_with("aaaaaaaa"));
    }

    #[test]
    fn each_mistake_is_told_apart() {
        let good = encode(&[0; 32]);
        assert_eq!(decode(&good[1..]), Err(NotKey::Length(51)));
        assert_eq!(decode(&good.replacen("aa", "a0", 1)), Err(NotKey::Character(2)));
        assert_eq!(decode(&format!("{}b", &good[1..])), Err(NotKey::LastBits));
        assert_eq!(decode(""), Err(NotKey::Length(0)));
    }
}

//! Base32 (RFC 4648, section 6), lower-case and unpadded, for a key of 32 bytes.
//!
//! Not base64url: a person may have to read a key out or type it, and base32 has one case, no
//! signs, and none of 0, 1, 8 and 9. In upper case it also makes the smaller QR code.

const ALPHABET: [u8; 32] = *b"abcdefghijklmnopqrstuvwxyz234567";

/// Characters of a key: 256 bits, five to a character.
pub(crate) const KEY_CHARS: usize = 52;

const _: () = assert!(KEY_CHARS == (32 * 8usize).div_ceil(5));

/// Why text is not a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotKey {
    Length(usize),
    /// Position of the first wrong character, counted from 1.
    Character(usize),
    /// The last character holds four bits that no key has: such text would be a second writing.
    LastBits,
}

pub(crate) fn encode(key: &[u8; 32]) -> String {
    let mut text = String::with_capacity(KEY_CHARS);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in key {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(character(held >> bits));
        }
    }
    text.push(character(held << (5 - bits)));
    text
}

/// The character for the lowest five bits.
fn character(bits: u32) -> char {
    let index = (bits & 31) as usize;
    ALPHABET.get(index).copied().unwrap_or_default().into()
}

/// Reads a key in either case.
pub(crate) fn decode(text: &str) -> Result<[u8; 32], NotKey> {
    let mut key = [0; 32];
    let mut slots = key.iter_mut();
    let (mut held, mut bits) = (0_u32, 0);
    for (position, found) in (1..).zip(text.chars()) {
        let lower = found.to_ascii_lowercase();
        let value = (0_u32..).zip(ALPHABET).find(|(_, known)| char::from(*known) == lower);
        let (value, _) = value.ok_or(NotKey::Character(position))?;
        held = held << 5 | value;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            if let Some(slot) = slots.next() {
                *slot = (held >> bits & 0xff) as u8;
            }
        }
    }
    match text.chars().count() {
        KEY_CHARS if held & 0xf == 0 => Ok(key),
        KEY_CHARS => Err(NotKey::LastBits),
        length => Err(NotKey::Length(length)),
    }
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

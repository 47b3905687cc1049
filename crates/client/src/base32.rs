//! Base32 (RFC 4648, section 6), lower case and without padding: what survives being read out, typed, and drawn as
//! a QR code. Reading takes either case. There is one way to write given bytes, and only that is read.

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The text for `bytes`.
pub(crate) fn write(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(8).div_ceil(5));
    let (mut held, mut bits) = (0_u32, 0_u32);
    for &byte in bytes {
        held = (held << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

/// The bytes of `text`; none if a character is not of the alphabet, or the text is none that [`write`] makes.
pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    let (bytes, complete) = decode(text)?;
    complete.then_some(bytes)
}

/// The whole bytes of a text that may have been cut off anywhere; none if a character is not of the alphabet.
pub(crate) fn read_start(text: &str) -> Option<Vec<u8>> {
    decode(text).map(|(bytes, _)| bytes)
}

/// The bytes, and whether nothing but them was written.
fn decode(text: &str) -> Option<(Vec<u8>, bool)> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for character in text.bytes() {
        held = (held << 5) | value(character)?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits).ok()?);
        }
        held &= (1 << bits) - 1;
    }
    Some((bytes, bits < 5 && held == 0))
}

fn letter(group: u32) -> char {
    ALPHABET.get(group as usize & 31).map_or('?', |&letter| char::from(letter))
}

fn value(character: u8) -> Option<u32> {
    match character.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => Some(u32::from(letter - b'a')),
        digit @ b'2'..=b'7' => Some(u32::from(digit - b'2') + 26),
        _ => None,
    }
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

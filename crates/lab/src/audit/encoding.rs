//! The forms in which bytes are written, as a program with access to them could have left them.
//!
//! In some forms (base64) the encoding of a byte depends on its neighbours. The search then looks for the part that
//! depends on the bytes alone, once for each alignment. No encoding here finds compressed, encrypted or cut-up
//! bytes. [`form`](super::form) adds the reversals of these encodings and the xor with one byte.

use serde::Serialize;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A way to encode bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// The raw bytes; for a text this is UTF-8.
    Raw,
    /// Two digits a byte, a to f.
    HexLower,
    /// Two digits a byte, A to F, where it differs from a to f.
    HexUpper,
    /// RFC 4648, section 4.
    Base64,
    /// RFC 4648, section 5, where it differs from section 4.
    Base64Url,
    /// A text's UTF-16, low byte first.
    Utf16Le,
    /// A text's UTF-16, high byte first.
    Utf16Be,
    /// Numbers with commas between them, as compact JSON lists bytes.
    Numbers,
    /// Numbers with commas and spaces between them, as Rust's `Debug` lists bytes.
    SpacedNumbers,
}

impl Encoding {
    /// Every encoding, in the order of the tables.
    pub const ALL: [Self; 9] = [
        Self::Raw,
        Self::HexLower,
        Self::HexUpper,
        Self::Base64,
        Self::Base64Url,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Numbers,
        Self::SpacedNumbers,
    ];

    /// Returns its name on the terminal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "as it is",
            Self::HexLower => "hex",
            Self::HexUpper => "HEX",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Numbers => "numbers",
            Self::SpacedNumbers => "spaced numbers",
        }
    }

    /// Returns the patterns that find `bytes` in this form: one pattern, or one for each alignment. Returns no pattern
    /// if the form does not apply or is the same as another.
    #[must_use]
    pub fn patterns(self, bytes: &[u8]) -> Vec<Vec<u8>> {
        match self {
            Self::Raw => vec![bytes.to_vec()],
            Self::HexLower => vec![listed(bytes, "", |byte| format!("{byte:02x}"))],
            Self::HexUpper => {
                let upper = listed(bytes, "", |byte| format!("{byte:02X}"));
                if upper.iter().any(u8::is_ascii_uppercase) { vec![upper] } else { Vec::new() }
            }
            Self::Base64 => (0..3).map(|before| base64(bytes, before, STANDARD)).collect(),
            Self::Base64Url => (0..3)
                .map(|before| base64(bytes, before, URL_SAFE))
                .filter(|pattern| pattern.iter().any(|sign| b"-_".contains(sign)))
                .collect(),
            Self::Utf16Le => utf16(bytes, u16::to_le_bytes),
            Self::Utf16Be => utf16(bytes, u16::to_be_bytes),
            Self::Numbers => vec![listed(bytes, ",", |byte| byte.to_string())],
            Self::SpacedNumbers => vec![listed(bytes, ", ", |byte| byte.to_string())],
        }
    }
}

fn listed(bytes: &[u8], between: &str, write: impl Fn(u8) -> String) -> Vec<u8> {
    bytes.iter().map(|byte| write(*byte)).collect::<Vec<_>>().join(between).into_bytes()
}

fn utf16(bytes: &[u8], order: fn(u16) -> [u8; 2]) -> Vec<Vec<u8>> {
    std::str::from_utf8(bytes)
        .map(|text| vec![text.encode_utf16().flat_map(order).collect()])
        .unwrap_or_default()
}

/// Returns the characters that represent `bytes` regardless of the surrounding bytes, when `before` bytes of a
/// group of three precede them.
fn base64(bytes: &[u8], before: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let mut bits: u32 = 0;
    let mut held = 0;
    let mut signs = Vec::new();
    for byte in std::iter::repeat_n(&0, before).chain(bytes) {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 6 {
            held -= 6;
            let sign = alphabet.get((bits >> held) as usize & 63);
            signs.extend(sign);
        }
    }
    // A character that shares bits with a byte before `bytes` depends on that byte, so it is dropped. An incomplete
    // last character was never written.
    let foreign = (before * 8).div_ceil(6);
    signs.drain(..foreign.min(signs.len()));
    signs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        // RFC 4648, section 10, without the last character if padding follows.
        for (bytes, expected) in
            [("f", "Z"), ("fo", "Zm"), ("foo", "Zm9v"), ("foob", "Zm9vY"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes(), 0, STANDARD), expected.as_bytes());
        }
    }

    #[test]
    fn base64_is_found_at_every_alignment() {
        let needle = b"\xfb\xff\xfe words \x00\x10\x83";
        for alphabet in [STANDARD, URL_SAFE] {
            for before in 0..7_usize {
                let around = [vec![0xA5; before], needle.to_vec(), vec![0x5A; 5]].concat();
                let whole = base64(&around, 0, alphabet);
                let found = (0..3).filter(|shift| {
                    let pattern = base64(needle, *shift, alphabet);
                    whole.windows(pattern.len()).any(|window| window == pattern)
                });
                assert_eq!(found.collect::<Vec<_>>(), [before % 3]);
            }
        }
    }

    #[test]
    fn each_form_reads_as_it_should() {
        let one = |encoding: Encoding| encoding.patterns(b"hi\n").remove(0);
        assert_eq!(one(Encoding::Raw), b"hi\n");
        assert_eq!(one(Encoding::HexLower), b"68690a");
        assert_eq!(one(Encoding::HexUpper), b"68690A");
        assert_eq!(one(Encoding::Utf16Le), b"h\0i\0\n\0");
        assert_eq!(one(Encoding::Utf16Be), b"\0h\0i\0\n");
        assert_eq!(one(Encoding::Numbers), b"104,105,10");
        assert_eq!(one(Encoding::SpacedNumbers), b"104, 105, 10");
        assert!(Encoding::Base64Url.patterns(b"hi\n").is_empty(), "the same as base64");
        assert!(Encoding::Utf16Le.patterns(&[0xff]).is_empty(), "no text");
    }
}

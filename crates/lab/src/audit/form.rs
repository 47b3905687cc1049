//! The forms that the search knows: each encoding, forwards and backwards, and all of them under the xor with one byte.
//!
//! Simple ways to hide words from a search are to reverse them or to xor them with a byte. A reversal is one more
//! pattern. The xor with one byte costs nothing, because it cancels out between neighbours (a ^ k ^ b ^ k = a ^ b). The
//! search runs over the differences of neighbouring bytes and finds all 256 keys at once, including the key 0.

use serde::Serialize;

use super::encoding::Encoding;

/// The number of different values, without zero, among the differences of a pattern that is searched under every
/// key. With fewer, a run of one byte, a counter or a table would pass for the words (the differences of `aaaa` are
/// zeros, and so are those of every empty page). Such a pattern is searched in plain form only, under no key.
const DISTINCT: usize = 4;

/// The form in which something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Form {
    /// The encoding.
    pub encoding: Encoding,
    /// True for the last byte first: of the original bytes, or of the encoded ones.
    pub backwards: bool,
    /// The byte with which each byte is xored; 0 for the plain form.
    pub xor: u8,
}

impl Form {
    /// Returns true for the plain form of the words.
    #[must_use]
    pub fn is_plain(self) -> bool {
        self == Self { encoding: Encoding::Raw, backwards: false, xor: 0 }
    }

    /// Returns its name on the terminal.
    #[must_use]
    pub fn name(self) -> String {
        let Self { encoding, backwards, xor } = self;
        let mut words = Vec::new();
        if encoding != Encoding::Raw || (!backwards && xor == 0) {
            words.push(encoding.name().to_owned());
        }
        words.extend(backwards.then(|| "backwards".to_owned()));
        words.extend((xor != 0).then(|| format!("xor {xor:#04x}")));
        words.join(", ")
    }

    /// Returns its name after a count of things in this form.
    #[must_use]
    pub fn of_several(self, count: usize) -> String {
        match self {
            Self { encoding: Encoding::Raw, backwards: false, xor: 0 } if count != 1 => "as they are".into(),
            form => form.name(),
        }
    }
}

/// Bytes to search for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The encoding of the bytes.
    pub encoding: Encoding,
    /// See [`Form::backwards`].
    pub backwards: bool,
    /// The pattern's bytes.
    pub bytes: Vec<u8>,
}

impl Pattern {
    /// Returns every pattern that finds `bytes` in each encoding, forwards and backwards. No two patterns are the same
    /// bytes.
    #[must_use]
    pub fn all(bytes: &[u8]) -> Vec<Self> {
        let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
        let mut all: Vec<Self> = Vec::new();
        let mut add = |encoding, backwards, bytes: Vec<u8>| {
            if !all.iter().any(|other| other.bytes == bytes) {
                all.push(Self { encoding, backwards, bytes });
            }
        };
        for encoding in Encoding::ALL {
            for pattern in encoding.patterns(bytes) {
                add(encoding, false, pattern);
            }
        }
        for encoding in Encoding::ALL {
            for mut pattern in encoding.patterns(bytes) {
                pattern.reverse();
                add(encoding, true, pattern);
            }
            for pattern in encoding.patterns(&reversed) {
                add(encoding, true, pattern);
            }
        }
        all
    }

    /// Returns true if its differences distinguish it from the usual content of any memory; see `DISTINCT`.
    #[must_use]
    pub fn is_distinctive(&self) -> bool {
        let mut values = differences(&self.bytes);
        values.sort_unstable();
        values.dedup();
        values.iter().filter(|value| **value != 0).count() >= DISTINCT
    }
}

/// Returns each byte xored with the next: one fewer than the bytes.
#[must_use]
pub fn differences(bytes: &[u8]) -> Vec<u8> {
    let mut found = Vec::with_capacity(bytes.len());
    let next = bytes.get(1..).unwrap_or_default();
    // Sixteen at a time, because the search spends a large share of its time here.
    let ((these, last), (those, end)) = (bytes.as_chunks::<16>(), next.as_chunks::<16>());
    for (this, that) in these.iter().zip(those) {
        let both = u128::from_ne_bytes(*this) ^ u128::from_ne_bytes(*that);
        found.extend_from_slice(&both.to_ne_bytes());
    }
    // If the second list has one chunk of sixteen bytes fewer, the last chunk of the first list was not taken above.
    let rest =
        if these.len() > those.len() { these.last().map_or(last, |chunk| chunk.as_slice()) } else { last };
    found.extend(rest.iter().zip(end).map(|(this, that)| this ^ that));
    found
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn differences_are_those_of_neighbours_and_hide_the_key(bytes in vec(any::<u8>(), 0..100), key: u8) {
            let expected: Vec<u8> = bytes.windows(2).map(|pair| pair[0] ^ pair[1]).collect();
            prop_assert_eq!(differences(&bytes), expected.clone());
            let hidden: Vec<u8> = bytes.iter().map(|byte| byte ^ key).collect();
            prop_assert_eq!(differences(&hidden), expected);
        }

        #[test]
        fn each_writing_is_searched_backwards_from_either_end(bytes in vec(any::<u8>(), 8..40)) {
            let all = Pattern::all(&bytes);
            let times = |wanted: &[u8]| all.iter().filter(|pattern| pattern.bytes == wanted).count();
            let turned: Vec<u8> = bytes.iter().rev().copied().collect();
            for encoding in Encoding::ALL {
                for pattern in encoding.patterns(&bytes) {
                    let reversed: Vec<u8> = pattern.iter().rev().copied().collect();
                    prop_assert_eq!((times(&pattern), times(&reversed)), (1, 1), "{:?}", encoding);
                }
                for pattern in encoding.patterns(&turned) {
                    prop_assert_eq!(times(&pattern), 1, "{:?}", encoding);
                }
            }
        }
    }

    #[test]
    fn what_lies_in_any_memory_is_not_distinctive() {
        let counting: Vec<u8> = (0..8).collect();
        for common in [&[0; 40][..], b"aaaaaaaaaaaa", b"abababababab", b"aabbaabbaabb", &counting] {
            let pattern = Pattern { encoding: Encoding::Raw, backwards: false, bytes: common.to_vec() };
            assert!(!pattern.is_distinctive(), "{common:?}");
        }
        for distinctive in [&b"+447700900101"[..], b"vusanema", b"1fdd1f8d42452541"] {
            for pattern in Pattern::all(distinctive) {
                assert!(pattern.is_distinctive(), "{pattern:?}");
            }
        }
    }

    #[test]
    fn forms_have_names() {
        let name = |encoding, backwards, xor| Form { encoding, backwards, xor }.name();
        assert_eq!(name(Encoding::Raw, false, 0), "as it is");
        let raw = Form { encoding: Encoding::Raw, backwards: false, xor: 0 };
        assert_eq!([0, 1, 2].map(|count| raw.of_several(count)), ["as they are", "as it is", "as they are"]);
        assert_eq!(Form { backwards: true, ..raw }.of_several(2), "backwards");
        assert_eq!(name(Encoding::Raw, true, 0), "backwards");
        assert_eq!(name(Encoding::Raw, true, 7), "backwards, xor 0x07");
        assert_eq!(name(Encoding::Base64, false, 0x5a), "base64, xor 0x5a");
    }
}

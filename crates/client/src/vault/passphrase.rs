//! The passphrase that opens a profile, from the prompt to Argon2id.
//!
//! The same passphrase can arrive as different bytes: an accent is typed as one character or as two, a space as one
//! of several, and an editor adds a byte order mark. It is prepared according to RFC 8265, section 4.2
//! (`OpaqueString`), so that it opens the profile from another keyboard and from another file. Profiles made before
//! that rule used the raw bytes, and still open with them.

use std::fmt;

use pillarbox_text::read::without_mark;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The largest number of bytes into which the normal form NFC expands one byte (UAX 15, section 9, for UTF-8). With
/// room for that many, the prepared passphrase is never moved in memory, so wiping that one buffer wipes it wholly.
const GROWTH: usize = 3;

/// A passphrase. It is never empty; it is wiped when dropped, and `Debug` prints the type name only.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Passphrase {
    prepared: String,
    /// The bytes as typed, if they differ.
    typed: Option<String>,
}

/// The passphrase is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the passphrase is empty")]
pub struct EmptyPassphrase;

impl Passphrase {
    /// Prepares a passphrase as typed or read from a file.
    ///
    /// # Errors
    /// [`EmptyPassphrase`]: it would protect nothing while appearing to.
    pub fn new(typed: String) -> Result<Self, EmptyPassphrase> {
        let typed = Zeroizing::new(typed);
        let mut prepared = String::with_capacity(GROWTH * typed.len());
        prepared.extend(without_mark(&typed).chars().map(as_space).nfc());
        if prepared.is_empty() {
            return Err(EmptyPassphrase);
        }
        let is_other = prepared != *typed;
        Ok(Self { prepared, typed: is_other.then(|| (*typed).clone()) })
    }

    /// Returns the UTF-8 bytes for a new profile.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.prepared.as_bytes()
    }

    /// Returns the bytes from which a profile may have been created, the likeliest first.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(self.as_bytes()).chain(self.typed.as_ref().map(String::as_bytes))
    }
}

/// Replaces a space of any width by the ordinary space of the keyboard (RFC 8265, section 4.2.2, rule 2).
const fn as_space(c: char) -> char {
    match c {
        '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => ' ',
        other => other,
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prepared(typed: &str) -> Vec<u8> {
        Passphrase::new(typed.to_owned()).unwrap().as_bytes().to_vec()
    }

    #[test]
    fn a_mark_a_normal_form_and_the_width_of_a_space_are_no_difference() {
        for typed in
            ["café au lait", "cafe\u{301} au lait", "\u{FEFF}café au lait", "café\u{A0}au\u{3000}lait"]
        {
            assert_eq!(prepared(typed), "café au lait".as_bytes(), "{typed:?}");
        }
        for (one, other) in
            [("Secret", "secret"), (" secret", "secret"), ("a  b", "a b"), ("ﬁ", "fi"), ("a\u{FEFF}", "a")]
        {
            assert_ne!(prepared(one), prepared(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn what_is_only_a_mark_is_empty() {
        assert!(Passphrase::new(String::new()).is_err());
        assert!(Passphrase::new("\u{FEFF}".to_owned()).is_err());
    }

    #[test]
    fn the_bytes_as_they_came_are_tried_last_and_only_where_they_are_others() {
        let tried = |typed: &str| Passphrase::new(typed.to_owned()).unwrap().candidates().count();
        assert_eq!(tried("correct horse"), 1);
        assert_eq!(tried("caf\u{E9}"), 1);
        assert_eq!(tried("cafe\u{301}"), 2);
        let marked = Passphrase::new("\u{FEFF}secret".to_owned()).unwrap();
        assert_eq!(marked.candidates().last(), Some("\u{FEFF}secret".as_bytes()));
    }

    proptest! {
        #[test]
        fn a_prepared_passphrase_never_outgrows_its_room(typed in "[^\\u{FEFF}].{0,39}", marked: bool) {
            let typed = if marked { format!("\u{FEFF}{typed}") } else { typed };
            let room = GROWTH * typed.len();
            let prepared = Passphrase::new(typed).unwrap();
            prop_assert!(prepared.prepared.len() <= room);
            let again = Passphrase::new(prepared.prepared.clone()).unwrap();
            prop_assert_eq!(again.as_bytes(), prepared.as_bytes());
        }
    }
}

//! The key of a backup as its owner writes it down: 24 words of the English list of BIP-39, with its checksum.
//!
//! Earlier builds wrote a key as 64 digits, which are read as well.

use bip0039::{English, Language, Mnemonic};
use pillarbox_client::backup;
use pillarbox_client::display::safe;
use pillarbox_crypto::SecretBytes;
use zeroize::Zeroizing;

/// Words of a key: 32 bytes and a byte of checksum, 11 bits a word.
const WORDS: usize = 24;

/// Words in a row on the screen. Four numbered words of at most eight letters take 54 of the narrowest window's 60
/// columns.
const IN_A_ROW: usize = 4;

/// The maximum number of bytes in a typed key: 24 words of eight letters, each with a number, a point and three spaces,
/// and the same again to spare.
pub(crate) const MAX_KEY_LEN: usize = 672;

/// Leading letters that identify a word of the list uniquely.
const TELLING_LETTERS: usize = 4;

/// Longest word that is repeated in a message. The longest of the list has eight letters; a longer one is some other
/// secret, pasted by mistake.
const MAX_REPEATED: usize = 12;

/// Reasons that a text is not a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadKey {
    /// There are more or fewer than 24 words.
    Count(usize),
    /// A word is not in the list.
    UnknownWord {
        /// Its position, from 1.
        place: usize,
        /// The word, made safe to display; `None` if it is too long to be repeated.
        word: Option<String>,
        /// The word of the list that begins with the same four letters.
        meant: Option<&'static str>,
    },
    /// All words are in the list, and the last one's checksum is that of other words.
    Checksum,
}

impl BadKey {
    /// Returns the message.
    pub(crate) fn explain(&self) -> String {
        match self {
            Self::Count(found) => format!(
                "The key of a backup has {WORDS} words, and this has {found}. A key of 64 digits, each 0 to 9 or a to f, is \
                 read as well. Nothing was changed."
            ),
            Self::UnknownWord { place, word, meant } => {
                let word = word.as_ref().map_or_else(String::new, |word| format!(", \"{word}\","));
                let meant = meant.map_or_else(String::new, |meant| format!(" Is it \"{meant}\"?"));
                format!(
                    "Word {place}{word} is not in the list that keys are made of.{meant} Compare it with what you wrote down. \
                     Nothing was changed."
                )
            }
            Self::Checksum => format!(
                "These {WORDS} words do not belong together: at least one is another word of the list than the one that was \
                 shown, or two have changed places. Compare each with what you wrote down. Nothing was changed."
            ),
        }
    }
}

/// Returns the words of a key, with one space between them.
#[expect(clippy::expect_used, reason = "BIP-39 has words for 32 bytes, whatever they are")]
pub(crate) fn words(key: &SecretBytes<32>) -> Zeroizing<String> {
    let mnemonic = <Mnemonic<English>>::from_entropy(key.as_bytes().to_vec()).expect("32 bytes have words");
    Zeroizing::new(mnemonic.phrase().to_owned())
}

/// Writes words as numbered rows.
pub(crate) fn in_rows(words: &str) -> Zeroizing<String> {
    let mut rows = Zeroizing::new(String::with_capacity(4 * words.len()));
    let count = words.split(' ').count();
    for (at, word) in words.split(' ').enumerate() {
        rows.push_str(match at % IN_A_ROW {
            _ if at == 0 => "    ",
            0 => "\n    ",
            _ => "  ",
        });
        let last_of_row = at % IN_A_ROW == IN_A_ROW - 1 || at + 1 == count;
        let width = if last_of_row { 0 } else { 8 };
        rows.push_str(&Zeroizing::new(format!("{:>2} {word:<width$}", at + 1)));
    }
    rows
}

/// Reads a key that was noted down: words in any case, with any spacing, with or without their numbers; or 64 digits.
pub(crate) fn read(typed: &str) -> Result<SecretBytes<32>, BadKey> {
    if let Some(key) = backup::key_from(typed) {
        return Ok(key);
    }
    let typed = Zeroizing::new(typed.to_lowercase());
    let words = || words_of(&typed);
    let found = words().count();
    if found != WORDS {
        return Err(BadKey::Count(found));
    }
    if let Some((at, word)) = words().enumerate().find(|(_, word)| English::index_of(word).is_none()) {
        return Err(BadKey::UnknownWord {
            place: at + 1,
            word: (word.chars().count() <= MAX_REPEATED).then(|| safe(word)),
            meant: meant(word),
        });
    }
    let mut phrase = Zeroizing::new(String::with_capacity(typed.len()));
    for (at, word) in words().enumerate() {
        phrase.push_str(if at == 0 { "" } else { " " });
        phrase.push_str(word);
    }
    let mnemonic =
        <Mnemonic<English>>::from_normalized_phrase(phrase.as_str()).map_err(|_| BadKey::Checksum)?;
    let bytes = mnemonic.entropy().try_into().map_err(|_| BadKey::Checksum)?;
    Ok(SecretBytes::from_bytes(bytes))
}

/// Returns true if a line can be a whole key, so that the next line need not be asked for.
pub(crate) fn is_whole(typed: &str) -> bool {
    backup::key_from(typed).is_some() || words_of(typed).count() >= WORDS
}

/// Returns the words without the numbers and points that are printed beside them on the screen.
fn words_of(typed: &str) -> impl Iterator<Item = &str> {
    typed
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphabetic()))
        .filter(|it| !it.is_empty())
}

/// Returns the word of the list that begins as this one does.
fn meant(word: &str) -> Option<&'static str> {
    let (end, _) = word.char_indices().nth(TELLING_LETTERS)?;
    let begins = word.get(..end)?;
    English::words().iter().find(|listed| listed.starts_with(begins)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two of the vectors that BIP-39 names.
    const VECTORS: [(u8, &str, &str); 2] =
        [(0x00, "abandon", "art"), (0x80, "letter advice cage absurd amount doctor acoustic avoid", "bless")];

    fn key(byte: u8) -> SecretBytes<32> {
        SecretBytes::from_bytes([byte; 32])
    }

    fn shown(byte: u8) -> String {
        words(&key(byte)).to_string()
    }

    #[test]
    fn the_words_are_those_of_the_published_vectors() {
        for (byte, begins, ends) in VECTORS {
            let words = shown(byte);
            assert!(words.starts_with(begins) && words.ends_with(&format!(" {ends}")), "{words}");
            assert_eq!(words.split(' ').count(), WORDS);
        }
    }

    #[test]
    fn the_rows_fit_the_narrowest_window_and_are_read_back_as_they_stand() {
        for byte in [0x00, 0x80, 0xA5, 0xFF] {
            let rows = in_rows(&shown(byte));
            assert_eq!(rows.lines().count(), WORDS / IN_A_ROW);
            assert!(rows.lines().all(|row| row.len() <= 60 && row.trim_end() == row), "{}", *rows);
            assert!(rows.contains("\n    13 ") && rows.contains(" 24 "), "{}", *rows);
            assert_eq!(read(&rows).unwrap().as_bytes(), &[byte; 32]);
            assert!(rows.len() < MAX_KEY_LEN / 2);
        }
    }

    #[test]
    fn every_word_of_the_list_fits_its_column_and_is_told_by_four_letters() {
        for word in English::words() {
            assert!(word.len() <= 8, "{word}");
            let misspelt = format!("{}xyz", &word[..word.len().min(TELLING_LETTERS)]);
            if word.len() >= TELLING_LETTERS {
                assert_eq!(meant(&misspelt), Some(*word));
            }
        }
        assert_eq!((meant("act"), meant("xyzzy"), meant("ünnnn")), (None, None, None));
    }

    #[test]
    fn words_in_any_case_and_spacing_with_points_and_commas_and_64_digits_are_the_same_key() {
        let words = shown(0xA5);
        let numbered: String =
            words.split(' ').enumerate().map(|(at, word)| format!("{}.{word},\r\n", at + 1)).collect();
        for typed in [words.to_uppercase(), words.replace(' ', "\t\n  "), numbered, "A5 ".repeat(32)] {
            assert!(is_whole(&typed));
            assert_eq!(read(&typed).unwrap().as_bytes(), &[0xA5; 32], "{typed}");
        }
    }

    #[test]
    fn a_wrong_word_is_named_with_its_place_and_nothing_longer_than_a_word_is_repeated() {
        let words = shown(0x00);
        let with = |word: &str| read(&words.replacen("abandon", word, 1)).unwrap_err();
        let misspelt = with("abandn").explain();
        assert!(misspelt.starts_with("Word 1, \"abandn\", is not in the list"), "{misspelt}");
        assert!(misspelt.contains("Is it \"abandon\"?"), "{misspelt}");
        let other = read(&words.replace("art", "zzz")).unwrap_err().explain();
        assert!(other.starts_with("Word 24, \"zzz\", is") && !other.contains("Is it"), "{other}");
        let secret = with("correcthorsebatterystaple").explain();
        assert!(secret.starts_with("Word 1 is not in the list") && !secret.contains("battery"), "{secret}");
        let escape = with("a\u{1b}[31mb").explain();
        assert!(!escape.contains('\u{1b}'), "{escape}");
    }

    #[test]
    fn words_that_are_missing_or_do_not_belong_together_are_told() {
        let words = shown(0x00);
        let short = words.replacen("abandon ", "", 1);
        for (typed, found) in [(&*short, 23), (&format!("{words} art"), 25), ("", 0), ("a5a5", 1)] {
            assert_eq!(read(typed).err(), Some(BadKey::Count(found)));
        }
        assert!(!is_whole("") && !is_whole(&short));
        for wrong in [words.replace("art", "zoo"), words.replacen("abandon", "ability", 1)] {
            assert_eq!(read(&wrong).err(), Some(BadKey::Checksum));
        }
    }
}

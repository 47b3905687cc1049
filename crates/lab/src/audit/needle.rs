//! The needles of the search: words planted for this run, keys that the phones drew, and witnesses: strings known to be
//! in a place, which show that it was searched.

use rand_core::{CryptoRng, Rng};
use serde::Serialize;

/// The number of words of a planted text.
const WORDS: usize = 4;

/// The number of syllables of a word. Each is one of a hundred, so the four words are one of 10^32 possibilities, and
/// none of them is in a dictionary, a program or another run.
const SYLLABLES: usize = 4;

/// The number of random bytes of the tag at the end of a text. Chance finds it in a terabyte with a probability below
/// 10^-6.
const TAG_BYTES: usize = 8;

/// The length of the shortest needle, in bytes. Shorter ones are found by chance.
pub const MIN_LEN: usize = 8;

/// The reason for which something is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeedleRole {
    /// One phone sent it to the other.
    Said,
    /// The value is a private key.
    Key,
    /// It is a phone's name for its owner, a contact or a group.
    Name,
    /// The value names the sender of a message.
    Sender,
    /// The operator is given it: it is public, or the run is one in which the operator manages groups or holds a
    /// backup's key.
    Given,
    /// It is known to be there. A search that does not find it has not searched.
    Witness,
}

/// One thing to search for.
///
/// Invariant: at least [`MIN_LEN`] bytes.
#[derive(Clone)]
pub struct Needle {
    role: NeedleRole,
    name: String,
    bytes: Vec<u8>,
}

/// A needle can be a private key, so it prints as its name.
impl std::fmt::Debug for Needle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// The needle is too short: it would be found by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{got} bytes are too few to search for: at least {MIN_LEN}")]
pub struct TooShort {
    /// The number of bytes.
    pub got: usize,
}

impl Needle {
    /// Creates a needle with a name that a report can show.
    ///
    /// # Errors
    /// [`TooShort`].
    pub fn new(role: NeedleRole, name: impl Into<String>, bytes: &[u8]) -> Result<Self, TooShort> {
        if bytes.len() < MIN_LEN {
            return Err(TooShort { got: bytes.len() });
        }
        Ok(Self { role, name: name.into(), bytes: bytes.to_vec() })
    }

    /// Creates a needle for a private key, searched by its inner bytes. X25519 fixes bits of the first and of the last
    /// byte (RFC 7748, section 5), and a copy of the fixed form is as good as the key.
    ///
    /// # Errors
    /// [`TooShort`].
    pub fn key(name: impl Into<String>, key: &[u8]) -> Result<Self, TooShort> {
        let inner = key.get(1..key.len().saturating_sub(1)).unwrap_or_default();
        Self::new(NeedleRole::Key, name, inner)
    }

    /// Returns the reason for which it is searched for.
    #[must_use]
    pub const fn role(&self) -> NeedleRole {
        self.role
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A text that nobody has ever said, and its two needles: the words, and the tag after them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Planted {
    /// The four planted words.
    pub words: String,
    /// The tag, in hexadecimal digits.
    pub tag: String,
}

impl Planted {
    /// Draws a text.
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        let words: Vec<String> = (0..WORDS).map(|_| word(rng)).collect();
        let mut tag = [0; TAG_BYTES];
        rng.fill_bytes(&mut tag);
        let tag = pillarbox_access::evidence::hexadecimal(&tag);
        Self { words: words.join(" "), tag }
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} {}", self.words, self.tag)
    }

    /// Returns the needles. The two are separate, so that a text that was cut in one place is still found.
    ///
    /// # Errors
    /// [`TooShort`], never for a drawn text.
    pub fn needles(&self, number: usize) -> Result<[Needle; 2], TooShort> {
        Ok([
            Needle::new(NeedleRole::Said, format!("text {number}, words"), self.words.as_bytes())?,
            Needle::new(NeedleRole::Said, format!("text {number}, tag"), self.tag.as_bytes())?,
        ])
    }
}

fn word(rng: &mut impl Rng) -> String {
    let mut pick = |letters: &str| {
        let count = u32::try_from(letters.len()).unwrap_or(1);
        // The remainder favours the first letters by less than 10^-8, which matters to nobody here.
        let chosen = rng.next_u32() % count;
        letters.chars().nth(chosen as usize).unwrap_or('a')
    };
    (0..SYLLABLES).flat_map(|_| [pick("bcdfghjklmnprstvwxyz"), pick("aeiou")]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_planted_texts_share_a_needle() {
        let mut rng = rand::rng();
        let (one, other) = (Planted::draw(&mut rng), Planted::draw(&mut rng));
        assert_ne!(one.words, other.words);
        assert_ne!(one.tag, other.tag);
        assert_eq!(one.words.split(' ').count(), WORDS);
        assert_eq!(one.tag.len(), TAG_BYTES * 2);
        for needle in one.needles(1).unwrap() {
            assert!(
                one.text().as_bytes().windows(needle.bytes().len()).any(|window| window == needle.bytes())
            );
        }
    }

    #[test]
    fn what_chance_would_find_is_refused() {
        assert_eq!(Needle::new(NeedleRole::Said, "short", b"seven b").unwrap_err(), TooShort { got: 7 });
    }

    #[test]
    fn a_key_is_searched_by_what_clamping_leaves() {
        let mut key = [7; 32];
        let needle = Needle::key("a key", &key).unwrap();
        key[0] &= 248;
        key[31] = key[31] & 127 | 64;
        assert!(key.windows(needle.bytes().len()).any(|window| window == needle.bytes()));
        assert_eq!(format!("{needle:?}"), "a key");
    }
}

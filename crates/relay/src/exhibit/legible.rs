//! Plain words in bytes: the text that anybody who opens the database file can read with their eyes.
//!
//! This module says nothing about encryption and knows no format. A run of printable characters counts as words if it
//! is longer than chance explains. Ciphertext has no such run; neither has a very short message inside other bytes.
//! `pillarbox-relay ledger` and the answers to demands both use it.

/// The fraction of byte values that are printable ASCII: the chance that one random byte looks like text.
const CHANCE_OF_PRINTABLE: f64 = 95.0 / 256.0;

/// Bytes that are text from first to last count as words if random bytes would look like that less often than this.
/// Ciphertext is never short enough to come close.
const CHANCE_OF_A_WHOLE: f64 = 1e-3;

/// A run of text inside other bytes counts as words if random bytes of that length would contain such a run less
/// often than this: not once in the rows of a large relay.
const CHANCE_OF_A_PART: f64 = 1e-6;

/// The first byte of a message that the phone left readable for its server (`docs/protocol.md`, kinds of payload).
/// Because of this byte, the relay also reports shorter pieces of text. It concludes nothing else from the byte.
const READABLE_KIND: u8 = 0;

/// Returns the longest text in a payload, if it is words.
#[must_use]
pub fn words(payload: &[u8]) -> Option<String> {
    let longest = runs(payload).max_by_key(|run| run.chars().count())?;
    let least = match payload.first() {
        Some(&READABLE_KIND) => 1,
        _ if longest.len() == payload.len() => least_beyond_chance(1, CHANCE_OF_A_WHOLE),
        _ => least_beyond_chance(payload.len(), CHANCE_OF_A_PART),
    };
    let count = longest.chars().count();
    (count >= least).then(|| longest.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Returns the least `k` for which `places * p^k` is below the accepted chance.
fn least_beyond_chance(places: usize, accepted: f64) -> usize {
    let mut expected = places as f64;
    let mut least = 0;
    while expected >= accepted {
        expected *= CHANCE_OF_PRINTABLE;
        least += 1;
    }
    least
}

/// Returns the runs of printable characters, valid UTF-8 only.
fn runs(payload: &[u8]) -> impl Iterator<Item = &str> {
    payload.utf8_chunks().flat_map(|chunk| chunk.valid().split(|c| !is_printable(c)))
}

/// Returns true if a terminal shows the character and does nothing else with it: no control, no direction mark.
fn is_printable(c: char) -> bool {
    matches!(c, '\'' | '"' | '\\') || c.escape_debug().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_there_are_some() {
        let body = [&[0, 1, 0, 0, 0, 0, 0, 0, 0, 11][..], b"see you at 6", &[0, 0]].concat();
        assert_eq!(words(&body).as_deref(), Some("see you at 6"));
        let short = [&[0, 1, 0, 0, 0, 0, 0, 0, 0, 2][..], b"ok"].concat();
        assert_eq!(words(&short).as_deref(), Some("ok"));
        let unmarked = [&[9; 40][..], "it says: grüß dich, this is no ciphertext".as_bytes()].concat();
        assert_eq!(words(&unmarked).as_deref(), Some("it says: grüß dich, this is no ciphertext"));
        assert_eq!(words(b"I confess").as_deref(), Some("I confess"), "nothing else stands there");
        assert_eq!(words(b"\x01\x02I confess\x03"), None, "no longer than chance explains");
    }

    #[test]
    fn random_bytes_hold_no_words() {
        use rand::{Rng, SeedableRng};
        let mut rng = rand::rngs::StdRng::seed_from_u64(2017);
        for length in [16, 256, 4_096, 40_000] {
            let mut payload = vec![0; length];
            for _ in 0..20 {
                rng.fill_bytes(&mut payload);
                if let Some(first) = payload.first_mut() {
                    *first = 2;
                }
                assert_eq!(words(&payload), None, "{length}");
            }
        }
        assert_eq!(words(&[]), None);
        assert_eq!(words(&[0]), None);
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_is_a_part_of_words() {
        let payload = [&[0][..], "a\u{1b}[2Jb\u{202e}c\r\n\u{7}d\u{200f}".as_bytes()].concat();
        assert_eq!(words(&payload).as_deref(), Some("[2Jb"));
    }
}

//! What comes from a stranger or from a row, in a form that is safe and true on a terminal.

/// The text with everything that a terminal would act on written out as `\u{..}`: of evidence nothing may be lost.
pub(crate) use pillarbox_text::show::escaped as escape;

/// Bytes of a payload that stand for it where it is no text.
const SHOWN_BYTES: usize = 6;

/// The share of all byte values that are printable ASCII: how often one random byte looks like text.
const CHANCE_OF_PRINTABLE: f64 = 95.0 / 256.0;

/// A run of text counts as found when random bytes of that length would hold such a run less often than this.
const CHANCE_ACCEPTED: f64 = 0.001;

/// The first byte of a message that the phone left readable for its server (`docs/protocol.md`, kinds of payload).
/// The relay believes it only so far as to report shorter pieces of text.
const READABLE_KIND: u8 = 0;

/// The longest text in a payload: what anybody who opens the database file can read with their eyes.
///
/// It says nothing about encryption. It is measured from the bytes: a run of printable characters that is longer than
/// chance explains. Ciphertext has none; neither has a very short message inside other bytes.
pub(crate) fn readable(payload: &[u8]) -> Option<String> {
    let longest = runs(payload).max_by_key(|run| run.chars().count())?;
    let least = match payload.first() {
        Some(&READABLE_KIND) => 1,
        _ => least_beyond_chance(payload.len()),
    };
    let count = longest.chars().count();
    (count >= least).then(|| longest.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The least `k` for which `length * p^k` is below the accepted chance.
fn least_beyond_chance(length: usize) -> usize {
    let mut expected = length as f64;
    let mut least = 0;
    while expected >= CHANCE_ACCEPTED {
        expected *= CHANCE_OF_PRINTABLE;
        least += 1;
    }
    least
}

/// The runs of printable characters, valid UTF-8 only.
fn runs(payload: &[u8]) -> impl Iterator<Item = &str> {
    payload.utf8_chunks().flat_map(|chunk| chunk.valid().split(|c| !is_printable(c)))
}

/// Whether a terminal shows the character and does nothing else with it: no control, no direction mark.
fn is_printable(c: char) -> bool {
    matches!(c, '\'' | '"' | '\\') || c.escape_debug().count() == 1
}

/// The first bytes, in hexadecimal.
pub(crate) fn first_bytes(payload: &[u8]) -> String {
    let start: String = hex(payload.iter().take(SHOWN_BYTES));
    if payload.len() > SHOWN_BYTES { format!("{start}..") } else { start }
}

/// Bytes in hexadecimal.
pub(crate) fn hex<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> String {
    bytes.into_iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_found_where_there_is_some() {
        let body = [&[0, 1, 0, 0, 0, 0, 0, 0, 0, 11][..], b"see you at 6", &[0, 0]].concat();
        assert_eq!(readable(&body).as_deref(), Some("see you at 6"));
        let short = [&[0, 1, 0, 0, 0, 0, 0, 0, 0, 2][..], b"ok"].concat();
        assert_eq!(readable(&short).as_deref(), Some("ok"));
        let unmarked = [&[9; 40][..], "it says: grüß dich, this is no ciphertext".as_bytes()].concat();
        assert_eq!(readable(&unmarked).as_deref(), Some("it says: grüß dich, this is no ciphertext"));
    }

    #[test]
    fn random_bytes_hold_no_text() {
        use rand::{Rng, SeedableRng};
        let mut rng = rand::rngs::StdRng::seed_from_u64(2017);
        for length in [16, 256, 4_096, 40_000] {
            let mut payload = vec![0; length];
            for _ in 0..20 {
                rng.fill_bytes(&mut payload);
                if let Some(first) = payload.first_mut() {
                    *first = 2;
                }
                assert_eq!(readable(&payload), None, "{length}");
            }
        }
        assert_eq!(readable(&[]), None);
        assert_eq!(readable(&[0]), None);
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_comes_through() {
        let hostile = "a\u{1b}[2Jb\u{202e}c\r\n\u{7}d\u{200f}";
        let escaped = escape(hostile);
        assert_eq!(escaped, r"a\u{1b}[2Jb\u{202e}c\u{d}\u{a}\u{7}d\u{200f}");
        let payload = [&[0][..], hostile.as_bytes()].concat();
        assert_eq!(readable(&payload).as_deref(), Some("[2Jb"));
    }

    #[test]
    fn first_bytes_are_shown_with_what_follows() {
        assert_eq!(first_bytes(&[0xa9, 0x4f]), "a94f");
        assert_eq!(first_bytes(&[7; 9]), "070707070707..");
    }
}

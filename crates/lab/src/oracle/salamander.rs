//! A measured number: the keys that open one ciphertext of the cipher of messages, built as an attack
//! ([`pillarbox_crypto::salamander`]). For this reason a report rests on a commitment and not on the cipher.

use pillarbox_crypto::AeadKey;
use pillarbox_crypto::aead::open;
use pillarbox_crypto::salamander::salamander;

/// The two blocks before the free block.
const START: [u8; 32] = *b"one ciphertext that has two keys";

/// Counts the keys, of two, that open one ciphertext, each to its own text.
pub(super) fn openings() -> usize {
    let keys = [[1; 32], [2; 32]];
    let ciphertext = salamander(&keys, &START).unwrap_or_default();
    let texts = keys.map(|key| {
        open(&AeadKey::from_bytes(key), &[0; 12], b"", &ciphertext).ok().map(|text| text.to_vec())
    });
    let [first, second] = &texts;
    let opened = texts.iter().flatten().count();
    if first == second { opened.min(1) } else { opened }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_keys_open_it() {
        assert_eq!(openings(), 2);
    }
}

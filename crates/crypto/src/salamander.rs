//! An "invisible salamander" (Dodis, Grubbs, Ristenpart and Woodage, CRYPTO 2018): one ChaCha20-Poly1305 ciphertext
//! that opens under two keys, to two texts.
//!
//! This is an attack. It shows why a report of a message rests on a commitment ([`crate::committing`]) and not on
//! the authentication of [`crate::aead`]. No shipped program calls it; the measurements of the laboratory and tests
//! do.
//!
//! With Poly1305 under key i, a message of blocks m_1..m_n has the tag `(sum of m_j * r_i^(n+1-j) mod p) + s_i mod
//! 2^128`, `p = 2^130 - 5` (RFC 8439, section 2.5). One block is left free and chosen so that both tags are equal: one
//! linear equation mod p.

/// A number modulo 2^130 - 5, as high (above bit 128) and low part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Field(u8, u128);

const P: Field = Field(3, u128::MAX - 4);

impl Field {
    const ONE: Self = Self(0, 1);

    fn add(self, other: Self) -> Self {
        let (low, carry) = self.1.overflowing_add(other.1);
        Self(self.0 + other.0 + u8::from(carry), low).reduced()
    }

    fn sub(self, other: Self) -> Self {
        let (low, borrow) = P.1.overflowing_sub(other.1);
        self.add(Self(P.0 - other.0 - u8::from(borrow), low))
    }

    fn reduced(self) -> Self {
        if self < P {
            return self;
        }
        let (low, borrow) = self.1.overflowing_sub(P.1);
        Self(self.0 - P.0 - u8::from(borrow), low)
    }

    fn bit(self, at: u32) -> bool {
        if at < 128 { self.1 >> at & 1 == 1 } else { self.0 >> (at - 128) & 1 == 1 }
    }

    fn mul(self, other: Self) -> Self {
        (0..130).rev().fold(Self(0, 0), |sum, at| {
            let doubled = sum.add(sum);
            if other.bit(at) { doubled.add(self) } else { doubled }
        })
    }

    fn pow(self, exponent: Self) -> Self {
        (0..130).rev().fold(Self::ONE, |product, at| {
            let squared = product.mul(product);
            if exponent.bit(at) { squared.mul(self) } else { squared }
        })
    }

    fn inverse(self) -> Self {
        self.pow(Field(P.0, P.1 - 2))
    }
}

/// The ChaCha20 block function (RFC 8439, section 2.3), for block 0: the Poly1305 key.
#[expect(clippy::indexing_slicing, reason = "the indices are the constants of the RFC, below sixteen")]
fn poly1305_key(key: &[u8; 32]) -> (Field, u128) {
    const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
    let (words, _) = key.as_chunks::<4>();
    let words = CONSTANTS.into_iter().chain(words.iter().map(|word| u32::from_le_bytes(*word)));
    let mut state = [0_u32; 16];
    for (slot, word) in state.iter_mut().zip(words) {
        *slot = word;
    }
    let initial = state;
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        for (x, y, z, turn) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
            state[x] = state[x].wrapping_add(state[y]);
            state[z] = (state[z] ^ state[x]).rotate_left(turn);
        }
    };
    for _ in 0..10 {
        for [a, b, c, d] in [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]] {
            quarter(a, b, c, d);
        }
        for [a, b, c, d] in [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]] {
            quarter(a, b, c, d);
        }
    }
    let words = state.iter().zip(initial).map(|(word, first)| word.wrapping_add(first));
    let number = |words: &[u32]| words.iter().rev().fold(0_u128, |sum, word| sum << 32 | u128::from(*word));
    let words: Vec<u32> = words.collect();
    let mut halves = words.chunks_exact(4).map(number);
    let (r, s) = (halves.next().unwrap_or(0), halves.next().unwrap_or(0));
    (Field(0, r & 0x0fff_fffc_0fff_fffc_0fff_fffc_0fff_ffff), s)
}

/// Returns Poly1305's input for a ciphertext without associated data: its blocks, then the lengths.
fn blocks(ciphertext: &[u8]) -> Vec<Field> {
    let lengths = (ciphertext.len() as u128) << 64;
    let (words, _) = ciphertext.as_chunks::<16>();
    let words = words.iter().map(|block| u128::from_le_bytes(*block));
    words.chain([lengths]).map(|low| Field(1, low)).collect()
}

fn polynomial(r: Field, blocks: &[Field]) -> Field {
    blocks.iter().fold(Field(0, 0), |sum, block| sum.add(*block).mul(r))
}

fn tag(key: &[u8; 32], ciphertext: &[u8]) -> u128 {
    let (r, s) = poly1305_key(key);
    polynomial(r, &blocks(ciphertext)).1.wrapping_add(s)
}

/// Builds one ciphertext with its tag, for the nonce of twelve zeros and without associated data, that is valid
/// under both keys. `start` is its beginning, in whole blocks of 16 bytes; its last byte is varied until the
/// equation has a solution. Returns `None` if there is no solution.
#[must_use]
pub fn salamander(keys: &[[u8; 32]; 2], start: &[u8]) -> Option<Vec<u8>> {
    let [(r1, s1), (r2, s2)] = keys.each_ref().map(poly1305_key);
    // The free block is followed by the lengths, so it is multiplied by r twice.
    let scale = r1.mul(r1).sub(r2.mul(r2)).inverse();
    for variation in 0..=u8::MAX {
        let mut ciphertext = start.to_vec();
        if let Some(last) = ciphertext.last_mut() {
            *last = variation;
        }
        ciphertext.extend_from_slice(&[0; 16]);
        let mut all = blocks(&ciphertext);
        if let Some(free) = all.iter_mut().rev().nth(1) {
            *free = Field(0, 0);
        }
        let without = polynomial(r2, &all).sub(polynomial(r1, &all));
        // Computes s2 - s1 as a field element, and the multiples of 2^128 that the tags do not show.
        let pads = Field(0, s2).sub(Field(0, s1));
        for multiple in [Field(0, 0), Field(1, 0), Field(2, 0), Field(3, 0)] {
            for wanted in [pads.add(multiple), pads.sub(multiple)] {
                let Field(high, low) = without.add(wanted).mul(scale);
                ciphertext.truncate(start.len());
                ciphertext.extend_from_slice(&low.to_le_bytes());
                let [tag, other] = keys.each_ref().map(|key| tag(key, &ciphertext));
                if high == 1 && tag == other {
                    ciphertext.extend_from_slice(&tag.to_le_bytes());
                    return Some(ciphertext);
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aead::{AeadKey, open};

    #[test]
    fn one_ciphertext_opens_under_two_keys_and_a_changed_one_under_none() {
        let keys = [[1; 32], [2; 32]];
        let mut ciphertext = salamander(&keys, b"one ciphertext that has two keys").unwrap();
        let texts =
            keys.map(|key| open(&AeadKey::from_bytes(key), &[0; 12], b"", &ciphertext).unwrap().to_vec());
        assert_ne!(texts[0], texts[1]);
        ciphertext[3] ^= 1;
        for key in keys {
            assert!(open(&AeadKey::from_bytes(key), &[0; 12], b"", &ciphertext).is_err());
        }
    }
}

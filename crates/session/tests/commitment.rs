//! An "invisible salamander" (Dodis, Grubbs, Ristenpart, Woodage, CRYPTO 2018), actually built: one ciphertext that
//! opens under two keys to two texts. ChaCha20-Poly1305 accepts it; the cipher of bodies does not.
//!
//! With Poly1305 under key i, a message of blocks m_1..m_n has the tag `(sum of m_j * r_i^(n+1-j) mod p) + s_i mod
//! 2^128`, `p = 2^130 - 5`. One block is left free, and one linear equation mod p gives the value of this block that
//! makes both tags equal.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use pillarbox_crypto::{
    AeadKey, OneTimeKey,
    aead::{open, seal},
    committing,
};

const NONCE: [u8; 12] = [0; 12];

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
fn poly1305_key(key: &[u8; 32]) -> (Field, u128) {
    let mut state = [0_u32; 16];
    state[..4].copy_from_slice(&[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]);
    for (word, bytes) in state[4..12].iter_mut().zip(key.chunks_exact(4)) {
        *word = u32::from_le_bytes(bytes.try_into().unwrap());
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
    let words = state.iter().zip(initial).map(|(word, first)| word.wrapping_add(first).to_le_bytes());
    let block: Vec<u8> = words.flatten().collect();
    let r = u128::from_le_bytes(block[..16].try_into().unwrap()) & 0x0fff_fffc_0fff_fffc_0fff_fffc_0fff_ffff;
    (Field(0, r), u128::from_le_bytes(block[16..32].try_into().unwrap()))
}

/// The input of Poly1305 for a ciphertext without associated data: its blocks, then the lengths.
fn blocks(ciphertext: &[u8]) -> Vec<Field> {
    let lengths = (ciphertext.len() as u128) << 64;
    let words = ciphertext.chunks_exact(16).map(|block| u128::from_le_bytes(block.try_into().unwrap()));
    words.chain([lengths]).map(|low| Field(1, low)).collect()
}

fn polynomial(r: Field, blocks: &[Field]) -> Field {
    blocks.iter().fold(Field(0, 0), |sum, block| sum.add(*block).mul(r))
}

fn tag(key: &[u8; 32], ciphertext: &[u8]) -> u128 {
    let (r, s) = poly1305_key(key);
    polynomial(r, &blocks(ciphertext)).1.wrapping_add(s)
}

/// Makes one ciphertext with one tag that is valid under both keys. Its last block is the free one. The byte before
/// it is varied until the block that solves the equation is one of 16 bytes.
fn salamander(keys: &[[u8; 32]; 2], start: &[u8]) -> Vec<u8> {
    let [(r1, s1), (r2, s2)] = [poly1305_key(&keys[0]), poly1305_key(&keys[1])];
    // The free block is followed by the lengths, so it is multiplied by r twice.
    let scale = r1.mul(r1).sub(r2.mul(r2)).inverse();
    for variation in 0..=u8::MAX {
        let mut ciphertext = start.to_vec();
        *ciphertext.last_mut().unwrap() = variation;
        ciphertext.extend_from_slice(&[0; 16]);
        let mut all = blocks(&ciphertext);
        let free = all.len() - 2;
        all[free] = Field(0, 0);
        let without = polynomial(r2, &all).sub(polynomial(r1, &all));
        // s2 - s1 as a field element, and the multiples of 2^128 that the tags do not show.
        let pads = Field(0, s2).sub(Field(0, s1));
        for multiple in [Field(0, 0), Field(1, 0), Field(2, 0), Field(3, 0)] {
            for wanted in [pads.add(multiple), pads.sub(multiple)] {
                let Field(high, low) = without.add(wanted).mul(scale);
                ciphertext.truncate(start.len());
                ciphertext.extend_from_slice(&low.to_le_bytes());
                let tags = keys.each_ref().map(|key| tag(key, &ciphertext));
                if high == 1 && tags[0] == tags[1] {
                    ciphertext.extend_from_slice(&tags[0].to_le_bytes());
                    return ciphertext;
                }
            }
        }
    }
    Vec::new()
}

#[test]
fn a_ciphertext_that_opens_under_two_keys_does_not_fit_one_commitment() {
    let keys = [[1; 32], [2; 32]];
    let [first, second] = keys.map(AeadKey::from_bytes);
    let chosen = b"what is reported and what was said, 48 bytes  ..";
    let ciphertext = salamander(&keys, &seal(&first, &NONCE, b"", chosen)[..chosen.len()]);

    let said = open(&first, &NONCE, b"", &ciphertext).unwrap();
    let shown = open(&second, &NONCE, b"", &ciphertext).unwrap();
    assert_eq!(said[..chosen.len() - 1], chosen[..chosen.len() - 1], "Poly1305 lets both through");
    assert_ne!(said, shown);

    // The cipher of bodies: for each of the two plaintexts, only the committed one comes out, under its key alone.
    let keys = keys.map(OneTimeKey::from_bytes);
    for (plaintext, own, other) in [(&said, &keys[0], &keys[1]), (&shown, &keys[1], &keys[0])] {
        let mut body = plaintext.to_vec();
        let commitment = committing::seal_in_place(own, &[], &mut body);
        let (opened, opening) = committing::open(own, &[], &commitment, &body).unwrap();
        assert_eq!((&opened, opening.commit(&opened)), (plaintext, commitment));
        assert!(committing::open(other, &[], &commitment, &body).is_err());
        // The other plaintext's ciphertext, under this one's commitment.
        let mut exchanged = if plaintext == &said { shown.to_vec() } else { said.to_vec() };
        let its_commitment = committing::seal_in_place(other, &[], &mut exchanged);
        assert_ne!(commitment, its_commitment);
        for key in &keys {
            assert!(committing::open(key, &[], &commitment, &exchanged).is_err());
        }
    }
}

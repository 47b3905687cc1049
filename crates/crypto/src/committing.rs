//! Encryption that commits to its plaintext, for one message under its own key.
//!
//! ```text
//! cipher key   HMAC-SHA-256(key, label ratchet/message)                                (32)
//! opening      HMAC-SHA-256(key, label franking/opening || associated data)            (32)
//! commitment   HMAC-SHA-256(opening, label franking/commitment || plaintext)           (32)
//! ciphertext   plaintext xor ChaCha20(cipher key, first 12 bytes of the commitment)    (n)
//! ```
//!
//! The construction is SIV (Rogaway and Shrimpton, "Deterministic Authenticated-Encryption", EUROCRYPT 2006): the tag
//! over the plaintext is also the nonce. Its pseudo-random function is HMAC and its cipher ChaCha20 (RFC 8439,
//! section 2.4). It serves as an *encryptment* (Dodis, Grubbs, Ristenpart and Woodage, "Fast Message Franking",
//! CRYPTO 2018): the tag is a commitment that the opening opens without the key.
//!
//! **It is binding.** ChaCha20-Poly1305 is not: one can build a ciphertext that opens under two keys to two
//! plaintexts. Here two keys, two lists of associated data or two plaintexts with the same commitment are a
//! collision of HMAC-SHA-256 under keys of one block. Hence a commitment has 32 bytes: with half of them a
//! collision would cost 2^64 trials.
//!
//! **A key used twice** for two plaintexts has two commitments and so two nonces. For one plaintext it yields the
//! same bytes again, which shows only that the plaintexts are equal.
//!
//! **Nothing is released before it authenticates.** All plaintexts of one length take the same work, whatever their
//! content, because the commitment is to the padded plaintext.

use crate::{
    aead::AuthenticationFailed,
    equal::equal,
    kdf::{hmac, keyed},
    labels::{FRANKING_COMMITMENT, FRANKING_OPENING, RATCHET_MESSAGE},
    redact::redacted_debug,
};
use chacha20::{
    ChaCha20,
    cipher::{KeyIvInit, StreamCipher},
};
use hmac::Mac;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes of a commitment. This is the whole output of HMAC-SHA-256, so that a collision costs 2^128.
pub const COMMITMENT_LEN: usize = 32;

/// Bytes of an opening.
pub const OPENING_LEN: usize = 32;

/// Bytes of a nonce of ChaCha20 (RFC 8439, section 2.3).
const NONCE_LEN: usize = 12;

/// A 256-bit key that seals one message.
///
/// Invariants: wiped on drop; no `Clone`, no `PartialEq`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct OneTimeKey([u8; 32]);

redacted_debug!(OneTimeKey);

impl OneTimeKey {
    /// Wraps 32 bytes that a KDF produced.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, for storage under another key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The opening of one commitment. It opens nothing else, because the key of the ciphertext cannot be derived from it.
///
/// Invariants: wiped on drop; no `Clone`, no `PartialEq`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Opening([u8; OPENING_LEN]);

redacted_debug!(Opening);

impl Opening {
    /// Wraps the bytes of an opening that was stored or reported.
    #[must_use]
    pub fn from_bytes(bytes: [u8; OPENING_LEN]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, for the vault or a report.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; OPENING_LEN] {
        &self.0
    }

    /// Computes the commitment that this opening opens to `plaintext`.
    #[must_use]
    pub fn commit(&self, plaintext: &[u8]) -> [u8; COMMITMENT_LEN] {
        hmac(&self.0, &[FRANKING_COMMITMENT.as_bytes(), plaintext])
    }
}

/// Turns the plaintext in `buffer` into the ciphertext and returns its commitment.
///
/// The parts of `associated` are concatenated without lengths, so each must have a fixed length or state its own.
#[must_use]
pub fn seal_in_place(key: &OneTimeKey, associated: &[&[u8]], buffer: &mut [u8]) -> [u8; COMMITMENT_LEN] {
    let (cipher_key, opening) = spread(key, associated);
    let commitment = opening.commit(buffer);
    apply_keystream(&cipher_key, &commitment, buffer);
    commitment
}

/// Opens a ciphertext produced by [`seal_in_place`], and returns the plaintext with the opening of its commitment.
///
/// # Errors
/// [`AuthenticationFailed`]; nothing of the plaintext is released.
pub fn open(
    key: &OneTimeKey,
    associated: &[&[u8]],
    commitment: &[u8; COMMITMENT_LEN],
    ciphertext: &[u8],
) -> Result<(Zeroizing<Vec<u8>>, Opening), AuthenticationFailed> {
    let (cipher_key, opening) = spread(key, associated);
    let mut plaintext = Zeroizing::new(ciphertext.to_vec());
    apply_keystream(&cipher_key, commitment, &mut plaintext);
    if equal(&opening.commit(&plaintext), commitment) {
        Ok((plaintext, opening))
    } else {
        Err(AuthenticationFailed)
    }
}

/// Derives the cipher key and the opening of the commitment.
fn spread(key: &OneTimeKey, associated: &[&[u8]]) -> (Zeroizing<[u8; 32]>, Opening) {
    let mac = keyed(&key.0);
    let cipher_key = mac.clone().chain_update(RATCHET_MESSAGE.as_bytes()).finalize();
    let opening = associated.iter().fold(mac.chain_update(FRANKING_OPENING.as_bytes()), Mac::chain_update);
    (Zeroizing::new(cipher_key.into_bytes().into()), Opening(opening.finalize().into_bytes().into()))
}

/// Encrypts or decrypts the buffer. The cipher's block counter runs out after 256 GiB; a message has at most 40,000
/// bytes.
fn apply_keystream(cipher_key: &[u8; 32], commitment: &[u8; COMMITMENT_LEN], buffer: &mut [u8]) {
    let mut nonce = [0; NONCE_LEN];
    nonce.iter_mut().zip(commitment).for_each(|(to, from)| *to = *from);
    ChaCha20::new(cipher_key.into(), &nonce.into()).apply_keystream(buffer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seal(key: [u8; 32], associated: &[&[u8]], plaintext: &[u8]) -> ([u8; COMMITMENT_LEN], Vec<u8>) {
        let mut buffer = plaintext.to_vec();
        (seal_in_place(&OneTimeKey::from_bytes(key), associated, &mut buffer), buffer)
    }

    proptest! {
        #[test]
        fn opens_what_it_sealed_and_the_opening_opens_its_commitment(
            key: [u8; 32],
            associated: Vec<u8>,
            plaintext: Vec<u8>,
            other: Vec<u8>,
        ) {
            let (commitment, ciphertext) = seal(key, &[&associated], &plaintext);
            let opened = open(&OneTimeKey::from_bytes(key), &[&associated], &commitment, &ciphertext);
            let (opened, opening) = opened.unwrap();
            prop_assert_eq!(&*opened, &plaintext);
            prop_assert_eq!(opening.commit(&plaintext), commitment);
            prop_assert_eq!(opening.commit(&other) == commitment, other == plaintext);
            let again = Opening::from_bytes(*opening.as_bytes());
            prop_assert_eq!(again.commit(&plaintext), commitment);
        }

        #[test]
        fn one_flipped_bit_anywhere_is_refused(
            key: [u8; 32],
            associated: [u8; 5],
            plaintext: Vec<u8>,
            at: usize,
            bit in 0..8u8,
        ) {
            let (commitment, ciphertext) = seal(key, &[&associated], &plaintext);
            // Key, associated data, commitment and ciphertext in one row, from which the test picks a byte to alter.
            let mut row = [&key[..], &associated, &commitment, &ciphertext].concat();
            let at = at % row.len();
            row[at] ^= 1 << bit;
            let (key, rest) = row.split_first_chunk().unwrap();
            let (associated, rest) = rest.split_at(associated.len());
            let (commitment, ciphertext) = rest.split_first_chunk().unwrap();
            let outcome = open(&OneTimeKey::from_bytes(*key), &[associated], commitment, ciphertext);
            prop_assert_eq!(outcome.err(), Some(AuthenticationFailed));
        }

        #[test]
        fn another_length_is_refused(key: [u8; 32], plaintext: Vec<u8>, cut: usize, more: u8) {
            let (commitment, ciphertext) = seal(key, &[], &plaintext);
            let key = OneTimeKey::from_bytes(key);
            let longer = [ciphertext.as_slice(), &[more]].concat();
            prop_assert!(open(&key, &[], &commitment, &longer).is_err());
            if let Some(cut) = cut.checked_rem(ciphertext.len()) {
                prop_assert!(open(&key, &[], &commitment, &ciphertext[..cut]).is_err());
            }
        }

        #[test]
        fn a_key_used_twice_shows_no_difference(key: [u8; 32], one: [u8; 64], other: [u8; 64]) {
            let [one, other] = [one, other].map(|plaintext| (plaintext, seal(key, &[], &plaintext)));
            let differing = |a: &[u8], b: &[u8]| a.iter().zip(b).filter(|(a, b)| a != b).count();
            let plain = one.0.iter().zip(&other.0).map(|(a, b)| a ^ b).collect::<Vec<_>>();
            let sealed = one.1.1.iter().zip(&other.1.1).map(|(a, b)| a ^ b).collect::<Vec<_>>();
            prop_assert_eq!(one.0 == other.0, one.1 == other.1);
            // Under one keystream the two differences would be the same. 40 of 64 bytes never differ by chance.
            prop_assert!(one.0 == other.0 || differing(&plain, &sealed) > 40);
        }
    }

    /// Computes the layout stated by hand in the module's documentation, through the crate's published primitives.
    #[test]
    fn the_construction_is_the_one_written_above() {
        let (key, associated, plaintext) =
            ([7; 32], b"associated", b"a plaintext of one block or two, and then some bytes");
        let (commitment, ciphertext) = seal(key, &[&associated[..4], &associated[4..]], plaintext);
        let opening = hmac(&key, &[b"pillarbox/franking/opening/v1associated"]);
        assert_eq!(commitment, hmac(&opening, &[b"pillarbox/franking/commitment/v2", plaintext]));
        let cipher_key = hmac(&key, &[b"pillarbox/ratchet/message/v1"]);
        let nonce: [u8; 12] = *commitment.first_chunk().unwrap();
        let mut expected = plaintext.to_vec();
        ChaCha20::new(&cipher_key.into(), &nonce.into()).apply_keystream(&mut expected);
        assert_eq!(ciphertext, expected);
    }
}

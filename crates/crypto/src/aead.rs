//! Authenticated encryption: ChaCha20-Poly1305 (RFC 8439) and XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha-03).
//!
//! The short nonce is for keys used once or with a counter. The long one is for keys that seal many things under
//! random nonces (the vault). Neither cipher commits to its key: where it would matter that one ciphertext opens in
//! two ways, use [`committing`](crate::committing).

use crate::redact::redacted_debug;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit, XChaCha20Poly1305, aead::Nonce, consts::U16};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes that sealing adds: the Poly1305 tag, behind the ciphertext.
pub const TAG_LEN: usize = 16;

/// The key, nonce or associated data is wrong, or the ciphertext was altered or truncated. The error does not say
/// which, here or to a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the ciphertext does not authenticate")]
#[non_exhaustive]
pub struct AuthenticationFailed;

/// A 256-bit key of either cipher.
///
/// Invariants: wiped on drop; no `Clone`, no `PartialEq`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct AeadKey([u8; 32]);

redacted_debug!(AeadKey);

impl AeadKey {
    /// Wraps 32 bytes that a KDF or a random generator produced.
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

/// ChaCha20-Poly1305: returns ciphertext and tag. A nonce is used once per key.
#[must_use]
pub fn seal(key: &AeadKey, nonce: &[u8; 12], associated: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let cipher = ChaCha20Poly1305::new((&key.0).into());
    seal_with(&cipher, nonce.into(), associated, plaintext)
}

/// Opens a ciphertext produced by [`seal`].
///
/// # Errors
/// [`AuthenticationFailed`]; nothing of the plaintext is released.
pub fn open(
    key: &AeadKey,
    nonce: &[u8; 12],
    associated: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, AuthenticationFailed> {
    let cipher = ChaCha20Poly1305::new((&key.0).into());
    open_with(&cipher, nonce.into(), associated, ciphertext)
}

/// XChaCha20-Poly1305: like [`seal`], with a nonce long enough to be drawn at random.
#[must_use]
pub fn seal_extended(key: &AeadKey, nonce: &[u8; 24], associated: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new((&key.0).into());
    seal_with(&cipher, nonce.into(), associated, plaintext)
}

/// Opens a ciphertext produced by [`seal_extended`].
///
/// # Errors
/// [`AuthenticationFailed`]; nothing of the plaintext is released.
pub fn open_extended(
    key: &AeadKey,
    nonce: &[u8; 24],
    associated: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, AuthenticationFailed> {
    let cipher = XChaCha20Poly1305::new((&key.0).into());
    open_with(&cipher, nonce.into(), associated, ciphertext)
}

/// ChaCha20-Poly1305 over a buffer that the caller keeps: turns plaintext into ciphertext and
/// returns the tag.
#[must_use]
pub fn seal_in_place(key: &AeadKey, nonce: &[u8; 12], associated: &[u8], buffer: &mut [u8]) -> [u8; TAG_LEN] {
    let cipher = ChaCha20Poly1305::new((&key.0).into());
    encrypt(&cipher, nonce.into(), associated, buffer)
}

/// Opens a ciphertext produced by [`seal_in_place`], and turns it into the plaintext in place.
///
/// # Errors
/// [`AuthenticationFailed`]; the buffer still contains the ciphertext.
pub fn open_in_place(
    key: &AeadKey,
    nonce: &[u8; 12],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), AuthenticationFailed> {
    let cipher = ChaCha20Poly1305::new((&key.0).into());
    decrypt(&cipher, nonce.into(), associated, buffer, tag)
}

/// The two ciphers, which append a 16-byte tag to the ciphertext.
trait Cipher: AeadInOut<TagSize = U16> {}
impl<C: AeadInOut<TagSize = U16>> Cipher for C {}

fn seal_with<C: Cipher>(cipher: &C, nonce: &Nonce<C>, associated: &[u8], plaintext: &[u8]) -> Vec<u8> {
    // Reserve room for the tag at once: growing later would leave a copy of the plaintext behind.
    let mut sealed = Vec::with_capacity(plaintext.len() + TAG_LEN);
    sealed.extend_from_slice(plaintext);
    let tag = encrypt(cipher, nonce, associated, &mut sealed);
    sealed.extend_from_slice(&tag);
    sealed
}

fn open_with<C: Cipher>(
    cipher: &C,
    nonce: &Nonce<C>,
    associated: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, AuthenticationFailed> {
    let (body, tag) = ciphertext.split_last_chunk::<TAG_LEN>().ok_or(AuthenticationFailed)?;
    let mut opened = Zeroizing::new(body.to_vec());
    decrypt(cipher, nonce, associated, &mut opened, tag)?;
    Ok(opened)
}

#[expect(
    clippy::expect_used,
    reason = "fails only past the cipher's block counter at 256 GiB in one buffer; to return an \
              error no caller can meet would cost every caller a branch that no test reaches, and \
              to return anything else could let plaintext through"
)]
fn encrypt<C: Cipher>(cipher: &C, nonce: &Nonce<C>, associated: &[u8], buffer: &mut [u8]) -> [u8; TAG_LEN] {
    cipher
        .encrypt_inout_detached(nonce, associated, buffer.into())
        .expect("a message is shorter than 256 GiB")
        .into()
}

fn decrypt<C: Cipher>(
    cipher: &C,
    nonce: &Nonce<C>,
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LEN],
) -> Result<(), AuthenticationFailed> {
    cipher
        .decrypt_inout_detached(nonce, associated, buffer.into(), tag.into())
        .map_err(|_| AuthenticationFailed)
}

#[cfg(test)]
mod tests {
    use super::{AeadKey, AuthenticationFailed, TAG_LEN, open, open_extended, seal, seal_extended};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn opens_what_it_sealed(key: [u8; 32], nonce: [u8; 12], long: [u8; 24], ad: Vec<u8>, text: Vec<u8>) {
            let key = AeadKey::from_bytes(key);
            let sealed = seal(&key, &nonce, &ad, &text);
            prop_assert_eq!(sealed.len(), text.len() + TAG_LEN);
            prop_assert_eq!(&*open(&key, &nonce, &ad, &sealed).unwrap(), &text);
            let sealed = seal_extended(&key, &long, &ad, &text);
            prop_assert_eq!(&*open_extended(&key, &long, &ad, &sealed).unwrap(), &text);
        }

        #[test]
        fn one_flipped_bit_anywhere_is_refused(
            key: [u8; 32],
            nonce: [u8; 12],
            ad: [u8; 5],
            text: Vec<u8>,
            at: usize,
            bit in 0..8u8,
        ) {
            let secret = AeadKey::from_bytes(key);
            let sealed = seal(&secret, &nonce, &ad, &text);
            // Key, nonce, associated data and ciphertext in one row, from which the test picks a byte to alter.
            let mut row = [&key[..], &nonce, &ad, &sealed].concat();
            let at = at % row.len();
            row[at] ^= 1 << bit;
            let (key, rest) = row.split_first_chunk().unwrap();
            let (nonce, rest) = rest.split_first_chunk().unwrap();
            let (ad, sealed) = rest.split_at(ad.len());
            let outcome = open(&AeadKey::from_bytes(*key), nonce, ad, sealed);
            prop_assert_eq!(outcome, Err(AuthenticationFailed));
        }

        #[test]
        fn a_shortened_ciphertext_is_refused(key: [u8; 32], text: Vec<u8>, cut: usize) {
            let key = AeadKey::from_bytes(key);
            let sealed = seal(&key, &[0; 12], b"", &text);
            let cut = cut % sealed.len();
            prop_assert_eq!(open(&key, &[0; 12], b"", &sealed[..cut]), Err(AuthenticationFailed));
        }
    }
}

//! Ed25519 signatures (RFC 8032), strict, and always under a label.
//!
//! A key signs `label ‖ message`. Labels are prefix-free, so a signature made for one purpose never verifies for
//! another.
//!
//! Implementations of plain Ed25519 differ in the edge cases: keys of small order that accept one signature for many
//! messages, and points with a second encoding. Here a key of small order or in a second encoding is refused when it
//! is read. Verification is `verify_strict`: neither point of small order, `s` reduced, no cofactor. One key has one
//! encoding, which the safety number relies on.

use crate::{
    labels::Label,
    redact::{redacted_debug, write_public},
};
use core::fmt;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// The signature is not this key's over this label and message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature does not verify")]
#[non_exhaustive]
pub struct BadSignature;

/// The 32 bytes are not an acceptable Ed25519 public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an acceptable Ed25519 public key")]
#[non_exhaustive]
pub struct BadSigningKey;

/// An Ed25519 private key, as its 32-byte seed and the values derived from it.
///
/// Invariants: wiped on drop; no `Clone`.
#[derive(ZeroizeOnDrop)]
pub struct SigningSecret(SigningKey);

redacted_debug!(SigningSecret);

impl SigningSecret {
    /// Generates a new key.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self(SigningKey::from_bytes(&seed))
    }

    /// Reads a stored seed. Any 32 bytes are a seed.
    #[must_use]
    pub fn from_bytes(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&Zeroizing::new(seed)))
    }

    /// Returns the seed, for the vault.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Returns the public key that belongs to it.
    #[must_use]
    pub fn public(&self) -> SigningPublic {
        SigningPublic(self.0.verifying_key())
    }

    /// Signs `label ‖ message`. The same input yields the same signature.
    #[must_use]
    pub fn sign(&self, label: Label, message: &[u8]) -> Signature {
        self.sign_unlabelled(&labelled(label, message))
    }

    pub(crate) fn sign_unlabelled(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

/// An Ed25519 public key.
///
/// Invariants: a point of large order in its only permitted encoding, so equal keys have equal
/// bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SigningPublic(VerifyingKey);

impl SigningPublic {
    /// Reads a key.
    ///
    /// # Errors
    /// [`BadSigningKey`] if the bytes are not a point, or are a point of small order or one whose coordinate is not
    /// reduced.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, BadSigningKey> {
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| BadSigningKey)?;
        if key.is_weak() || !is_reduced(&bytes) {
            return Err(BadSigningKey);
        }
        Ok(Self(key))
    }

    /// Returns the key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Checks a signature over `label ‖ message`.
    ///
    /// # Errors
    /// [`BadSignature`] if the signature was made by another key, under another label or over another message, or is
    /// a second encoding of a valid signature.
    pub fn verify(&self, label: Label, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        self.verify_unlabelled(&labelled(label, message), signature)
    }

    pub(crate) fn verify_unlabelled(
        &self,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(message, &signature).map_err(|_| BadSignature)
    }
}

impl fmt::Debug for SigningPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_public(f, "SigningPublic", self.as_bytes())
    }
}

/// An Ed25519 signature as sent: 64 bytes, checked only by [`SigningPublic::verify`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Wraps 64 bytes as received.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// Returns the signature's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_public(f, "Signature", &self.0)
    }
}

fn labelled(label: Label, message: &[u8]) -> Vec<u8> {
    [label.as_bytes(), message].concat()
}

/// True if the y coordinate, little-endian in the lower 255 bits, is below p = 2^255 - 19.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [lowest, middle @ .., highest] = bytes;
    let all_ones_above = highest & 0x7f == 0x7f && middle.iter().all(|&byte| byte == 0xff);
    !(all_ones_above && *lowest >= 0xed)
}

#[cfg(test)]
mod tests {
    use super::{BadSignature, BadSigningKey, Signature, SigningPublic, SigningSecret};
    use crate::labels::{INVITATION, SIGNED_PREKEY};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn verifies_under_its_own_key_label_and_message_only(
            seed: [u8; 32],
            other_seed: [u8; 32],
            message: Vec<u8>,
            other_message: Vec<u8>,
        ) {
            let secret = SigningSecret::from_bytes(seed);
            let public = secret.public();
            let signature = secret.sign(SIGNED_PREKEY, &message);
            prop_assert_eq!(public.verify(SIGNED_PREKEY, &message, &signature), Ok(()));
            prop_assert_eq!(public.verify(INVITATION, &message, &signature), Err(BadSignature));
            if other_message != message {
                prop_assert!(public.verify(SIGNED_PREKEY, &other_message, &signature).is_err());
            }
            if other_seed != seed {
                let other = SigningSecret::from_bytes(other_seed).public();
                prop_assert!(other.verify(SIGNED_PREKEY, &message, &signature).is_err());
            }
        }

        #[test]
        fn a_flipped_bit_is_refused(seed: [u8; 32], message: Vec<u8>, at in 0..64usize, bit in 0..8u8) {
            let secret = SigningSecret::from_bytes(seed);
            let mut bytes = *secret.sign(INVITATION, &message).as_bytes();
            bytes[at] ^= 1 << bit;
            let forged = Signature::from_bytes(bytes);
            prop_assert_eq!(secret.public().verify(INVITATION, &message, &forged), Err(BadSignature));
        }

        #[test]
        fn bytes_survive_storage(seed: [u8; 32]) {
            let secret = SigningSecret::from_bytes(seed);
            let public = secret.public();
            prop_assert_eq!(*secret.to_bytes(), seed);
            prop_assert_eq!(SigningPublic::from_bytes(*public.as_bytes()), Ok(public));
        }
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let order_four = [0; 32];
        for weak in [identity, order_four] {
            assert_eq!(SigningPublic::from_bytes(weak), Err(BadSigningKey));
        }
    }

    #[test]
    fn a_key_in_a_second_writing_is_refused() {
        // y and y + p are the same coordinate, and both fit 255 bits for y below 19.
        let mut refused = 0;
        for y in 0..19 {
            let mut reduced = [0; 32];
            reduced[0] = y;
            let mut unreduced = [0xff; 32];
            unreduced[0] = 0xed + y;
            unreduced[31] = 0x7f;
            assert_eq!(SigningPublic::from_bytes(unreduced), Err(BadSigningKey));
            refused += usize::from(SigningPublic::from_bytes(reduced).is_ok());
        }
        assert!(refused > 0, "at least one of them is a good key when written properly");
    }
}

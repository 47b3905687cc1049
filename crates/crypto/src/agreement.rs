//! X25519 key agreement (RFC 7748).
//!
//! A public key whose agreement gives all zeros is one of a handful of points of small order; a
//! peer that sends one decides the result alone. RFC 7748, section 6.1 lets an implementation
//! refuse that; this one always does.

use crate::redact::{redacted_debug, write_public};
use core::fmt;
use rand_core::CryptoRng;
use thiserror::Error;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The peer's public key has small order, so the agreement would contribute nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the peer's agreement key contributes nothing to the shared secret")]
#[non_exhaustive]
pub struct NotContributory;

/// An X25519 private key.
///
/// Invariants: wiped on drop; no `Clone`. Used for static, signed and one-time keys alike; what
/// is one-time is the business of whoever stores it.
#[derive(ZeroizeOnDrop)]
pub struct AgreementSecret(StaticSecret);

redacted_debug!(AgreementSecret);

impl AgreementSecret {
    /// Draws a new key.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *bytes);
        Self::from_bytes(*bytes)
    }

    /// Reads a stored key. Every 32 bytes are one; clamping happens when it is used.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(StaticSecret::from(bytes))
    }

    /// The key's bytes, for the vault.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public key that belongs to it: one scalar multiplication, so keep the result.
    #[must_use]
    pub fn public(&self) -> AgreementPublic {
        AgreementPublic(PublicKey::from(&self.0).to_bytes())
    }

    /// The secret shared with the owner of `theirs`.
    ///
    /// # Errors
    /// [`NotContributory`] if `theirs` has small order.
    pub fn agree(&self, theirs: &AgreementPublic) -> Result<SharedSecret, NotContributory> {
        let shared = self.0.diffie_hellman(&PublicKey::from(theirs.0));
        if shared.was_contributory() {
            Ok(SharedSecret::from_bytes(shared.to_bytes()))
        } else {
            Err(NotContributory)
        }
    }
}

/// An X25519 public key: 32 bytes as sent, compared as sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgreementPublic([u8; 32]);

impl AgreementPublic {
    /// Reads a key. Every 32 bytes are one; a useless key is refused when it is used.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for AgreementPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_public(f, "AgreementPublic", &self.0)
    }
}

/// What two parties share after an agreement or an encapsulation: 32 bytes for a KDF, never a
/// key by itself.
///
/// Invariants: wiped on drop; no `Clone`, no `PartialEq`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SharedSecret([u8; 32]);

redacted_debug!(SharedSecret);

impl SharedSecret {
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, as input to a KDF.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{AgreementPublic, AgreementSecret, NotContributory};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn both_sides_agree(a: [u8; 32], b: [u8; 32]) {
            let (a, b) = (AgreementSecret::from_bytes(a), AgreementSecret::from_bytes(b));
            let ours = a.agree(&b.public()).unwrap();
            let theirs = b.agree(&a.public()).unwrap();
            prop_assert_eq!(ours.as_bytes(), theirs.as_bytes());
        }

        #[test]
        fn bytes_survive_storage(bytes: [u8; 32]) {
            let secret = AgreementSecret::from_bytes(bytes);
            prop_assert_eq!(*secret.to_bytes(), bytes);
            prop_assert_eq!(AgreementSecret::from_bytes(bytes).public(), secret.public());
        }
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        let secret = AgreementSecret::from_bytes([7; 32]);
        let mut one = [0; 32];
        one[0] = 1;
        for useless in [[0; 32], one] {
            let outcome = secret.agree(&AgreementPublic::from_bytes(useless));
            assert_eq!(outcome.err(), Some(NotContributory));
        }
    }
}

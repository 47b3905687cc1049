//! X25519 key agreement (RFC 7748).
//!
//! A public key whose agreement yields all zeros is one of a handful of points of small order. A peer that sends
//! one decides the result alone. RFC 7748, section 6.1 lets an implementation refuse that; this one always does.
//!
//! An agreement is one multiplication of the peer's point, which can be computed in two ways. The ladder of RFC
//! 7748 works on the u-coordinate alone and accepts every u-coordinate. Half of all u-coordinates, and every key
//! generated as the standard says, belong to a point of the curve. That point can be converted to the curve's
//! Edwards form, multiplied there and converted back. The two ways yield the same bytes (a property test and
//! Wycheproof's vectors check it), and both take the same time for every secret. The public key alone decides which
//! one runs. Where the processor has AVX2, the second way uses formulas four lanes wide and takes a fifth less
//! time; elsewhere the ladder takes less time.

use crate::redact::{redacted_debug, write_public};
use core::fmt;
use curve25519_dalek::{EdwardsPoint, MontgomeryPoint, traits::IsIdentity};
use rand_core::CryptoRng;
use thiserror::Error;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// True if the curve library has wide formulas for the Edwards form. The library looks for AVX2 at run time.
const WIDE_EDWARDS: bool = cfg!(target_arch = "x86_64");

/// The peer's public key has small order, so the agreement would contribute nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the peer's agreement key contributes nothing to the shared secret")]
#[non_exhaustive]
pub struct NotContributory;

/// An X25519 private key.
///
/// Invariants: wiped on drop; no `Clone`. The type serves static, signed and one-time keys alike; code that stores
/// a one-time key must ensure that it is used once.
#[derive(ZeroizeOnDrop)]
pub struct AgreementSecret(StaticSecret);

redacted_debug!(AgreementSecret);

impl AgreementSecret {
    /// Generates a new key.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *bytes);
        Self::from_bytes(*bytes)
    }

    /// Reads a stored key. Any 32 bytes are a key; clamping happens when it is used.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(StaticSecret::from(bytes))
    }

    /// Returns the key's bytes, for the vault.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Computes the public key of this private key. This is one scalar multiplication, so keep the result.
    #[must_use]
    pub fn public(&self) -> AgreementPublic {
        AgreementPublic(PublicKey::from(&self.0).to_bytes())
    }

    /// Computes the secret shared with the owner of `theirs`.
    ///
    /// # Errors
    /// [`NotContributory`] if `theirs` has small order.
    pub fn agree(&self, theirs: &AgreementPublic) -> Result<SharedSecret, NotContributory> {
        self.agree_with(&theirs.ready())
    }

    /// Computes the shared secret like [`agree`](Self::agree), for a public key that takes part in more than one
    /// agreement.
    ///
    /// # Errors
    /// [`NotContributory`] if `theirs` has small order.
    pub fn agree_with(&self, theirs: &ReadyPublic) -> Result<SharedSecret, NotContributory> {
        let shared = match *theirs {
            ReadyPublic(Form::Edwards(point)) => self.multiply_edwards(point),
            ReadyPublic(Form::Montgomery(point)) => self.multiply_ladder(point),
        };
        // Zero is the u-coordinate of the identity. The comparison takes constant time.
        if shared.is_identity() {
            Err(NotContributory)
        } else {
            Ok(SharedSecret::from_bytes(shared.to_bytes()))
        }
    }

    fn multiply_ladder(&self, theirs: MontgomeryPoint) -> Zeroizing<MontgomeryPoint> {
        Zeroizing::new(theirs.mul_clamped(self.0.to_bytes()))
    }

    fn multiply_edwards(&self, theirs: EdwardsPoint) -> Zeroizing<MontgomeryPoint> {
        let product = Zeroizing::new(theirs.mul_clamped(self.0.to_bytes()));
        Zeroizing::new(product.to_montgomery())
    }
}

/// An X25519 public key: 32 bytes as sent, compared as sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgreementPublic([u8; 32]);

impl AgreementPublic {
    /// Reads a key. Any 32 bytes are a key; a useless one is refused when it is used.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Converts the key to the form in which it is multiplied. This costs a fifth of an agreement, so keep the result
    /// if the key takes part in several.
    #[must_use]
    pub fn ready(&self) -> ReadyPublic {
        let theirs = MontgomeryPoint(self.0);
        // Either of the two points with this u-coordinate will do, because their multiples share a u-coordinate as
        // well.
        let edwards = if WIDE_EDWARDS { theirs.to_edwards(0) } else { None };
        ReadyPublic(edwards.map_or(Form::Montgomery(theirs), Form::Edwards))
    }
}

impl fmt::Debug for AgreementPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_public(f, "AgreementPublic", &self.0)
    }
}

/// An X25519 public key in the form in which it is multiplied.
///
/// Invariants: created by [`AgreementPublic::ready`] only.
#[derive(Clone, Copy)]
pub struct ReadyPublic(Form);

#[derive(Clone, Copy)]
enum Form {
    Edwards(EdwardsPoint),
    Montgomery(MontgomeryPoint),
}

/// The secret that two parties share after an agreement or an encapsulation: 32 bytes for a KDF, never a key by
/// itself.
///
/// Invariants: wiped on drop; no `Clone`, no `PartialEq`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SharedSecret([u8; 32]);

redacted_debug!(SharedSecret);

impl SharedSecret {
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, as input to a KDF.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{AgreementPublic, AgreementSecret, NotContributory};
    use curve25519_dalek::MontgomeryPoint;
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

        /// The published implementation of RFC 7748 is the model. Any 32 bytes are a public key: about
        /// half of these are on the curve, the others on its twist.
        #[test]
        fn every_public_key_agrees_as_the_ladder_has_it(secret: [u8; 32], theirs: [u8; 32]) {
            let model = x25519_dalek::x25519(secret, theirs);
            let ours = AgreementSecret::from_bytes(secret);
            let shared = ours.agree(&AgreementPublic::from_bytes(theirs)).unwrap();
            prop_assert_eq!(shared.as_bytes(), &model);
            let theirs = MontgomeryPoint(theirs);
            prop_assert_eq!(ours.multiply_ladder(theirs).to_bytes(), model);
            if let Some(point) = theirs.to_edwards(1) {
                prop_assert_eq!(ours.multiply_edwards(point).to_bytes(), model);
            }
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

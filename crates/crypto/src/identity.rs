//! The long-term identity of an account: an Ed25519 key that signs and an X25519 key that agrees.
//!
//! The identity has two keys rather than one used both ways, so that each is used as its own standard says. The
//! signing key vouches for the agreement key beside it, so nobody can pair a victim's signing key with their own
//! agreement key. The agreement key cannot sign: its owner proves possession by completing a key agreement.

use crate::{
    agreement::{AgreementPublic, AgreementSecret},
    labels::IDENTITY_CROSS_SIGNATURE,
    redact::redacted_debug,
    signature::{Signature, SigningPublic, SigningSecret},
};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Reasons that three byte strings are not an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The signing key is not an acceptable Ed25519 public key.
    #[error("the identity's signing key is not acceptable")]
    SigningKey,
    /// The signing key does not vouch for the agreement key.
    #[error("the identity's two keys do not belong together")]
    CrossSignature,
}

/// The private half of an identity.
///
/// Invariants: wiped on drop; no `Clone`; the public half it carries belongs to it.
#[derive(ZeroizeOnDrop)]
pub struct IdentitySecret {
    signing: SigningSecret,
    agreement: AgreementSecret,
    #[zeroize(skip)]
    public: IdentityPublic,
}

redacted_debug!(IdentitySecret);

impl IdentitySecret {
    /// Generates both keys.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self::from_secrets(SigningSecret::generate(rng), AgreementSecret::generate(rng))
    }

    /// Reads a stored identity: signing seed, then agreement key.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 64]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let mut signing = Zeroizing::new([0; 32]);
        let mut agreement = Zeroizing::new([0; 32]);
        let stored = signing.iter_mut().chain(agreement.iter_mut());
        stored.zip(bytes.iter()).for_each(|(to, from)| *to = *from);
        Self::from_secrets(SigningSecret::from_bytes(*signing), AgreementSecret::from_bytes(*agreement))
    }

    /// Returns signing seed, then agreement key, for the vault.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 64]> {
        let signing = self.signing.to_bytes();
        let agreement = self.agreement.to_bytes();
        Zeroizing::new(join(&signing, &agreement))
    }

    /// Returns the key that signs.
    #[must_use]
    pub fn signing(&self) -> &SigningSecret {
        &self.signing
    }

    /// Returns the key that agrees.
    #[must_use]
    pub fn agreement(&self) -> &AgreementSecret {
        &self.agreement
    }

    /// Returns the public half.
    #[must_use]
    pub fn public(&self) -> IdentityPublic {
        self.public
    }

    fn from_secrets(signing: SigningSecret, agreement: AgreementSecret) -> Self {
        let (signing_public, agreement_public) = (signing.public(), agreement.public());
        let keys = join(signing_public.as_bytes(), agreement_public.as_bytes());
        let public = IdentityPublic {
            signing: signing_public,
            agreement: agreement_public,
            cross_signature: signing.sign(IDENTITY_CROSS_SIGNATURE, &keys),
        };
        Self { signing, agreement, public }
    }
}

/// The public half of an identity.
///
/// Invariants: the cross-signature was verified when the identity was received, so a value of this type proves that
/// the two keys belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdentityPublic {
    signing: SigningPublic,
    agreement: AgreementPublic,
    cross_signature: Signature,
}

impl IdentityPublic {
    /// Reads an identity as a peer or a directory sent it.
    ///
    /// # Errors
    /// [`IdentityError::SigningKey`] if the signing key is unacceptable,
    /// [`IdentityError::CrossSignature`] if it does not vouch for the agreement key.
    pub fn from_parts(
        signing: [u8; 32],
        agreement: [u8; 32],
        cross_signature: [u8; 64],
    ) -> Result<Self, IdentityError> {
        let identity = Self::from_verified_parts(signing, agreement, cross_signature)?;
        identity
            .signing
            .verify(IDENTITY_CROSS_SIGNATURE, &identity.key_bytes(), &identity.cross_signature)
            .map_err(|_| IdentityError::CrossSignature)?;
        Ok(identity)
    }

    /// Reads an identity that was verified before it was stored, and does not verify it again. A phone reads the
    /// identity of a contact several times for each message, and each check takes as long as a key agreement.
    ///
    /// Only for a store that authenticates what it holds, as the vault does. An identity from a peer, a directory or a
    /// backup goes through [`from_parts`](Self::from_parts).
    ///
    /// # Errors
    /// [`IdentityError::SigningKey`] if the signing key is unacceptable.
    pub fn from_verified_parts(
        signing: [u8; 32],
        agreement: [u8; 32],
        cross_signature: [u8; 64],
    ) -> Result<Self, IdentityError> {
        Ok(Self {
            signing: SigningPublic::from_bytes(signing).map_err(|_| IdentityError::SigningKey)?,
            agreement: AgreementPublic::from_bytes(agreement),
            cross_signature: Signature::from_bytes(cross_signature),
        })
    }

    /// Returns the key that verifies this identity's signatures.
    #[must_use]
    pub fn signing(&self) -> &SigningPublic {
        &self.signing
    }

    /// Returns the key that others agree with.
    #[must_use]
    pub fn agreement(&self) -> &AgreementPublic {
        &self.agreement
    }

    /// Returns the signature of the signing key over both keys.
    #[must_use]
    pub fn cross_signature(&self) -> &Signature {
        &self.cross_signature
    }

    /// Returns signing key, then agreement key. The safety number and a session's associated data are computed over
    /// these bytes.
    #[must_use]
    pub fn key_bytes(&self) -> [u8; 64] {
        join(self.signing.as_bytes(), self.agreement.as_bytes())
    }
}

fn join(first: &[u8; 32], second: &[u8; 32]) -> [u8; 64] {
    let mut joined = [0; 64];
    let (start, end) = joined.split_at_mut(32);
    start.copy_from_slice(first);
    end.copy_from_slice(second);
    joined
}

#[cfg(test)]
mod tests {
    use super::{IdentityError, IdentityPublic, IdentitySecret};
    use proptest::prelude::*;

    fn parts(identity: &IdentityPublic) -> ([u8; 32], [u8; 32], [u8; 64]) {
        (
            *identity.signing().as_bytes(),
            *identity.agreement().as_bytes(),
            *identity.cross_signature().as_bytes(),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn survives_storage_and_sending(bytes: [u8; 64]) {
            let secret = IdentitySecret::from_bytes(bytes);
            prop_assert_eq!(*secret.to_bytes(), bytes);
            let public = secret.public();
            let (signing, agreement, cross) = parts(&public);
            prop_assert_eq!(IdentityPublic::from_parts(signing, agreement, cross), Ok(public));
            prop_assert_eq!(IdentityPublic::from_verified_parts(signing, agreement, cross), Ok(public));
            prop_assert_eq!(&public.key_bytes()[..32], &signing);
            prop_assert_eq!(&public.key_bytes()[32..], &agreement);
        }

        #[test]
        fn keys_of_two_people_do_not_make_one_identity(a: [u8; 64], b: [u8; 64]) {
            prop_assume!(a[..32] != b[..32] && a[32..] != b[32..]);
            let a = parts(&IdentitySecret::from_bytes(a).public());
            let b = parts(&IdentitySecret::from_bytes(b).public());
            prop_assume!(a.1 != b.1);
            let refused = Err(IdentityError::CrossSignature);
            prop_assert_eq!(IdentityPublic::from_parts(a.0, b.1, a.2), refused);
            prop_assert_eq!(IdentityPublic::from_parts(a.0, b.1, b.2), refused);
            prop_assert_eq!(IdentityPublic::from_parts(a.0, a.1, b.2), refused);
        }
    }

    #[test]
    fn a_useless_signing_key_is_named_as_the_reason() {
        let (_, agreement, cross) = parts(&IdentitySecret::from_bytes([1; 64]).public());
        assert_eq!(IdentityPublic::from_parts([0; 32], agreement, cross), Err(IdentityError::SigningKey));
        let stored = IdentityPublic::from_verified_parts([0; 32], agreement, cross);
        assert_eq!(stored, Err(IdentityError::SigningKey));
    }
}

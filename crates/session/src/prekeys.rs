//! Prekeys: the private halves, their wire forms and their vault records (PQXDH, section 3.2).
//!
//! A phone uploads public prekeys to the relay so that strangers can write to it while it is away. This layer
//! generates prekeys, signs those that need a signature, and names those that a first message uses up. The client
//! decides when to generate more and how long to keep an old one.

use crate::{
    layout::{Reader, WrongLength},
    redact::redacted_debug,
};
use pillarbox_crypto::{
    AgreementSecret, IdentitySecret, KEM_SEED_LEN, KemSecret, Signature,
    labels::{SIGNED_KEM_PREKEY, SIGNED_PREKEY},
};
use pillarbox_wire::{FixedBytes, KemPreKey, OneTimePreKey, PreKeyId, SignedPreKey};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

/// First byte of a prekey's record, the version of its layout.
const RECORD_VERSION: u8 = 1;

/// Reasons that bytes are not a stored prekey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PreKeyRecordError {
    /// Another version of this crate wrote the record.
    #[error("prekey record of version {got}, where {expected} was expected")]
    Version {
        /// The version that is read here.
        expected: u8,
        /// The version that was found.
        got: u8,
    },
    /// The record is too short or too long.
    #[error("the bytes do not hold a prekey")]
    Malformed,
}

impl From<WrongLength> for PreKeyRecordError {
    fn from(WrongLength: WrongLength) -> Self {
        Self::Malformed
    }
}

/// The store of a phone's private prekeys. A missing key is a normal answer (`None`), not an error.
pub trait PreKeys {
    /// Returns the signed prekey of this number, the current one or an older one that is still kept.
    fn signed(&self, id: PreKeyId) -> Option<SignedPreKeySecret>;
    /// Returns the one-time prekey of this number, unless it was used.
    fn one_time(&self, id: PreKeyId) -> Option<OneTimePreKeySecret>;
    /// Returns the KEM prekey of this number and its use.
    fn kem(&self, id: PreKeyId) -> Option<(KemPreKeySecret, KemUse)>;
}

/// The sessions that may use a KEM prekey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KemUse {
    /// One session uses the prekey, which is then deleted.
    OneTime,
    /// Every session that starts while no one-time prekey is left uses the prekey.
    LastResort,
}

/// A prekey that a first message used up. The transaction that stores the session deletes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsumedPreKey {
    /// A one-time X25519 prekey.
    OneTime(PreKeyId),
    /// A one-time KEM prekey.
    Kem(PreKeyId),
}

/// The private half of a signed prekey (SPK).
///
/// Invariants: the signature is the identity's over the public half; wiped on drop; no `Clone`.
pub struct SignedPreKeySecret {
    id: PreKeyId,
    secret: AgreementSecret,
    signature: Signature,
}

/// The private half of a one-time prekey (OPK).
///
/// Invariants: wiped on drop; no `Clone`.
pub struct OneTimePreKeySecret {
    id: PreKeyId,
    secret: AgreementSecret,
}

/// The private half of a KEM prekey (PQOPK or PQSPK).
///
/// Invariants: the signature is the identity's over the public half; wiped on drop; no `Clone`.
pub struct KemPreKeySecret {
    id: PreKeyId,
    secret: KemSecret,
    signature: Signature,
}

redacted_debug!(SignedPreKeySecret, OneTimePreKeySecret, KemPreKeySecret);

impl SignedPreKeySecret {
    /// Generates a key and signs it.
    #[must_use]
    pub fn generate(id: PreKeyId, identity: &IdentitySecret, rng: &mut impl CryptoRng) -> Self {
        Self::from_secret(id, AgreementSecret::generate(rng), identity)
    }

    /// Creates a prekey from an existing key and signs it.
    #[must_use]
    pub fn from_secret(id: PreKeyId, secret: AgreementSecret, identity: &IdentitySecret) -> Self {
        let signature = identity.signing().sign(SIGNED_PREKEY, secret.public().as_bytes());
        Self { id, secret, signature }
    }

    /// Returns the prekey's number.
    #[must_use]
    pub fn id(&self) -> PreKeyId {
        self.id
    }

    /// Returns the public half, for the relay.
    #[must_use]
    pub fn public(&self) -> SignedPreKey {
        let Self { id, secret, signature } = self;
        SignedPreKey {
            id: *id,
            key: FixedBytes(*secret.public().as_bytes()),
            signature: FixedBytes(*signature.as_bytes()),
        }
    }

    /// Returns the record for the vault: version (1), id (4), key (32), signature (64).
    #[must_use]
    pub fn to_record(&self) -> Zeroizing<Vec<u8>> {
        let Self { id, secret, signature } = self;
        record(*id, &*secret.to_bytes(), signature.as_bytes())
    }

    /// Reads a record that [`to_record`](Self::to_record) wrote.
    ///
    /// # Errors
    /// [`PreKeyRecordError`].
    pub fn from_record(record: &[u8]) -> Result<Self, PreKeyRecordError> {
        let (id, mut reader) = begin(record)?;
        let secret = AgreementSecret::from_bytes(*reader.take()?);
        let signature = Signature::from_bytes(*reader.take()?);
        reader.end()?;
        Ok(Self { id, secret, signature })
    }

    pub(crate) fn into_secret(self) -> AgreementSecret {
        self.secret
    }
}

impl OneTimePreKeySecret {
    /// Generates a key.
    #[must_use]
    pub fn generate(id: PreKeyId, rng: &mut impl CryptoRng) -> Self {
        Self::from_secret(id, AgreementSecret::generate(rng))
    }

    /// Creates a prekey from an existing key.
    #[must_use]
    pub fn from_secret(id: PreKeyId, secret: AgreementSecret) -> Self {
        Self { id, secret }
    }

    /// Returns the prekey's number.
    #[must_use]
    pub fn id(&self) -> PreKeyId {
        self.id
    }

    /// Returns the public half, for the relay.
    #[must_use]
    pub fn public(&self) -> OneTimePreKey {
        OneTimePreKey { id: self.id, key: FixedBytes(*self.secret.public().as_bytes()) }
    }

    /// Returns the record for the vault: version (1), id (4), key (32).
    #[must_use]
    pub fn to_record(&self) -> Zeroizing<Vec<u8>> {
        let Self { id, secret } = self;
        record(*id, &*secret.to_bytes(), &[])
    }

    /// Reads a record that [`to_record`](Self::to_record) wrote.
    ///
    /// # Errors
    /// [`PreKeyRecordError`].
    pub fn from_record(record: &[u8]) -> Result<Self, PreKeyRecordError> {
        let (id, mut reader) = begin(record)?;
        let secret = AgreementSecret::from_bytes(*reader.take()?);
        reader.end()?;
        Ok(Self { id, secret })
    }

    pub(crate) fn secret(&self) -> &AgreementSecret {
        &self.secret
    }
}

impl KemPreKeySecret {
    /// Generates a key and signs it. One-time and last-resort prekeys are generated alike.
    #[must_use]
    pub fn generate(id: PreKeyId, identity: &IdentitySecret, rng: &mut impl CryptoRng) -> Self {
        Self::from_secret(id, KemSecret::generate(rng), identity)
    }

    /// Generates a key, signs it, and returns its public half as well. Computing the public half later would take
    /// another whole key generation.
    #[must_use]
    pub fn generate_with_public(
        id: PreKeyId,
        identity: &IdentitySecret,
        rng: &mut impl CryptoRng,
    ) -> (Self, KemPreKey) {
        let secret = KemSecret::generate(rng);
        let key = FixedBytes(*secret.public().as_bytes());
        let signature = identity.signing().sign(SIGNED_KEM_PREKEY, &key.0);
        let public = KemPreKey { id, key: Box::new(key), signature: FixedBytes(*signature.as_bytes()) };
        (Self { id, secret, signature }, public)
    }

    /// Creates a prekey from an existing key and signs it.
    #[must_use]
    pub fn from_secret(id: PreKeyId, secret: KemSecret, identity: &IdentitySecret) -> Self {
        let signature = identity.signing().sign(SIGNED_KEM_PREKEY, secret.public().as_bytes());
        Self { id, secret, signature }
    }

    /// Returns the prekey's number.
    #[must_use]
    pub fn id(&self) -> PreKeyId {
        self.id
    }

    /// Returns the public half, for the relay.
    #[must_use]
    pub fn public(&self) -> KemPreKey {
        let Self { id, secret, signature } = self;
        KemPreKey {
            id: *id,
            key: Box::new(FixedBytes(*secret.public().as_bytes())),
            signature: FixedBytes(*signature.as_bytes()),
        }
    }

    /// Returns the record for the vault: version (1), id (4), seed (64), signature (64).
    #[must_use]
    pub fn to_record(&self) -> Zeroizing<Vec<u8>> {
        let Self { id, secret, signature } = self;
        record(*id, &*secret.seed(), signature.as_bytes())
    }

    /// Reads a record that [`to_record`](Self::to_record) wrote.
    ///
    /// # Errors
    /// [`PreKeyRecordError`].
    pub fn from_record(record: &[u8]) -> Result<Self, PreKeyRecordError> {
        let (id, mut reader) = begin(record)?;
        let secret = KemSecret::from_seed(*reader.take::<KEM_SEED_LEN>()?);
        let signature = Signature::from_bytes(*reader.take()?);
        reader.end()?;
        Ok(Self { id, secret, signature })
    }

    pub(crate) fn secret(&self) -> &KemSecret {
        &self.secret
    }
}

fn record(id: PreKeyId, secret: &[u8], signature: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([&[RECORD_VERSION], id.0.to_be_bytes().as_slice(), secret, signature].concat())
}

fn begin(record: &[u8]) -> Result<(PreKeyId, Reader<'_>), PreKeyRecordError> {
    let mut reader = Reader::new(record);
    match reader.u8()? {
        RECORD_VERSION => Ok((PreKeyId(reader.u32()?), reader)),
        got => Err(PreKeyRecordError::Version { expected: RECORD_VERSION, got }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pillarbox_crypto::KemPublic;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn signatures_fit_their_purpose_only() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let identity = IdentitySecret::generate(&mut rng);
        let verifier = *identity.public().signing();
        let signed = SignedPreKeySecret::generate(PreKeyId(1), &identity, &mut rng).public();
        let (secret, kem) = KemPreKeySecret::generate_with_public(PreKeyId(2), &identity, &mut rng);
        assert_eq!(kem, secret.public());
        let signature = Signature::from_bytes(signed.signature.0);
        assert!(verifier.verify(SIGNED_PREKEY, &signed.key.0, &signature).is_ok());
        assert!(verifier.verify(SIGNED_KEM_PREKEY, &signed.key.0, &signature).is_err());
        let signature = Signature::from_bytes(kem.signature.0);
        assert!(verifier.verify(SIGNED_KEM_PREKEY, &kem.key.0, &signature).is_ok());
        assert!(verifier.verify(SIGNED_PREKEY, &kem.key.0, &signature).is_err());
        assert!(KemPublic::from_bytes(&kem.key.0).is_ok());
    }

    #[test]
    fn records_come_back_and_any_other_length_is_refused() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let identity = IdentitySecret::generate(&mut rng);
        let signed = SignedPreKeySecret::generate(PreKeyId(7), &identity, &mut rng);
        let one_time = OneTimePreKeySecret::generate(PreKeyId(8), &mut rng);
        let kem = KemPreKeySecret::generate(PreKeyId(9), &identity, &mut rng);

        assert_eq!(SignedPreKeySecret::from_record(&signed.to_record()).unwrap().public(), signed.public());
        assert_eq!(
            OneTimePreKeySecret::from_record(&one_time.to_record()).unwrap().public(),
            one_time.public()
        );
        assert_eq!(KemPreKeySecret::from_record(&kem.to_record()).unwrap().public(), kem.public());

        let malformed = Some(PreKeyRecordError::Malformed);
        for record in [signed.to_record(), one_time.to_record(), kem.to_record()] {
            let shorter = &record[..record.len() - 1];
            let longer = [record.as_slice(), &[0]].concat();
            for wrong in [shorter, &longer, &[]] {
                assert_eq!(SignedPreKeySecret::from_record(wrong).err(), malformed);
                assert_eq!(OneTimePreKeySecret::from_record(wrong).err(), malformed);
                assert_eq!(KemPreKeySecret::from_record(wrong).err(), malformed);
            }
        }
        let newer = [2, 0, 0, 0, 0];
        let version = Some(PreKeyRecordError::Version { expected: 1, got: 2 });
        assert_eq!(OneTimePreKeySecret::from_record(&newer).err(), version);
    }
}

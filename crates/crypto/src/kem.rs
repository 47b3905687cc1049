//! ML-KEM-768 key encapsulation (FIPS 203), over the formally verified libcrux.
//!
//! A secret key is kept as the 64-byte seed (d ‖ z) of FIPS 203, section 6.1, and expanded when it is used. So a
//! one-time prekey costs the vault 64 bytes instead of 2,400, and no expanded key can disagree with its public
//! half. Decapsulation never fails: a foreign or altered ciphertext yields an unrelated secret (implicit
//! rejection), and the message sealed under it does not open.

use crate::{
    agreement::SharedSecret,
    redact::{redacted_debug, write_public},
};
use core::{fmt, ops::IndexMut};
use libcrux_ml_kem::{
    MlKemCiphertext, MlKemPublicKey,
    mlkem768::{self, MlKem768KeyPair, MlKem768PrivateKey, MlKem768PublicKey},
};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes of an encapsulation key (FIPS 203, table 3).
pub const KEM_PUBLIC_LEN: usize = 1184;

/// Bytes of a ciphertext (FIPS 203, table 3).
pub const KEM_CIPHERTEXT_LEN: usize = 1088;

/// Bytes of the seed as which a secret key is kept: d, then z.
pub const KEM_SEED_LEN: usize = 64;

/// Reasons that bytes are not a key or ciphertext of ML-KEM-768.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KemError {
    /// The length is not that of ML-KEM-768.
    #[error("expected {expected} bytes, got {got}")]
    Length {
        /// The length in bytes that ML-KEM-768 has here.
        expected: usize,
        /// The actual length in bytes.
        got: usize,
    },
    /// A coefficient is not reduced (the modulus check of FIPS 203, section 7.2).
    #[error("the encapsulation key has a coefficient outside the field")]
    Modulus,
}

/// An ML-KEM-768 secret key, kept as its seed.
///
/// Invariants: the seed is wiped on drop; no `Clone`. The expanded key exists only during a call and is wiped
/// before it returns; copies that libcrux makes on its own stack cannot be wiped from here.
#[derive(ZeroizeOnDrop)]
pub struct KemSecret([u8; KEM_SEED_LEN]);

redacted_debug!(KemSecret);

impl KemSecret {
    /// Generates a new key.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut secret = Self([0; KEM_SEED_LEN]);
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// Reads a stored seed. Any 64 bytes are a seed.
    #[must_use]
    pub fn from_seed(seed: [u8; KEM_SEED_LEN]) -> Self {
        Self(seed)
    }

    /// Returns the seed, for the vault.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; KEM_SEED_LEN]> {
        Zeroizing::new(self.0)
    }

    /// Computes the public key of this secret key. This is a whole key generation, so keep the result.
    #[must_use]
    pub fn public(&self) -> KemPublic {
        let (mut private, public) = self.expand().into_parts();
        wipe(&mut private);
        KemPublic(Box::new(public))
    }

    /// Returns the secret that the sender of `ciphertext` has, or an unrelated one if the ciphertext is not for
    /// this key.
    #[must_use]
    pub fn decapsulate(&self, ciphertext: &KemCiphertext) -> SharedSecret {
        let (mut private, _) = self.expand().into_parts();
        let shared = mlkem768::decapsulate(&private, &ciphertext.0);
        wipe(&mut private);
        SharedSecret::from_bytes(shared)
    }

    fn expand(&self) -> MlKem768KeyPair {
        mlkem768::generate_key_pair(self.0)
    }
}

fn wipe(private: &mut MlKem768PrivateKey) {
    private.index_mut(0..MlKem768PrivateKey::len()).zeroize();
}

/// An ML-KEM-768 encapsulation key.
///
/// Invariants: the length is right, and every coefficient is reduced.
#[derive(Clone)]
pub struct KemPublic(Box<MlKem768PublicKey>);

impl KemPublic {
    /// Reads a key from a peer, with the checks of FIPS 203, section 7.2.
    ///
    /// # Errors
    /// [`KemError::Length`] or [`KemError::Modulus`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KemError> {
        let key = MlKemPublicKey::try_from(bytes)
            .map_err(|_| KemError::Length { expected: KEM_PUBLIC_LEN, got: bytes.len() })?;
        if mlkem768::validate_public_key(&key) { Ok(Self(Box::new(key))) } else { Err(KemError::Modulus) }
    }

    /// Returns the key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; KEM_PUBLIC_LEN] {
        self.0.as_slice()
    }

    /// Generates a fresh secret and its ciphertext for the owner of this key.
    #[must_use]
    pub fn encapsulate(&self, rng: &mut impl CryptoRng) -> (KemCiphertext, SharedSecret) {
        let mut message = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *message);
        self.encapsulate_with(&message)
    }

    pub(crate) fn encapsulate_with(&self, message: &[u8; 32]) -> (KemCiphertext, SharedSecret) {
        let (ciphertext, shared) = mlkem768::encapsulate(&self.0, *message);
        let ciphertext = KemCiphertext(Box::new(ciphertext));
        (ciphertext, SharedSecret::from_bytes(shared))
    }
}

impl PartialEq for KemPublic {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for KemPublic {}

impl fmt::Debug for KemPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_public(f, "KemPublic", self.as_bytes())
    }
}

/// An ML-KEM-768 ciphertext. Invariant: the length is right; nothing else can be wrong with a ciphertext.
#[derive(Clone)]
pub struct KemCiphertext(Box<MlKemCiphertext<KEM_CIPHERTEXT_LEN>>);

impl KemCiphertext {
    /// Reads a ciphertext from a peer.
    ///
    /// # Errors
    /// [`KemError::Length`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KemError> {
        let ciphertext = MlKemCiphertext::try_from(bytes)
            .map_err(|_| KemError::Length { expected: KEM_CIPHERTEXT_LEN, got: bytes.len() })?;
        Ok(Self(Box::new(ciphertext)))
    }

    /// Returns the ciphertext's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; KEM_CIPHERTEXT_LEN] {
        self.0.as_slice()
    }
}

impl PartialEq for KemCiphertext {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for KemCiphertext {}

impl fmt::Debug for KemCiphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_public(f, "KemCiphertext", self.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::{KEM_PUBLIC_LEN, KemCiphertext, KemError, KemPublic, KemSecret};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_wrong_length_is_named(len in 0..2000usize) {
            prop_assume!(len != 1184 && len != 1088);
            let bytes = vec![0; len];
            let wrong = |expected| Some(KemError::Length { expected, got: len });
            prop_assert_eq!(KemPublic::from_bytes(&bytes).err(), wrong(1184));
            prop_assert_eq!(KemCiphertext::from_bytes(&bytes).err(), wrong(1088));
        }
    }

    #[test]
    fn a_coefficient_outside_the_field_is_refused() {
        // Three bytes encode two coefficients of twelve bits. 0xfff is above q = 3329.
        let mut bytes = *KemSecret::from_seed([1; 64]).public().as_bytes();
        bytes[..3].fill(0xff);
        assert_eq!(KemPublic::from_bytes(&bytes).err(), Some(KemError::Modulus));
        assert_eq!(bytes.len(), KEM_PUBLIC_LEN);
    }
}

//! Randomness that remembers. Every private key of a phone is drawn, so a record of the draws contains every private
//! key, whatever the phone does with it.

use std::convert::Infallible;

use pillarbox_crypto::{AgreementSecret, IdentityPublic, SigningSecret};
use rand::rngs::ThreadRng;
use rand_core::{Rng, TryCryptoRng, TryRng};

use super::needle::{Needle, TooShort};

/// The length of the shortest private key here. The phone's other draws (nonces, salts, names of messages) are
/// shorter and are in its files legitimately.
const KEY_LEN: usize = 32;

/// The system's randomness, remembered. It is used in the audit only, because a phone that does this has no secrets.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    source: ThreadRng,
    draws: Vec<Vec<u8>>,
}

impl TryRng for Remembered {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.source.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.source.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.source.fill_bytes(bytes);
        if bytes.len() >= KEY_LEN {
            self.draws.push(bytes.to_vec());
        }
        Ok(())
    }
}

impl TryCryptoRng for Remembered {}

impl Remembered {
    /// Returns everything of a key's length that was drawn: identity, prekeys, ratchet keys, the vault's key, and used
    /// keys.
    pub(super) fn keys(&self, whose: &str) -> Result<Vec<Needle>, TooShort> {
        let draws = self.draws.iter().enumerate();
        draws.map(|(number, draw)| Needle::key(format!("{whose}'s secret {}", number + 1), draw)).collect()
    }

    /// Returns the two private keys behind a public identity. Returns nothing if they were not among the draws. In
    /// that case the phone's keys are not derived from the draws, and a search for them would show nothing.
    pub(super) fn identity(
        &self,
        whose: &str,
        identity: &IdentityPublic,
    ) -> Result<Option<[Needle; 2]>, TooShort> {
        let drawn = |fits: &dyn Fn([u8; KEY_LEN]) -> bool| {
            let mut keys = self.draws.iter().filter_map(|draw| <[u8; KEY_LEN]>::try_from(&**draw).ok());
            keys.find(|key| fits(*key))
        };
        let signing = drawn(&|key| SigningSecret::from_bytes(key).public() == *identity.signing());
        let agreement = drawn(&|key| AgreementSecret::from_bytes(key).public() == *identity.agreement());
        match (signing, agreement) {
            (Some(signing), Some(agreement)) => Ok(Some([
                Needle::key(format!("{whose}'s private signing key"), &signing)?,
                Needle::key(format!("{whose}'s private agreement key"), &agreement)?,
            ])),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_crypto::IdentitySecret;

    use super::*;

    #[test]
    fn the_keys_of_an_identity_are_among_the_draws_that_made_it() {
        let mut rng = Remembered::default();
        let identity = IdentitySecret::generate(&mut rng);
        rng.fill_bytes(&mut [0; 24]);
        assert_eq!(rng.keys("Alice").unwrap().len(), 2, "a nonce is no key");
        let [signing, agreement] = rng.identity("Alice", &identity.public()).unwrap().unwrap();
        let stored = identity.to_bytes();
        assert_eq!(signing.bytes(), &stored[1..31]);
        assert_eq!(agreement.bytes(), &stored[33..63]);
        let other = IdentitySecret::generate(&mut rand::rng());
        assert!(rng.identity("Alice", &other.public()).unwrap().is_none());
    }
}

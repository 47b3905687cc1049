//! A guessed key, used as every private key that a recipient has.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use pillarbox_crypto::{AgreementSecret, IdentitySecret, KemSecret, SecretBytes};
use pillarbox_session::prekeys::{KemPreKeySecret, KemUse, OneTimePreKeySecret, PreKeys, SignedPreKeySecret};
use pillarbox_wire::PreKeyId;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The largest number of keys whose guesses are cached. An entry takes less than a kilobyte. A full cache is
/// emptied.
const MAX_GUESSES: usize = 4_096;

thread_local! {
    /// Guesses by the SHA-256 of their keys.
    static GUESSES: RefCell<HashMap<[u8; 32], Rc<Guess>>> = RefCell::new(HashMap::new());
}

/// A recipient whose private keys all have the same guessed value. It is a store that claims to hold every prekey.
///
/// Deriving the public halves and signing them takes longer than an attempt. It is therefore done once for each
/// key.
pub(super) struct Guess {
    pub(super) identity: IdentitySecret,
    /// Records of prekeys. The number in a record is not the one that a message asks for, and nothing that opens a
    /// message reads it.
    signed: Zeroizing<Vec<u8>>,
    one_time: Zeroizing<Vec<u8>>,
    kem: Zeroizing<Vec<u8>>,
}

impl Guess {
    pub(super) fn of(key: &SecretBytes<32>) -> Rc<Self> {
        let name: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        GUESSES.with_borrow_mut(|known| {
            if known.len() >= MAX_GUESSES {
                known.clear();
            }
            Rc::clone(known.entry(name).or_insert_with(|| Rc::new(Self::make(key))))
        })
    }

    fn make(key: &SecretBytes<32>) -> Self {
        let (identity, id) = (identity_of(key), PreKeyId(0));
        let agreement = || AgreementSecret::from_bytes(*key.as_bytes());
        let kem = KemPreKeySecret::from_secret(id, KemSecret::from_seed(twice(key)), &identity);
        Self {
            signed: SignedPreKeySecret::from_secret(id, agreement(), &identity).to_record(),
            one_time: OneTimePreKeySecret::from_secret(id, agreement()).to_record(),
            kem: kem.to_record(),
            identity,
        }
    }
}

impl PreKeys for Guess {
    fn signed(&self, _: PreKeyId) -> Option<SignedPreKeySecret> {
        SignedPreKeySecret::from_record(&self.signed).ok()
    }

    fn one_time(&self, _: PreKeyId) -> Option<OneTimePreKeySecret> {
        OneTimePreKeySecret::from_record(&self.one_time).ok()
    }

    fn kem(&self, _: PreKeyId) -> Option<(KemPreKeySecret, KemUse)> {
        Some((KemPreKeySecret::from_record(&self.kem).ok()?, KemUse::LastResort))
    }
}

fn identity_of(key: &SecretBytes<32>) -> IdentitySecret {
    IdentitySecret::from_bytes(twice(key))
}

fn twice(key: &SecretBytes<32>) -> [u8; 64] {
    let mut both = [0; 64];
    for (slot, byte) in both.iter_mut().zip(key.as_bytes().iter().chain(key.as_bytes())) {
        *slot = *byte;
    }
    both
}

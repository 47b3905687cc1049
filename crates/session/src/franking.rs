//! Franking: the sender commits to the body, outside the encryption, before anybody can open it.
//!
//! Message franking as Facebook described it in 2016 and Grubbs, Lu and Ristenpart analysed it
//! ("Message Franking via Committing Authenticated Encryption", CRYPTO 2017): a commitment travels
//! beside the ciphertext, its opening inside. A recipient who wants to report a message shows body
//! and opening; nobody can show another body for the same commitment.
//!
//! It does a second service here. ChaCha20-Poly1305 does not commit to its key: one ciphertext can
//! be built that opens under two keys to two texts ("invisible salamander"; Dodis, Grubbs,
//! Ristenpart and Woodage, CRYPTO 2018). Nothing opens in this crate unless the body also fits its
//! commitment, and finding two bodies for one commitment is finding a collision of HMAC-SHA-256.
//!
//! This layer refuses to know keys, sessions and who reports what to whom.

use crate::redact::redacted_debug;
use pillarbox_crypto::{equal, kdf::hmac, labels::FRANKING_COMMITMENT};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of an opening: as many as the HMAC gives, so that the commitment hides as well as it binds.
pub const OPENING_LEN: usize = 32;

/// Bytes of a commitment.
pub const COMMITMENT_LEN: usize = 32;

/// The body is not the one that was committed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the body does not fit its commitment")]
#[non_exhaustive]
pub struct BadOpening;

/// The random key of one commitment. Whoever holds it can show what the commitment is to.
///
/// Invariants: drawn at random for one body; wiped on drop; no `Clone`, no `PartialEq`.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Opening([u8; OPENING_LEN]);

redacted_debug!(Opening);

impl Opening {
    /// Takes over the bytes of an opening that was stored or received.
    #[must_use]
    pub fn from_bytes(bytes: [u8; OPENING_LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the vault or a report.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; OPENING_LEN] {
        &self.0
    }
}

/// A commitment to one body. Not secret: a relay sees it wherever no sealed envelope is around it.
///
/// It has no `PartialEq`; [`verify`] compares in constant time.
#[derive(Debug, Clone, Copy)]
pub struct Commitment([u8; COMMITMENT_LEN]);

impl Commitment {
    /// Takes a commitment as it came.
    #[must_use]
    pub fn from_bytes(bytes: [u8; COMMITMENT_LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes as sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; COMMITMENT_LEN] {
        &self.0
    }
}

/// Commits to `body` under a fresh opening.
#[must_use]
pub fn commit(rng: &mut impl CryptoRng, body: &[u8]) -> (Opening, Commitment) {
    let mut opening = Opening([0; OPENING_LEN]);
    rng.fill_bytes(&mut opening.0);
    let commitment = Commitment(tag(&opening, body));
    (opening, commitment)
}

/// Checks that `commitment` is to `body`.
///
/// # Errors
/// [`BadOpening`] if it is not.
pub fn verify(opening: &Opening, commitment: &Commitment, body: &[u8]) -> Result<(), BadOpening> {
    if equal(&tag(opening, body), &commitment.0) { Ok(()) } else { Err(BadOpening) }
}

fn tag(opening: &Opening, body: &[u8]) -> [u8; COMMITMENT_LEN] {
    hmac(&opening.0, &[FRANKING_COMMITMENT.as_bytes(), body])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    proptest! {
        #[test]
        fn a_commitment_is_to_one_body(seed: u64, body: Vec<u8>, other: Vec<u8>) {
            let (opening, commitment) = commit(&mut ChaCha20Rng::seed_from_u64(seed), &body);
            prop_assert_eq!(verify(&opening, &commitment, &body), Ok(()));
            prop_assert_eq!(verify(&opening, &commitment, &other).is_ok(), body == other);
        }

        #[test]
        fn one_body_has_many_commitments(seed: u64, body: Vec<u8>) {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let (opening, first) = commit(&mut rng, &body);
            let (_, second) = commit(&mut rng, &body);
            prop_assert_ne!(first.as_bytes(), second.as_bytes(), "equal bodies must not show as equal");
            prop_assert_eq!(verify(&opening, &second, &body), Err(BadOpening));
        }
    }
}

//! Franking: every message carries a commitment to its body in the open. The recipient can open the commitment to
//! somebody who has the message.
//!
//! This is message franking as Facebook described it in 2016 and Grubbs, Lu and Ristenpart analysed it ("Message
//! Franking via Committing Authenticated Encryption", CRYPTO 2017). Here the commitment is the body's tag
//! ([`committing`]), as Dodis, Grubbs, Ristenpart and Woodage propose ("Fast Message Franking: From Invisible
//! Salamanders to Encryptment", CRYPTO 2018). Both sides derive its opening from the message key, so franking needs
//! no extra bytes and no extra randomness.
//!
//! To report a message, its recipient shows payload, body and opening. Nobody can show another body for the same
//! payload, because no payload opens to two bodies.
//!
//! This layer knows no keys, no sessions, no reporters and no reports.

use pillarbox_crypto::{Padding, equal};
use thiserror::Error;

pub use pillarbox_crypto::committing::{self, COMMITMENT_LEN, OPENING_LEN, Opening};

/// The body is not the one that was committed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the body does not fit its commitment")]
#[non_exhaustive]
pub struct BadOpening;

/// A commitment to one padded body. It is not secret: a relay sees it unless a sealed envelope hides it.
///
/// It has no `PartialEq`; [`verify`] compares in constant time.
#[derive(Debug, Clone, Copy)]
pub struct Commitment {
    pub(crate) bytes: [u8; COMMITMENT_LEN],
    /// Length of the padded body, equal to the length of its ciphertext.
    pub(crate) padded_len: usize,
}

impl Commitment {
    /// Returns the bytes as sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; COMMITMENT_LEN] {
        &self.bytes
    }
}

/// Computes the commitment that `opening` opens to a padded body.
#[must_use]
pub fn commit(opening: &Opening, body: &[u8], padding: Padding) -> Commitment {
    let padded = padding.pad(body.to_vec());
    Commitment { bytes: opening.commit(&padded), padded_len: padded.len() }
}

/// Checks that `commitment` commits to `body`.
///
/// # Errors
/// [`BadOpening`] if it commits to another body.
pub fn verify(opening: &Opening, commitment: &Commitment, body: &[u8]) -> Result<(), BadOpening> {
    let padded = Padding::pad_to(body, commitment.padded_len).ok_or(BadOpening)?;
    if equal(&opening.commit(&padded), &commitment.bytes) { Ok(()) } else { Err(BadOpening) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_commitment_is_to_one_body(opening: [u8; 32], body: Vec<u8>, other: Vec<u8>) {
            let opening = Opening::from_bytes(opening);
            for padding in [Padding::None, Padding::BLOCKS_80, Padding::Padme] {
                let commitment = commit(&opening, &body, padding);
                prop_assert_eq!(verify(&opening, &commitment, &body), Ok(()));
                prop_assert_eq!(verify(&opening, &commitment, &other).is_ok(), body == other);
                let longer = [body.as_slice(), &[0x80]].concat();
                prop_assert!(verify(&opening, &commitment, &longer).is_err(), "the padding is no part of what was said");
            }
        }

        #[test]
        fn one_body_has_many_commitments(one: [u8; 32], other: [u8; 32], body: Vec<u8>) {
            prop_assume!(one != other);
            let [one, other] = [one, other].map(Opening::from_bytes);
            let [first, second] = [&one, &other].map(|opening| commit(opening, &body, Padding::Padme));
            prop_assert_ne!(first.as_bytes(), second.as_bytes(), "equal bodies must not show as equal");
            prop_assert_eq!(verify(&one, &second, &body), Err(BadOpening));
        }
    }
}

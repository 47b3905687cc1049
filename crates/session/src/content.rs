//! What a session encrypts: `opening (32) || body || padding`, with the commitment outside.
//!
//! The opening stands inside the padded plaintext, so its 32 bytes are part of the bucket; the
//! recipient checks it before anybody sees the body.

use crate::franking::{self, Commitment, OPENING_LEN, Opening};
use pillarbox_crypto::Padding;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// The plaintext has no padding, no opening, or a body that its commitment is not to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Uncommitted;

/// Length of the plaintext of a body of `len` bytes.
pub(crate) const fn plaintext_len(len: usize, padding: Padding) -> usize {
    padding.padded_len(OPENING_LEN.saturating_add(len))
}

/// Commits to a body and pads it. The plaintext becomes the ciphertext in place, so it is not wiped here.
pub(crate) fn wrap(rng: &mut impl CryptoRng, body: &[u8], padding: Padding) -> (Vec<u8>, Commitment) {
    let (opening, commitment) = franking::commit(rng, body);
    // Room for the padding at once: growing later would leave a copy of the body behind.
    let mut plaintext = Vec::with_capacity(plaintext_len(body.len(), padding));
    plaintext.extend_from_slice(opening.as_bytes());
    plaintext.extend_from_slice(body);
    (padding.pad(plaintext), commitment)
}

/// The body that was committed to, and the opening.
pub(crate) fn unwrap(
    mut plaintext: Zeroizing<Vec<u8>>,
    commitment: &Commitment,
) -> Result<(Zeroizing<Vec<u8>>, Opening), Uncommitted> {
    let unpadded = Padding::unpad(&plaintext).map_err(|_| Uncommitted)?;
    let (opening, body) = unpadded.split_first_chunk().ok_or(Uncommitted)?;
    let opening = Opening::from_bytes(*opening);
    franking::verify(&opening, commitment, body).map_err(|_| Uncommitted)?;
    let end = unpadded.len();
    plaintext.truncate(end);
    plaintext.drain(..OPENING_LEN);
    Ok((plaintext, opening))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    proptest! {
        #[test]
        fn any_body_comes_back(seed: u64, body: Vec<u8>) {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            for padding in [Padding::None, Padding::BLOCKS_80, Padding::Padme] {
                let (plaintext, commitment) = wrap(&mut rng, &body, padding);
                prop_assert_eq!(plaintext.len(), plaintext_len(body.len(), padding));
                let (unwrapped, opening) = unwrap(Zeroizing::new(plaintext), &commitment).unwrap();
                prop_assert_eq!(&*unwrapped, &body);
                prop_assert_eq!(franking::verify(&opening, &commitment, &body), Ok(()));
            }
        }

        #[test]
        fn any_other_plaintext_is_refused(seed: u64, body: Vec<u8>, at: usize, bit in 0..8u8, other: Vec<u8>) {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let (mut plaintext, commitment) = wrap(&mut rng, &body, Padding::BLOCKS_80);
            let at = at % plaintext.len();
            plaintext[at] ^= 1 << bit;
            for wrong in [plaintext, other] {
                prop_assert_eq!(unwrap(Zeroizing::new(wrong), &commitment).err(), Some(Uncommitted));
            }
        }
    }
}

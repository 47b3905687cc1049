//! A secret byte string with no structure: delivery keys, look-up keys, stretched passphrases.

use crate::{equal::equal, redact::redacted_debug};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// `N` secret bytes.
///
/// Invariants: wiped on drop; no `Clone`, no `PartialEq` (compare with
/// [`matches`](Self::matches), in constant time), no `Display`; `Debug` prints the type's name.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes<const N: usize>([u8; N]);

redacted_debug!(SecretBytes<const N: usize>);

impl<const N: usize> SecretBytes<N> {
    /// Generates `N` random bytes.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut secret = Self([0; N]);
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// Wraps bytes that are already secret and random enough for their use.
    #[must_use]
    pub fn from_bytes(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, for the primitive that uses them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }

    /// Returns true if `candidate` is the same `N` bytes, in constant time.
    #[must_use]
    pub fn matches(&self, candidate: &[u8]) -> bool {
        equal(&self.0, candidate)
    }
}

#[cfg(test)]
mod tests {
    use super::SecretBytes;
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn two_draws_differ() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let first = SecretBytes::<16>::generate(&mut rng);
        let second = SecretBytes::<16>::generate(&mut rng);
        assert!(!first.matches(second.as_bytes()));
        assert!(first.matches(first.as_bytes()));
    }

    proptest! {
        #[test]
        fn matches_its_own_bytes_only(bytes: [u8; 16], other: Vec<u8>) {
            let secret = SecretBytes::from_bytes(bytes);
            prop_assert!(secret.matches(&bytes));
            prop_assert_eq!(secret.matches(&other), other == bytes);
            prop_assert!(!secret.matches(&bytes[..15]));
        }
    }
}

//! Comparison in a time that does not depend on where two values differ.

use subtle::ConstantTimeEq;

/// True if both slices contain the same bytes.
///
/// The time taken depends on the lengths only. Lengths are public, so a tag, key or token of the wrong length is
/// rejected at once.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::equal;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_the_ordinary_comparison(a: Vec<u8>, b: Vec<u8>) {
            prop_assert_eq!(equal(&a, &b), a == b);
            prop_assert!(equal(&a, &a));
        }

        #[test]
        fn one_flipped_bit_is_seen(bytes in proptest::collection::vec(any::<u8>(), 1..64), at: usize, bit in 0..8u8) {
            let mut other = bytes.clone();
            let at = at % other.len();
            other[at] ^= 1 << bit;
            prop_assert!(!equal(&bytes, &other));
        }
    }
}

//! Padding, which limits how much of a message's length the relay learns.
//!
//! Every message ends with one byte 0x80 and then zeros up to its bucket (ISO/IEC 7816-4, method 2), in every
//! bucket. So a recipient removes padding without knowing the design that its sender runs. Padding is inside the
//! encryption, so removing it needs no constant time and leaks nothing: only an authenticated peer can get it
//! wrong.

use core::num::NonZeroU16;
use thiserror::Error;

/// First byte of padding; the rest are zeros.
const TERMINATOR: u8 = 0x80;

/// The message has no terminator behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the padding has no terminator")]
#[non_exhaustive]
pub struct BadPadding;

/// The lengths that a padded message may have. A design chooses one of these rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Padding {
    /// Any length. Only the terminator is added.
    None,
    /// Multiples of a block.
    Blocks(NonZeroU16),
    /// Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", PETS
    /// 2019). It leaks O(log log n) bits of a length n, for at most 12 % overhead.
    Padme,
}

impl Padding {
    /// Blocks of 80 bytes, in which short texts look alike. Signal's Android client pads to these
    /// (`PushTransportDetails`).
    pub const BLOCKS_80: Self = Self::blocks(80);

    /// Blocks of 16 KiB, in which a text, a receipt and a small picture look alike.
    pub const BLOCKS_16K: Self = Self::blocks(16 * 1024);

    /// Pads to multiples of `block` bytes. A `block` of 0 counts as 1, which adds no padding.
    #[must_use]
    pub const fn blocks(block: u16) -> Self {
        match NonZeroU16::new(block) {
            Some(block) => Self::Blocks(block),
            None => Self::None,
        }
    }

    /// Returns the length of a message of `len` bytes once padded, terminator included. It saturates at `usize::MAX`,
    /// which no allocation reaches.
    #[must_use]
    pub const fn padded_len(self, len: usize) -> usize {
        let least = len.saturating_add(1);
        match self {
            Self::None => least,
            Self::Blocks(block) => {
                let block = block.get() as usize;
                least.div_ceil(block).saturating_mul(block)
            }
            Self::Padme => padme(least),
        }
    }

    /// Pads a message to its bucket.
    #[must_use]
    pub fn pad(self, mut message: Vec<u8>) -> Vec<u8> {
        let padded_len = self.padded_len(message.len());
        // Grow exactly once: growing step by step would leave copies of the plaintext behind.
        message.reserve_exact(padded_len.saturating_sub(message.len()));
        message.push(TERMINATOR);
        message.resize(padded_len, 0);
        message
    }

    /// Pads a message to `len` bytes, whichever bucket that is. Returns `None` if the terminator does not fit.
    #[must_use]
    pub fn pad_to(message: &[u8], len: usize) -> Option<Vec<u8>> {
        let mut padded = vec![0; len];
        let (start, rest) = padded.split_at_mut_checked(message.len())?;
        start.copy_from_slice(message);
        *rest.first_mut()? = TERMINATOR;
        Some(padded)
    }

    /// Returns the message without its padding, whichever bucket it was padded to.
    ///
    /// # Errors
    /// [`BadPadding`] if all bytes are zero, or if the last byte that is not zero is not the terminator.
    pub fn unpad(padded: &[u8]) -> Result<&[u8], BadPadding> {
        let end = padded.iter().rposition(|&byte| byte != 0);
        match end.and_then(|end| padded.split_at_checked(end)) {
            Some((message, [TERMINATOR, ..])) => Ok(message),
            _ => Err(BadPadding),
        }
    }
}

/// Rounds a length L up by Padmé. With E = floor(log2 L) and S = floor(log2 E) + 1, the lowest E - S bits of the
/// result are zero.
const fn padme(len: usize) -> usize {
    let Some(exponent) = len.checked_ilog2() else {
        return 0;
    };
    let significant = match exponent.checked_ilog2() {
        Some(log) => log + 1,
        None => 0,
    };
    let mask = (1_usize << exponent.saturating_sub(significant)) - 1;
    match len.checked_add(mask) {
        Some(sum) => sum & !mask,
        None => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::{BadPadding, Padding, padme};
    use proptest::prelude::*;

    fn any_padding() -> impl Strategy<Value = Padding> {
        prop_oneof![
            Just(Padding::None),
            Just(Padding::Padme),
            Just(Padding::BLOCKS_80),
            Just(Padding::BLOCKS_16K),
            any::<u16>().prop_map(Padding::blocks),
        ]
    }

    proptest! {
        #[test]
        fn any_message_comes_back(padding in any_padding(), message: Vec<u8>) {
            let padded = padding.pad(message.clone());
            prop_assert_eq!(padded.len(), padding.padded_len(message.len()));
            prop_assert_eq!(Padding::unpad(&padded), Ok(message.as_slice()));
            prop_assert_eq!(Padding::pad_to(&message, padded.len()), Some(padded));
            prop_assert_eq!(Padding::pad_to(&message, message.len()), None);
        }

        #[test]
        fn a_message_that_looks_like_padding_comes_back(padding in any_padding(), zeros in 0..200usize) {
            let mut message = vec![0x80];
            message.resize(1 + zeros, 0);
            let padded = padding.pad(message.clone());
            prop_assert_eq!(Padding::unpad(&padded), Ok(message.as_slice()));
        }

        #[test]
        fn blocks_are_filled_and_no_more(block in 1..u16::MAX, len in 0..1_000_000usize) {
            let padded = Padding::blocks(block).padded_len(len);
            let block = usize::from(block);
            prop_assert_eq!(padded % block, 0);
            prop_assert!(padded > len && padded <= len + block);
        }

        #[test]
        fn padme_costs_at_most_twelve_percent(len in 1..usize::MAX / 2) {
            let padded = padme(len);
            prop_assert!(padded >= len);
            prop_assert!((padded - len) as f64 <= 0.12 * len as f64);
            prop_assert_eq!(padme(padded), padded, "a bucket is its own bucket");
        }

        #[test]
        fn no_terminator_no_message(mut padded: Vec<u8>, last in 1..=u8::MAX, zeros in 0..100usize) {
            prop_assume!(last != 0x80);
            padded.push(last);
            padded.resize(padded.len() + zeros, 0);
            prop_assert_eq!(Padding::unpad(&padded), Err(BadPadding));
        }
    }

    #[test]
    fn nothing_and_zeros_alone_are_refused() {
        assert_eq!(Padding::unpad(&[]), Err(BadPadding));
        assert_eq!(Padding::unpad(&[0; 80]), Err(BadPadding));
    }

    #[test]
    fn padme_by_hand() {
        // L = 9: E = 3, S = 2, one low bit cleared. L = 1000: E = 9, S = 4, five bits.
        let by_hand = [(0, 0), (1, 1), (2, 2), (8, 8), (9, 10), (100, 104), (1000, 1024), (1025, 1088)];
        for (len, padded) in by_hand {
            assert_eq!(padme(len), padded, "length {len}");
        }
    }

    #[test]
    fn padme_leaves_few_lengths() {
        let mut buckets: Vec<usize> = (1..1 << 20).map(padme).collect();
        assert!(buckets.is_sorted(), "a longer message is never padded shorter");
        buckets.dedup();
        // From 2^E up to the next power of two there are 2^S padded lengths: 1 for E = 0, 2 for 1, 4 for 2-3, 8 for
        // 4-7, 16 for 8-15, 32 for 16-19; and 2^20 itself.
        assert_eq!(buckets.len(), 1 + 2 + 2 * 4 + 4 * 8 + 8 * 16 + 4 * 32 + 1);
    }

    #[test]
    fn the_longest_length_does_not_overflow() {
        for padding in [Padding::None, Padding::Padme, Padding::BLOCKS_80] {
            assert_eq!(padding.padded_len(usize::MAX), usize::MAX);
        }
    }
}

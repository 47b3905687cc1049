//! Padding: how much of a message's length the relay may learn.
//!
//! Every message ends with one byte 0x80 and then zeros up to its bucket (ISO/IEC 7816-4,
//! method 2), whatever the bucket: a recipient removes padding without knowing which design its
//! sender runs. Padding sits inside the encryption, so removing it needs no constant time and
//! leaks nothing: only an authenticated peer can get it wrong.

use core::num::NonZeroU16;
use thiserror::Error;

/// First byte of padding; the rest are zeros.
const TERMINATOR: u8 = 0x80;

/// There is no terminator behind the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the padding has no terminator")]
#[non_exhaustive]
pub struct BadPadding;

/// The lengths that a padded message may have. Part of a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Padding {
    /// Any length: the terminator only.
    None,
    /// Multiples of a block.
    Blocks(NonZeroU16),
    /// Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication
    /// with PURBs", PETS 2019): leaks O(log log n) bits of a length n, for at most 12 % overhead.
    Padme,
}

impl Padding {
    /// Blocks of 80 bytes: a short text of any length looks alike, as Signal has it for text messages.
    pub const BLOCKS_80: Self = Self::blocks(80);

    /// Blocks of 16 KiB: a text, a receipt and a small picture look alike.
    pub const BLOCKS_16K: Self = Self::blocks(16 * 1024);

    /// Multiples of `block` bytes; of one byte, which is no padding, if `block` is 0.
    #[must_use]
    pub const fn blocks(block: u16) -> Self {
        match NonZeroU16::new(block) {
            Some(block) => Self::Blocks(block),
            None => Self::None,
        }
    }

    /// Length of a message of `len` bytes once padded, terminator included. Saturates at
    /// `usize::MAX`, which no allocation reaches.
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
        // Exactly once: growing step by step would leave copies of the plaintext behind.
        message.reserve_exact(padded_len.saturating_sub(message.len()));
        message.push(TERMINATOR);
        message.resize(padded_len, 0);
        message
    }

    /// The message without its padding, whichever bucket it was padded to.
    ///
    /// # Errors
    /// [`BadPadding`] if the last byte that is not zero is missing or is not the terminator.
    pub fn unpad(padded: &[u8]) -> Result<&[u8], BadPadding> {
        let end = padded.iter().rposition(|&byte| byte != 0);
        match end.and_then(|end| padded.split_at_checked(end)) {
            Some((message, [TERMINATOR, ..])) => Ok(message),
            _ => Err(BadPadding),
        }
    }
}

/// Padmé: rounds up so that as many low bits are zero as the exponent has bits left over. With
/// E = floor(log2 L) and S = floor(log2 E) + 1, the lowest E - S bits of the result are zero.
const fn padme(len: usize) -> usize {
    let Some(exponent) = len.checked_ilog2() else {
        return 0;
    };
    let significant = match exponent.checked_ilog2() {
        Some(log) => log + 1,
        None => 0,
    };
    let mask = (1_usize << exponent.saturating_sub(significant)) - 1;
    len.saturating_add(mask) & !mask
}

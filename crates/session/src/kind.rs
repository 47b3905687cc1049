//! The kind of a payload, which is its first byte.
//!
//! The relay carries payloads as bytes and reads none of this. The numbers are part of the protocol. A new kind
//! gets a new number, and an unknown number is refused, never guessed.

use thiserror::Error;

/// A body in the clear, for designs whose relay reads messages: kind byte, then the encoded body.
pub const SERVER_READABLE: u8 = 0x00;

/// A message of a running session.
pub const RATCHET: u8 = 0x01;

/// A message that carries the prekey header, from which its recipient starts the session.
pub const PREKEY: u8 = 0x02;

/// A sealed-sender envelope around one of the others.
pub const SEALED: u8 = 0x03;

/// See the constants of this module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PayloadKind {
    /// [`SERVER_READABLE`].
    ServerReadable,
    /// [`RATCHET`].
    Ratchet,
    /// [`PREKEY`].
    PreKey,
    /// [`SEALED`].
    Sealed,
}

/// Reasons that a payload has no kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KindError {
    /// The payload is empty.
    #[error("the payload is empty")]
    Empty,
    /// This version does not know the first byte.
    #[error("payload kind {got:#04x} is unknown here")]
    Unknown {
        /// The first byte of the payload.
        got: u8,
    },
}

/// Returns the kind of a payload.
///
/// # Errors
/// [`KindError`] if the payload is empty or its first byte is none of the four kinds.
pub fn kind(payload: &[u8]) -> Result<PayloadKind, KindError> {
    match payload.first() {
        None => Err(KindError::Empty),
        Some(&SERVER_READABLE) => Ok(PayloadKind::ServerReadable),
        Some(&RATCHET) => Ok(PayloadKind::Ratchet),
        Some(&PREKEY) => Ok(PayloadKind::PreKey),
        Some(&SEALED) => Ok(PayloadKind::Sealed),
        Some(&got) => Err(KindError::Unknown { got }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_first_byte_has_one_meaning() {
        assert_eq!(kind(&[]), Err(KindError::Empty));
        let known: Vec<PayloadKind> = (0..=u8::MAX).filter_map(|byte| kind(&[byte, 9]).ok()).collect();
        assert_eq!(
            known,
            [PayloadKind::ServerReadable, PayloadKind::Ratchet, PayloadKind::PreKey, PayloadKind::Sealed]
        );
        assert_eq!(kind(&[4]), Err(KindError::Unknown { got: 4 }));
    }
}

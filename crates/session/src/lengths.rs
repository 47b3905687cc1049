//! The overhead of a payload of each kind, in bytes.
//!
//! Audits and tests that see payloads from outside compare them with these numbers. They are sums of the constants
//! by which the layouts are read and written, so a changed layout changes them. `docs/protocol.md`, section 6,
//! lists them in a table, and a test compares the two.

use crate::kind::PayloadKind;
use crate::message::{PREKEY_OVERHEAD, RATCHET_OVERHEAD};
use crate::sealed_sender::SEALED_OVERHEAD;

/// Bytes that a server-readable payload adds to its body: the kind byte. The body has no padding.
pub const CLEAR_OVERHEAD: usize = 1;

/// Bytes that a payload of this kind may add to its padded plaintext. An envelope has two numbers, because it hides
/// the kind of message inside; the first is for a message of a running session.
#[must_use]
pub const fn overheads(kind: PayloadKind) -> &'static [usize] {
    match kind {
        PayloadKind::ServerReadable => &[CLEAR_OVERHEAD],
        PayloadKind::Ratchet => &[RATCHET_OVERHEAD],
        PayloadKind::PreKey => &[PREKEY_OVERHEAD],
        PayloadKind::Sealed => &[SEALED_OVERHEAD + RATCHET_OVERHEAD, SEALED_OVERHEAD + PREKEY_OVERHEAD],
    }
}

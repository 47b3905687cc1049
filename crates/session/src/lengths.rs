//! Lengths: what a payload measures over what it carries, by its kind.
//!
//! Whoever looks at payloads from outside (an audit, a test) holds them to these numbers. They are sums of the constants
//! by which the layouts are read and written, so a layout that changes changes them; `docs/protocol.md`, section 6, has
//! them as a table, and a test compares the two.

use crate::kind::Kind;
use crate::message::{PREKEY_OVERHEAD, RATCHET_OVERHEAD};
use crate::sealed_sender::SEALED_OVERHEAD;

/// Bytes of a server-readable payload over its body, which has no padding: the kind.
pub const CLEAR_OVERHEAD: usize = 1;

/// Bytes that a payload of this kind may have over its padded plaintext: one number, or two for an envelope, which does not
/// show what is in it. The first is that of a running session.
#[must_use]
pub const fn overheads(kind: Kind) -> &'static [usize] {
    match kind {
        Kind::ServerReadable => &[CLEAR_OVERHEAD],
        Kind::Ratchet => &[RATCHET_OVERHEAD],
        Kind::PreKey => &[PREKEY_OVERHEAD],
        Kind::Sealed => &[SEALED_OVERHEAD + RATCHET_OVERHEAD, SEALED_OVERHEAD + PREKEY_OVERHEAD],
    }
}

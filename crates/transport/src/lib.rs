//! The Noise channel between a phone and a relay.
//!
//! This layer turns any byte stream into a channel whose other end can only be the holder of the relay's key. Both
//! sides agree on a protocol version and carry frames over the channel. It implements Noise NK over X25519,
//! ChaCha20-Poly1305 and SHA-256 (Noise Protocol Framework, revision 34), with snow for the patterns and
//! `pillarbox_crypto` for the primitives.
//!
//! It knows nothing of the contents of a frame, storage or sockets, and it knows the phone only if the phone names
//! itself. Only [`channel`], [`halves`] and [`signs`] use an asynchronous runtime; everything below them runs on byte
//! arrays, deterministically.
//!
//! | file | what | source |
//! |---|---|---|
//! | [`address`] | `pillarbox://HOST:PORT/#KEY` | RFC 4648 (base32) |
//! | [`version`] | preambles in the clear | Noise, section 6 (prologue) |
//! | [`handshake`] | NK, one struct a state | Noise, sections 5 and 7.5 |
//! | `resolver` | the primitives for snow | Noise, section 12 |
//! | [`record`] | frames in Noise transport messages | Noise, sections 3, 5.1 and 13 |
//! | [`authentication`] | a device signs the handshake hash | Noise, section 11.2 |
//! | [`channel`], [`halves`] | all of it over a stream | - |
//! | [`signs`] | when bytes last went over a stream | - |
//! | [`timeouts`] | every time-out of a connection | - |
//!
//! Sizes in bytes:
//!
//! | | phone to relay | relay to phone |
//! |---|---|---|
//! | preamble | 10 | 11 |
//! | Noise message | 48 | 48 |
//! | **handshake, two round trips** | **58** | **59** |
//! | each record | 18 and its frames | 18 and its frames |
//! | each frame in it | 2 and its encoding | 2 and its encoding |
//! | longest record | 65,537 | 65,537 |

pub mod address;
pub mod authentication;
pub mod channel;
pub mod halves;
pub mod handshake;
pub mod record;
mod resolver;
pub mod signs;
pub mod timeouts;
mod unread;
#[cfg(test)]
mod vectors;
pub mod version;

pub use address::{AddressError, RelayAddress};
pub use authentication::{NotAuthentic, sign_handshake, verify_handshake};
pub use channel::{Channel, accept, connect};
pub use halves::{Reader, ReceiveError, SendError, Writer};
pub use handshake::{Established, HandshakeError};
pub use record::{Opener, RecordOpenError, RecordSealError, Sealer};
pub use signs::{Signs, Stalled, Watched};
pub use version::Versions;

//! The Double Ratchet with header encryption.
//!
//! "The Double Ratchet Algorithm", Signal, section 4, with the functions of section 7.2: X25519,
//! HKDF-SHA-256 for KDF_RK_HE, HMAC-SHA-256 for KDF_CK, SIV of HMAC-SHA-256 and ChaCha20 for
//! ENCRYPT, and XChaCha20-Poly1305 for HENCRYPT.
//!
//! One struct per state, so that a state cannot hold a key that it must not have:
//!
//! | state | who | has | lacks |
//! |---|---|---|---|
//! | [`Initiated`] | A, until B's first answer | sending chain | receiving chain, skipped keys |
//! | [`Awaiting`] | B, while A's first message is opened | the keys to expect A under | both chains |
//! | [`Established`] | either, from the first message received | both chains, skipped keys | - |
//!
//! Sealing and opening take the state by reference and return the next one, which shares the unchanged parts. The
//! caller gets the next state only after the message has authenticated, so a message that fails leaves nothing
//! behind.
//!
//! The specification's names are here: RK, DHs, PN, NHKs, NHKr in [`turn::Turn`]; CKs, Ns, HKs in
//! [`chain::SendingChain`]; CKr, Nr, HKr, DHr in [`chain::ReceivingChain`]; MKSKIPPED in [`skipped::Skipped`].
//!
//! This layer knows no identities, no layouts of prekeys, no padding and nothing of what a body says.

mod body;
mod chain;
mod error;
mod established;
mod header;
mod initiated;
mod keys;
pub(crate) mod limits;
pub(crate) mod record;
mod skipped;
mod turn;

pub(crate) use body::{Binding, Sealed, SealedMessage};
pub(crate) use chain::Exhausted;
pub(crate) use error::RatchetError;
pub(crate) use established::Established;
pub(crate) use header::SEALED_HEADER_LEN;
pub(crate) use initiated::{Awaiting, Initiated};
pub(crate) use keys::RootKey;

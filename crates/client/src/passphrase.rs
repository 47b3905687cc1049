//! The passphrase that opens a profile, from the prompt to Argon2id.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A passphrase. It is never empty; it is wiped when dropped, and `Debug` prints the type name only.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Passphrase(String);

/// There was no passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the passphrase is empty")]
pub struct EmptyPassphrase;

impl Passphrase {
    /// Takes over what somebody typed, byte for byte.
    ///
    /// # Errors
    /// [`EmptyPassphrase`]: it would protect nothing and look as if it did.
    pub fn new(typed: String) -> Result<Self, EmptyPassphrase> {
        if typed.is_empty() { Err(EmptyPassphrase) } else { Ok(Self(typed)) }
    }

    /// The UTF-8 bytes, for Argon2id.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

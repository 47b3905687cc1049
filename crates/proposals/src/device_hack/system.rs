//! The system of a phone, as far as a hole in it matters.

use pillarbox_client::Phone;

/// The system of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneSystem {
    /// True if its owner has installed the patch that closes the hole.
    pub is_patched: bool,
}

/// The system of a phone keeps its programs apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hole in the phone's system is patched, and no program reads the memory of another")]
#[non_exhaustive]
pub struct HoleClosed;

impl PhoneSystem {
    /// Lends the running messenger to software that its owner did not install.
    ///
    /// # Errors
    /// [`HoleClosed`] if the system is patched.
    pub const fn lend(self, messenger: &Phone) -> Result<&Phone, HoleClosed> {
        if self.is_patched { Err(HoleClosed) } else { Ok(messenger) }
    }
}

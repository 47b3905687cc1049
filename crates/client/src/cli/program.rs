//! The program over this command line: its software, and what it says of itself.

use std::ffi::OsString;

use pillarbox_client::{Notice, Phone, PhoneError, Shipped, Software};
use rand_core::CryptoRng;

/// A program of a phone over this command line.
///
/// The shipped program is [`Shipped`], and the defaults are its own. Another program is an argument of
/// [`main`](super::main), as its software is an argument of a phone's steps: the compiler writes the shipped program as
/// if there were no other (`docs/decisions/0026-devices.md`).
pub trait PhoneProgram {
    /// Returns the software that decides inside the encryption.
    fn software(&self) -> &impl Software;

    /// Returns the words that start this program, for the commands that it suggests.
    fn words(&self) -> Vec<OsString> {
        vec!["pillarbox".into()]
    }

    /// Returns the line that precedes all output of a program other than the shipped one.
    fn banner(&self) -> Option<&str> {
        None
    }

    /// Returns true if the screen shows a notice.
    fn shows(&self, _notice: &Notice) -> bool {
        true
    }

    /// Changes a profile that was opened, as another release of the program would.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    fn adopt(&self, _phone: &mut Phone, _rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        Ok(())
    }
}

impl PhoneProgram for Shipped {
    fn software(&self) -> &impl Software {
        self
    }
}

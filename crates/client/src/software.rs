//! The steps that cannot be reached from outside a phone: sealing a body, opening a payload, the choice of devices, and
//! whether a public log is checked.
//!
//! The shipped program has one software, [`Shipped`], which adds nothing to any step. Other software is an argument
//! of [`Phone::outgoing_with`](crate::Phone::outgoing_with) and
//! [`Phone::on_frame_with`](crate::Phone::on_frame_with), and never a part of a phone: no field holds it, no
//! constructor takes it, and the compiler generates the shipped program as if the parameter did not exist
//! (`docs/decisions/0026-devices.md`).

use pillarbox_session::{EncryptError, OpenError, OpenedMessage};
use pillarbox_wire::ListedDevice;
use rand_core::CryptoRng;

/// Reasons that a payload was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotOpened {
    /// The session does not open it.
    #[error(transparent)]
    Session(#[from] OpenError),
    /// The software refuses it, for this reason.
    #[error("{0}")]
    Software(&'static str),
}

/// Seals a body with the ratchet of one device.
pub type SealBody<'a> = &'a mut dyn FnMut(&[u8]) -> Result<Vec<u8>, EncryptError>;

/// Opens a payload in the conversation that it belongs to.
pub type OpenPayload<'a> = &'a mut dyn FnMut(&[u8]) -> Result<OpenedMessage, OpenError>;

/// The part of a phone's software that decides inside the encryption.
///
/// Every method has a default, and the defaults are the shipped program.
pub trait Software {
    /// Builds the payload for an encoded body. `seal` is the ratchet of the addressed device; each call advances
    /// it.
    ///
    /// # Errors
    /// [`EncryptError`] of the ratchet.
    fn protect(
        &self,
        body: &[u8],
        seal: SealBody<'_>,
        _rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, EncryptError> {
        seal(body)
    }

    /// Opens a payload. `open` tries the conversation that it belongs to, and changes nothing.
    ///
    /// # Errors
    /// [`NotOpened`].
    fn open(&self, payload: &[u8], open: OpenPayload<'_>) -> Result<OpenedMessage, NotOpened> {
        open(payload).map_err(NotOpened::Session)
    }

    /// Returns true if this software asks the relay for the recipient's devices with each message. The shipped
    /// program learns of a contact's devices from the contact.
    fn asks_for_devices(&self) -> bool {
        false
    }

    /// Returns true if this software checks the directory's answers where its owner has the check on. Software that
    /// writes to a device of no public log has to leave the check out.
    fn checks_directory(&self) -> bool {
        true
    }

    /// Chooses the linked devices of an account with which this phone exchanges messages. `signed` are those of the
    /// account's list, which has passed every check. `named` are those that somebody else has named: the relay in
    /// its answer, or a message about its sender.
    fn devices(&self, signed: &[ListedDevice], _named: &[ListedDevice]) -> Vec<ListedDevice> {
        signed.to_vec()
    }
}

/// The shipped program.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shipped;

impl Software for Shipped {}

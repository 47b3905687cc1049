//! Why there is no connection, or one that is of no use.

use std::io;

use pillarbox_transport::{HandshakeError, ReceiveError, SendError};
use pillarbox_wire::{Farewell, Refusal};

use crate::phone::PhoneError;
use crate::vault::StorageError;

/// Why the relay was not reached, or did not do what it was asked to. Nothing that was kept is lost on any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    /// Nothing answers at the relay's address.
    #[error("the relay cannot be reached: {0}")]
    Unreachable(io::ErrorKind),
    /// Something answers, and the handshake failed; whoever answers may not be the relay.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// The relay did not make the account.
    #[error("the relay does not make the account: {0}")]
    NotRegistered(Refusal),
    /// The relay does not take this device for its own.
    #[error("the relay does not take this device: {0}")]
    NotAuthenticated(Refusal),
    /// The relay ended the connection and said why.
    #[error("the relay ended the connection: {0}")]
    Farewell(Farewell),
    /// The connection ended without a word.
    #[error("the connection to the relay was lost")]
    Lost,
    /// The relay does not answer any more.
    #[error("the relay does not answer")]
    Silent,
    /// What came is not what a relay sends.
    #[error("the relay sent what cannot be read")]
    Unreadable,
    /// The time for it is over.
    #[error("it was not done in time")]
    Deadline,
    /// The phone itself could not go on.
    #[error(transparent)]
    Phone(#[from] PhoneError),
}

impl From<StorageError> for NetError {
    fn from(error: StorageError) -> Self {
        Self::Phone(error.into())
    }
}

impl From<ReceiveError> for NetError {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Io(_) | ReceiveError::Truncated => Self::Lost,
            _ => Self::Unreadable,
        }
    }
}

impl From<SendError> for NetError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Io(_) => Self::Lost,
            _ => Self::Unreadable,
        }
    }
}

//! Failures of the connection.

use std::io;

use pillarbox_transport::{HandshakeError, ReceiveError, SendError};
use pillarbox_wire::{Farewell, Refusal};

use crate::phone::PhoneError;
use crate::vault::StorageError;

/// Reasons that the relay was not reached, or did not do as asked. No stored data is lost by any of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    /// No server answers at the relay's address.
    #[error("the relay cannot be reached: {0}")]
    Unreachable(io::ErrorKind),
    /// A server answers and the handshake failed; it may not be the relay.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// The relay did not create the account.
    #[error("the relay does not make the account: {0}")]
    NotRegistered(Refusal),
    /// The relay does not accept this device as the account's.
    #[error("the relay does not take this device: {0}")]
    NotAuthenticated(Refusal),
    /// The relay ended the connection and said why.
    #[error("the relay ended the connection: {0}")]
    Farewell(Farewell),
    /// The connection ended without a farewell.
    #[error("the connection to the relay was lost")]
    Lost,
    /// The relay has stopped answering.
    #[error("the relay does not answer")]
    Silent,
    /// The data received is not what a relay sends.
    #[error("the relay sent what cannot be read")]
    Unreadable,
    /// The time limit has passed.
    #[error("it was not done in time")]
    Deadline,
    /// The phone itself failed.
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

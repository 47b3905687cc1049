//! Reasons for which a world stops.

use pillarbox_client::{PhoneError, ProfileError, StorageError};
use pillarbox_relay::StoreError;
use pillarbox_transport::{AddressError, HandshakeError, RecordOpenError, RecordSealError};

/// The reason that a world could not be created or could not continue. None of these is a finding: a feature that a
/// design forbids or lacks is in the record, and the world continues.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// A relay's store failed.
    #[error("a relay's store failed: {0}")]
    Store(#[from] StoreError),
    /// A phone's profile failed.
    #[error("a phone's profile failed: {0}")]
    Profile(#[from] ProfileError),
    /// A phone's vault failed.
    #[error("a phone's vault failed: {0}")]
    Storage(#[from] StorageError),
    /// A phone refused something that the world needs.
    #[error("a phone refused: {0}")]
    Phone(#[from] PhoneError),
    /// The handshake between a phone and a relay failed.
    #[error("a channel failed: {0}")]
    Handshake(#[from] HandshakeError),
    /// Sealing for the channel between a phone and a relay failed.
    #[error("a channel failed: {0}")]
    Seal(#[from] RecordSealError),
    /// Opening from the channel between a phone and a relay failed.
    #[error("a channel failed: {0}")]
    Open(#[from] RecordOpenError),
    /// A relay's address could not be built.
    #[error("a relay has no address: {0}")]
    Address(#[from] AddressError),
    /// No folder could be created for a phone that will be seized.
    #[error("no folder could be made for a phone: {0}")]
    Folder(std::io::ErrorKind),
    /// The frames never came to an end.
    #[error("the world does not come to rest")]
    Restless,
    /// The story to continue with does not have the same beginning as this world's story.
    #[error("this world has another story behind it")]
    OtherStory,
    /// The world lacks a person, relay, phone or other part of its own that it should have.
    #[error("{0} is not there")]
    Missing(&'static str),
}

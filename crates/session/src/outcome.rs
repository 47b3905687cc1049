//! What can come of sealing and opening, other than success.
//!
//! The reasons are for the phone itself: it looks for another identity after one of them, and asks for
//! the message again after all others. A peer or a relay is told nothing that would tell them apart.

use crate::{
    content::Unpadded,
    message::MalformedMessage,
    pqxdh::RespondError,
    ratchet::{Exhausted, RatchetError},
};
use thiserror::Error;

/// Why a body is not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// Too long once padded.
    #[error("the padded message has {got} bytes, where at most {most} are allowed")]
    TooLong {
        /// [`MAX_PLAINTEXT_LEN`](crate::conversation::MAX_PLAINTEXT_LEN).
        most: usize,
        /// What the body would come to.
        got: usize,
    },
    /// The peer has not answered in 16 million messages: start again.
    #[error("the session has no message numbers left; start it again")]
    Exhausted,
}

impl From<Exhausted> for EncryptError {
    fn from(Exhausted: Exhausted) -> Self {
        Self::Exhausted
    }
}

/// Why a payload does not open. For us alone: a peer is told nothing that tells these apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not a message of a session.
    #[error("the payload is not a message of a session")]
    Malformed,
    /// A session knows the message's number and has used and deleted its key. Either the message was
    /// opened before, or the peer was restored from an old copy and uses its numbers a second time:
    /// whoever keeps digests of what was opened can tell.
    #[error("the message's key was used before")]
    Duplicate,
    /// No session has the key, or the message was altered.
    #[error("no session opens the message")]
    Undecryptable,
    /// It comes from another identity than the expected one.
    #[error("the message is another identity's")]
    ForeignIdentity,
    /// It starts a session with a prekey that is not here, or no longer.
    #[error("the message uses a prekey that is not here")]
    UnknownPreKey,
    /// Too many messages before it are missing.
    #[error("too many messages are missing before this one")]
    TooFarAhead,
    /// It opens to something without padding, which no phone of ours writes.
    #[error("the message has no padding")]
    Unpadded,
}

impl From<MalformedMessage> for OpenError {
    fn from(_: MalformedMessage) -> Self {
        Self::Malformed
    }
}

impl From<Unpadded> for OpenError {
    fn from(Unpadded: Unpadded) -> Self {
        Self::Unpadded
    }
}

impl From<RespondError> for OpenError {
    fn from(error: RespondError) -> Self {
        match error {
            RespondError::UnknownPreKey => Self::UnknownPreKey,
            RespondError::NotContributory => Self::Undecryptable,
        }
    }
}

impl From<RatchetError> for OpenError {
    fn from(error: RatchetError) -> Self {
        match error {
            RatchetError::NotOurs | RatchetError::Undecryptable => Self::Undecryptable,
            RatchetError::Duplicate => Self::Duplicate,
            RatchetError::TooFarAhead => Self::TooFarAhead,
        }
    }
}

//! The errors of sealing and opening.
//!
//! The reasons are for the phone itself. After one of them, the phone looks for another identity of the peer; after
//! any other, it asks for the message again. A peer or a relay learns nothing that would distinguish the reasons.

use crate::{
    content::Unpadded,
    message::MalformedMessage,
    pqxdh::RespondError,
    ratchet::{Exhausted, RatchetError},
};
use thiserror::Error;

/// Reasons that a body is not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncryptError {
    /// The body is too long once padded.
    #[error("the padded message has {got} bytes, where at most {most} are allowed")]
    TooLong {
        /// [`MAX_PLAINTEXT_LEN`](crate::conversation::MAX_PLAINTEXT_LEN).
        most: usize,
        /// The length of the padded body in bytes.
        got: usize,
    },
    /// The peer has not answered in 16 million messages, so the caller has to start again.
    #[error("the session has no message numbers left; start it again")]
    Exhausted,
}

impl From<Exhausted> for EncryptError {
    fn from(Exhausted: Exhausted) -> Self {
        Self::Exhausted
    }
}

/// Reasons that a payload does not open. They are for this phone alone: a peer learns nothing that distinguishes
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not a message of a session.
    #[error("the payload is not a message of a session")]
    Malformed,
    /// A session knows the message's number and has used and deleted its key. Either the message was opened before,
    /// or the peer was restored from an old copy and reuses message numbers. A caller that keeps digests of opened
    /// messages can distinguish the two.
    #[error("the message's key was used before")]
    Duplicate,
    /// No session has the key, or the message was altered.
    #[error("no session opens the message")]
    Undecryptable,
    /// The message is from another identity than the expected one.
    #[error("the message is another identity's")]
    ForeignIdentity,
    /// The message starts a session with a prekey that this phone never had or has deleted.
    #[error("the message uses a prekey that is not here")]
    UnknownPreKey,
    /// Too many messages before this one are missing.
    #[error("too many messages are missing before this one")]
    TooFarAhead,
    /// The message opens to a plaintext without padding, which none of our phones writes.
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

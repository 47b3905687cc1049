//! The reasons for which a state does not open a message.

use super::chain::TooFarAhead;
use pillarbox_crypto::{AuthenticationFailed, NotContributory};

/// Reasons that a state does not open a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RatchetError {
    /// No header key fits. The message belongs to another session, or to a chain that was forgotten.
    NotOurs,
    /// The header opens, and the message key that it names was used and deleted.
    Duplicate,
    /// The header opens and names a message further ahead than [`MAX_JUMP`](super::limits::MAX_JUMP).
    TooFarAhead,
    /// The header opens, and the body does not.
    Undecryptable,
}

impl From<AuthenticationFailed> for RatchetError {
    fn from(_: AuthenticationFailed) -> Self {
        Self::Undecryptable
    }
}

impl From<NotContributory> for RatchetError {
    fn from(_: NotContributory) -> Self {
        Self::Undecryptable
    }
}

impl From<TooFarAhead> for RatchetError {
    fn from(_: TooFarAhead) -> Self {
        Self::TooFarAhead
    }
}

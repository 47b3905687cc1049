//! The mailbox at the relay: messages still to come, messages left there, and acknowledgements still to go.

use pillarbox_wire::AccountId;

use crate::records::notice::Notice;

/// A table that is full, and whose message it does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// Requests: [`MAX_REQUESTS`](crate::phone::MAX_REQUESTS).
    Requests,
    /// Groups that the owner is in: [`MAX_GROUPS`](crate::group::MAX_GROUPS).
    Groups { by: AccountId },
    /// Messages of one contact that would not open: [`MAX_MISSING`](crate::recovery::MAX_MISSING).
    Missing { contact: AccountId },
}

impl Full {
    pub(crate) const fn notice(self) -> Notice {
        match self {
            Self::Requests => Notice::RequestsFull,
            Self::Groups { by } => Notice::GroupsFull { by },
            Self::Missing { contact } => Notice::MissingFull { contact },
        }
    }
}

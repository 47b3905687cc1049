//! The pairs of people who can write to each other.

use pillarbox_wire::{AccountId, Timestamp};

use super::profile::ProfileId;
use crate::scenario::PersonId;

/// One person's way to reach another: the sender's own profile, and the account that it writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acquaintance {
    pub(crate) own: ProfileId,
    pub(crate) theirs: AccountId,
}

/// Two people who have become able to write to each other. After one of them moves to other accounts, this happens
/// again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    /// The time at which they became acquainted.
    pub at: Timestamp,
    /// The person who looked for the other.
    pub who: PersonId,
    /// The person who was looked for.
    pub whom: PersonId,
    /// True if the relay's directory knew the number. Otherwise the two exchanged invitations.
    pub by_number: bool,
}

//! A group whose operator manages its members: the acts that a phone asks for, and the state that the relay answers.
//!
//! Nobody signs any of it. A phone that takes such a state over believes the relay, and says so to its owner. Groups
//! whose members sign do not come here: their changes travel inside messages.

use serde::{Deserialize, Serialize};

use crate::bytes::FixedBytes;
use crate::ids::AccountId;
use crate::time::Timestamp;

/// An act on a group's members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupAct {
    /// Makes the group, with the actor as its admin.
    Create {
        /// What every member sees it called, at most [`MAX_GROUP_NAME_LEN`](crate::limits::MAX_GROUP_NAME_LEN) bytes.
        name: String,
        /// The other members.
        members: Vec<AccountId>,
    },
    /// Adds an account. The relay takes this from the admin only.
    Add {
        /// The account.
        member: AccountId,
    },
    /// Removes a member, who can be added again. The relay takes this from the admin only.
    Remove {
        /// The member.
        member: AccountId,
    },
    /// Takes the actor out of the group. If the actor was its admin, whoever has been a member longest becomes the
    /// admin.
    Leave,
    /// Makes another member the admin in the actor's place. The relay takes this from the admin only.
    HandOver {
        /// The member.
        member: AccountId,
    },
}

/// The place of an account in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GroupStanding {
    /// A member who may add and remove others. A group has one.
    Admin,
    /// A member.
    Member,
    /// Was removed.
    Removed,
    /// Has left.
    Left,
}

impl GroupStanding {
    /// Every standing.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Member, Self::Removed, Self::Left];

    /// Returns true for somebody who is in the group.
    #[must_use]
    pub const fn is_in(self) -> bool {
        matches!(self, Self::Admin | Self::Member)
    }

    /// Returns the standing's word in files and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Removed => "removed",
            Self::Left => "left",
        }
    }

    /// Returns the standing with that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word)
    }
}

/// One account in a group's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedMember {
    /// The account.
    pub account: AccountId,
    /// Its place in the group.
    pub standing: GroupStanding,
    /// The account that gave it this place, as the relay says; `None` if that account was closed since.
    pub by: Option<AccountId>,
    /// Time at which it got this place, by the relay's clock.
    pub at: Timestamp,
}

/// Who is in a group, as the relay says.
///
/// A member gets everybody who is or was in it. Somebody who is no longer in it gets their own place only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupState {
    /// The group: random bytes that its maker's phone has drawn.
    pub group: FixedBytes<16>,
    /// Rises with each act; 0 for somebody who is no longer in the group.
    pub version: u32,
    /// What every member sees it called.
    pub name: String,
    /// Its accounts, at most [`MAX_GROUP_ACCOUNTS`](crate::limits::MAX_GROUP_ACCOUNTS), in order of account.
    pub members: Vec<ListedMember>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standing_has_one_word_and_is_found_by_it() {
        for standing in GroupStanding::ALL {
            assert_eq!(GroupStanding::named(standing.as_str()), Some(standing));
        }
        assert_eq!(GroupStanding::named("guest"), None);
        assert_eq!(GroupStanding::ALL.map(GroupStanding::is_in), [true, true, false, false]);
    }
}

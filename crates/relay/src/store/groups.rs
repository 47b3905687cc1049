//! The rows of groups whose operator manages their members, and of the accounts in them.
//!
//! They stay empty unless the rule has `groups`. A group ends, and its rows go, when nobody is in it any more.

use pillarbox_wire::{AccountId, FixedBytes, GroupStanding, GroupState, ListedMember, Timestamp, declare};
use serde::Serialize;

use super::readable;

/// A row of `groups`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupRow {
    /// The group.
    #[serde(serialize_with = "readable::fixed")]
    pub group_id: FixedBytes<16>,
    /// Number of acts on it.
    pub version: u32,
    /// Its name, as its maker's phone gave it.
    pub name: String,
}

declare!(
    /// Columns of [`GroupRow`].
    GROUP: GroupRow {
        group_id: Entity, Groups, "names the group; drawn at random by its maker's phone";
        version: Events, Groups, "how often its members have changed";
        name: Content, Groups, "what its members call it, in the clear";
    }
);

/// A row of `group_members`: an account that is or was in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GroupMemberRow {
    /// The group.
    #[serde(serialize_with = "readable::fixed")]
    pub group_id: FixedBytes<16>,
    /// The account.
    #[serde(serialize_with = "readable::display")]
    pub account: AccountId,
    /// Its place in the group.
    #[serde(serialize_with = "standing")]
    pub standing: GroupStanding,
    /// The account that gave it this place; none if that account was closed since.
    #[serde(serialize_with = "readable::optional_display")]
    pub acted_by: Option<AccountId>,
    /// Time at which it got this place, in milliseconds since 1970.
    pub at: Timestamp,
}

fn standing<S: serde::Serializer>(standing: &GroupStanding, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(standing.as_str())
}

declare!(
    /// Columns of [`GroupMemberRow`].
    GROUP_MEMBER: GroupMemberRow {
        group_id: Entity, Groups, "which group";
        account: Entity, Groups, "who is or was in it";
        standing: Entity, Groups, "admin, member, removed or left";
        acted_by: Entity, Groups, "who added, removed or appointed them";
        at: Events, Groups, "when";
    }
);

/// A group after an act, with everybody who is or was in it. It replaces the group's former rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regrouping {
    /// The group.
    pub group: GroupRow,
    /// The accounts, in order.
    pub members: Vec<GroupMemberRow>,
}

impl Regrouping {
    /// Returns true if nobody is in the group any more. Its rows then go.
    #[must_use]
    pub fn is_over(&self) -> bool {
        !self.members.iter().any(|row| row.standing.is_in())
    }

    /// Returns the row of an account.
    #[must_use]
    pub fn member(&self, account: AccountId) -> Option<&GroupMemberRow> {
        self.members.iter().find(|row| row.account == account)
    }

    /// Returns the state that an account is told: everybody if it is in the group, or its own place if it was. Whoever
    /// is out is not told how often the group has changed, which goes on rising without them.
    #[must_use]
    pub fn state_for(&self, account: AccountId) -> Option<GroupState> {
        let own = self.member(account)?;
        let told = self.members.iter().filter(|row| own.standing.is_in() || row.account == account);
        let members = told.map(|row| {
            let GroupMemberRow { group_id: _, account, standing, acted_by, at } = *row;
            ListedMember { account, standing, by: acted_by, at }
        });
        let GroupRow { group_id, version, name } = &self.group;
        Some(GroupState {
            group: *group_id,
            version: if own.standing.is_in() { *version } else { 0 },
            name: name.clone(),
            members: members.collect(),
        })
    }
}

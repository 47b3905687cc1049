//! The signed changes of one group as a phone keeps them, within limits.
//!
//! Each kind of change has its own limit, so that no member can fill the log with additions and leave no room for
//! the removal that answers them. Where a kind is full, changes that no longer count make room first. A phone that
//! accepts no more says so, and the change is not confirmed.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_wire::{AccountId, CodecError, Encoded};
use serde::{Deserialize, Serialize};

use super::state::Membership;
use super::{ChangeDigest, MAX_HONOURED, MemberAct, MemberChange, MembersSeen};
use crate::records::ids::GroupId;
use crate::records::limits::{MAX_GROUP_MEMBERS, MAX_NAME_LEN};

/// Changes of one kind in one group: each member is added, removed and leaves once, and once more under a new key.
/// With more, one member could fill the phones of all others.
pub(crate) const MAX_CHANGES_OF_A_KIND: usize = 2 * MAX_GROUP_MEMBERS;

/// Digests that all removals of a group list together, and all farewells: each addition has one author, and so is
/// in one list of each kind, or in two after a new phone.
const MAX_LISTED: usize = 2 * MAX_HONOURED;

/// Contacts with whom this phone has compared its view of the members, one for each member.
const MAX_COMPARED: usize = MAX_GROUP_MEMBERS;

/// The changes of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MembershipLog {
    /// Checked changes by digest.
    changes: BTreeMap<ChangeDigest, MemberChange>,
    /// The members who announced in their own session that they have left.
    parted: BTreeSet<AccountId>,
    compared: Vec<ComparedMembers>,
    /// The members whom this phone informed by a roster, because their phones had not shown that they read
    /// signatures.
    owed: BTreeSet<AccountId>,
    /// The accounts that a member's roster adds to the group and nobody has signed for, with that member.
    words: BTreeMap<AccountId, AccountId>,
}

/// A difference that was dealt with: this phone sent its changes once, and does so again only after something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ComparedMembers {
    pub(crate) with: AccountId,
    pub(crate) theirs: MembersSeen,
    pub(crate) ours: MembersSeen,
}

/// The log as the vault keeps it.
#[derive(Serialize, Deserialize)]
pub(crate) struct MembershipRecord {
    changes: Vec<MemberChange>,
    parted: Vec<AccountId>,
    compared: Vec<ComparedMembers>,
    owed: Vec<AccountId>,
    words: Vec<(AccountId, AccountId)>,
}

impl Encoded for MembershipRecord {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = (3 * MAX_CHANGES_OF_A_KIND + 1) * 224
        + 2 * 32 * MAX_LISTED
        + MAX_NAME_LEN
        + 4 * 16 * MAX_GROUP_MEMBERS
        + 40 * MAX_COMPARED
        + 64;
}

/// The outcome of one more change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeTaken {
    New,
    Known,
    /// Its signature, its group or its form is wrong.
    Refused,
    NoRoom,
}

/// The kinds of changes that have a limit each.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ChangeKind {
    Making,
    Adding,
    Keeping,
    Leaving,
}

const fn kind(change: &MemberChange) -> ChangeKind {
    match &change.claim.act {
        MemberAct::Make { .. } => ChangeKind::Making,
        MemberAct::Add { .. } => ChangeKind::Adding,
        MemberAct::Remove { .. } | MemberAct::Hand { .. } => ChangeKind::Keeping,
        MemberAct::Leave { .. } => ChangeKind::Leaving,
    }
}

fn listed(change: &MemberChange) -> usize {
    match &change.claim.act {
        MemberAct::Remove { honoured, .. } | MemberAct::Leave { honoured, .. } => honoured.len(),
        _ => 0,
    }
}

impl MembershipLog {
    /// Adds a change, if it is a sound change of this group and there is room.
    pub(crate) fn take(&mut self, group: GroupId, change: &MemberChange) -> ChangeTaken {
        let Some(digest) = change.check(group) else { return ChangeTaken::Refused };
        if self.changes.contains_key(&digest) {
            return ChangeTaken::Known;
        }
        if !self.has_room(change) {
            self.drop_void(kind(change));
            if !self.has_room(change) {
                return ChangeTaken::NoRoom;
            }
        }
        self.changes.insert(digest, change.clone());
        ChangeTaken::New
    }

    fn has_room(&self, change: &MemberChange) -> bool {
        let of_kind = || self.changes.values().filter(|other| kind(other) == kind(change));
        let most = if kind(change) == ChangeKind::Making { 1 } else { MAX_CHANGES_OF_A_KIND };
        let lists = of_kind().map(listed).sum::<usize>() + listed(change);
        of_kind().count() < most && lists <= MAX_LISTED && self.has_room_for_member(change)
    }

    /// Returns true unless the change adds an account beyond the group's maximum, former members included.
    fn has_room_for_member(&self, change: &MemberChange) -> bool {
        let MemberAct::Add { member } = &change.claim.act else { return true };
        let mut accounts: BTreeSet<AccountId> = BTreeSet::from([member.account]);
        for other in self.changes.values() {
            match &other.claim.act {
                MemberAct::Add { member } => drop(accounts.insert(member.account)),
                MemberAct::Make { .. } => drop(accounts.insert(other.claim.by.account)),
                _ => {}
            }
        }
        accounts.len() <= MAX_GROUP_MEMBERS
    }

    fn drop_void(&mut self, of: ChangeKind) {
        if let Some(state) = self.state() {
            self.changes.retain(|digest, change| kind(change) != of || state.holds.contains(digest));
        }
    }

    /// Records that a member announced in its own session that it has left.
    pub(crate) fn part(&mut self, member: AccountId) {
        self.parted.insert(member);
    }

    /// Returns true if the member announced in its own session that it has left.
    pub(crate) fn has_parted(&self, member: AccountId) -> bool {
        self.parted.contains(&member)
    }

    /// Records that a member is owed the signed changes until its phone shows that it reads them.
    pub(crate) fn owe(&mut self, member: AccountId) {
        if self.owed.len() < MAX_GROUP_MEMBERS {
            self.owed.insert(member);
        }
    }

    /// Returns true if a member was owed the signed changes, and no longer is.
    pub(crate) fn pay(&mut self, member: AccountId) -> bool {
        self.owed.remove(&member)
    }

    /// Records somebody as in the group on one member's statement alone.
    pub(crate) fn word(&mut self, member: AccountId, by: AccountId) {
        if self.words.len() < MAX_GROUP_MEMBERS {
            self.words.entry(member).or_insert(by);
        }
    }

    /// Returns those who are in the group on one member's statement alone, each with that member. Anyone who was ever
    /// signed for is in the group by signatures or not at all.
    pub(crate) fn by_word<'a>(
        &'a self,
        state: &'a Membership,
    ) -> impl Iterator<Item = (AccountId, AccountId)> + 'a {
        let unsigned = self.words.iter().filter(|(member, _)| !state.people.contains_key(member));
        unsigned.map(|(member, by)| (*member, *by)).filter(|(member, _)| !self.has_parted(*member))
    }

    /// Records a difference as dealt with. Returns false if it already was.
    pub(crate) fn compare(&mut self, compared: ComparedMembers) -> bool {
        if self.compared.contains(&compared) {
            return false;
        }
        self.compared.retain(|other| other.with != compared.with);
        if self.compared.len() >= MAX_COMPARED {
            self.compared.remove(0);
        }
        self.compared.push(compared);
        true
    }

    /// Returns the members that follow, or `None` if the claim that makes the group is missing.
    pub(crate) fn state(&self) -> Option<Membership> {
        Membership::of(&self.changes)
    }

    pub(crate) const fn changes(&self) -> &BTreeMap<ChangeDigest, MemberChange> {
        &self.changes
    }

    /// Returns the digests of the valid additions by an author, ascending.
    pub(crate) fn additions_of(&self, account: AccountId, state: &Membership) -> Vec<ChangeDigest> {
        let of_author = self.changes.iter().filter(|(digest, change)| {
            let adds = matches!(change.claim.act, MemberAct::Add { .. });
            adds && change.claim.by.account == account && state.holds.contains(digest)
        });
        of_author.map(|(digest, _)| *digest).collect()
    }

    /// Returns the changes in an order that lets their reader join after the first ones: the creation, then the
    /// additions that lead to these accounts, then the rest.
    pub(crate) fn in_reading_order(&self, to: &[AccountId]) -> Vec<MemberChange> {
        let mut leads: BTreeSet<AccountId> = to.iter().copied().collect();
        loop {
            let adders: Vec<AccountId> = self
                .changes
                .values()
                .filter(|change| adds_one_of(change, &leads))
                .map(|change| change.claim.by.account)
                .collect();
            let before = leads.len();
            leads.extend(adders);
            if leads.len() == before {
                break;
            }
        }
        let mut changes: Vec<MemberChange> = self.changes.values().cloned().collect();
        changes.sort_by_key(|change| match &change.claim.act {
            MemberAct::Make { .. } => 0,
            _ if adds_one_of(change, &leads) => 1,
            _ => 2,
        });
        changes
    }

    pub(crate) fn record(&self) -> MembershipRecord {
        MembershipRecord {
            changes: self.changes.values().cloned().collect(),
            parted: self.parted.iter().copied().collect(),
            compared: self.compared.clone(),
            owed: self.owed.iter().copied().collect(),
            words: self.words.iter().map(|(member, by)| (*member, *by)).collect(),
        }
    }

    /// Reads a stored log. Its changes were checked before they were stored.
    pub(crate) fn of_record(record: MembershipRecord) -> Result<Self, CodecError> {
        let changes = record.changes.into_iter().map(|change| Ok((change.claim.digest()?, change)));
        Ok(Self {
            changes: changes.collect::<Result<_, CodecError>>()?,
            parted: record.parted.into_iter().collect(),
            compared: record.compared,
            owed: record.owed.into_iter().collect(),
            words: record.words.into_iter().collect(),
        })
    }
}

fn adds_one_of(change: &MemberChange, accounts: &BTreeSet<AccountId>) -> bool {
    matches!(&change.claim.act, MemberAct::Add { member } if accounts.contains(&member.account))
}

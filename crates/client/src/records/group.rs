//! Groups: phones tell each other who belongs, and send each text to every member in turn.
//!
//! No relay knows a group unless a phone deposits its roster there
//! ([`DepositKind::Group`](pillarbox_wire::DepositKind)): to the relay a text to a group is as many messages as
//! there are other members. The members' reports converge in any order, because members are only ever added and a
//! member who left stays away. The price: a member who left can return only in a new group.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_text::show;
use pillarbox_wire::limits::{MAX_GROUP_ACCOUNTS, MAX_GROUP_NAME_LEN};
use pillarbox_wire::{AccountId, Encoded, FixedBytes, GroupAct, GroupStanding, GroupState, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::history::{DeliveryState, HistoryEntry};
use crate::records::limits::MAX_NAME_LEN;
use crate::records::membership::MembersSeen;
use crate::records::membership::log::MembershipLog;
use crate::records::membership::state::MemberStanding;

// What a phone keeps of a group holds what an operator may say of it.
const _: () = assert!(MAX_GROUP_ACCOUNTS == MAX_GROUP_MEMBERS && MAX_GROUP_NAME_LEN == MAX_NAME_LEN);

pub use crate::records::ids::GroupId;
pub use crate::records::limits::MAX_GROUP_MEMBERS;

/// The owner's groups on one phone. Anybody who may write to this phone can make it a member, so without a limit one
/// such person could fill the vault.
pub const MAX_GROUPS: usize = 200;

/// A group as views show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The group's id.
    pub id: GroupId,
    /// Its name: a stranger's text, for [`display::safe`](crate::display::safe).
    pub name: String,
    /// The members that this phone knows of, its own account included, in order of account.
    pub members: Vec<AccountId>,
}

/// One entry of a group's conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupEntry {
    /// The sender; `None` for the owner.
    pub from: Option<AccountId>,
    /// The history entry.
    pub entry: HistoryEntry,
}

/// One change of a group's members, as this phone first learned of it.
///
/// Other members may have learned of it from somebody else, because a roster names everybody who is on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupChange {
    /// What changed.
    pub news: GroupNews,
    /// The member who reported it to this phone, or the owner.
    pub by: AccountId,
    /// Time of learning of it or making it, by this phone's clock.
    pub at: Timestamp,
    /// True if it was shown. The owner's own changes count as shown.
    pub shown: bool,
}

impl GroupChange {
    /// Returns the account whose act a change was by an operator's word; `None` if the operator does not say. The
    /// record then names whomever the change is about. `own` is the owner.
    #[must_use]
    pub fn named_by_operator(&self, own: AccountId) -> Option<AccountId> {
        let about = match self.news {
            GroupNews::Made | GroupNews::Left => None,
            GroupNews::Joined => Some(own),
            GroupNews::Added(member)
            | GroupNews::Removed(member)
            | GroupNews::Dropped(member)
            | GroupNews::Handed(member) => Some(member),
        };
        Some(self.by).filter(|by| about != Some(*by))
    }
}

/// The kind of a [`GroupChange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupNews {
    /// The owner has created the group.
    Made,
    /// The owner was added to the group.
    Joined,
    /// Somebody was added.
    Added(AccountId),
    /// The sender has left.
    Left,
    /// The keeper has removed somebody.
    Removed(AccountId),
    /// A member is no longer in the group, because no valid signature keeps them in it: the member who added them
    /// was removed.
    Dropped(AccountId),
    /// The keeper has appointed another keeper.
    Handed(AccountId),
}

/// A group as the vault keeps it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct GroupRecord {
    pub(crate) id: GroupId,
    pub(crate) name: String,
    /// Everybody who was ever a member, in order of account.
    members: Vec<AccountId>,
    /// The members who left.
    gone: Vec<AccountId>,
    /// Seals the roster that is deposited at a relay; all members have this key.
    pub(crate) key: FixedBytes<32>,
    /// Place of the owner's next text.
    pub(crate) next_place: u64,
    /// The changes of the members in the order in which this phone learned of them. Each member is added and leaves
    /// at most once in a group that nobody signs. Records of version 1 had none.
    pub(crate) changes: Option<Vec<GroupChange>>,
    /// The member who may remove others, if the group is signed. The members then follow from its signed changes.
    /// Records up to version 2 had none.
    pub(crate) keeper: Option<AccountId>,
    /// The admin by the operator's word, if the operator manages the members. Records up to version 3 had none.
    pub(crate) operator_admin: Option<AccountId>,
}

/// Changes of a group that are kept for its owner: its beginning, each member's joining and leaving, and as many
/// again for members who return under a new key or are dropped. With more, the oldest is deleted.
const MAX_CHANGES: usize = 1 + 4 * MAX_GROUP_MEMBERS;

/// Bytes of an encoded change: two accounts, a time, a kind and a mark, at their longest.
const MAX_CHANGE_LEN: usize = 48;

impl Encoded for GroupRecord {
    const VERSION: u8 = 4;
    const MAX_LEN: usize = 2 * 16 * MAX_GROUP_MEMBERS + MAX_CHANGE_LEN * MAX_CHANGES + MAX_NAME_LEN + 128;
}

/// The result of adding a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    Now,
    /// They are a member, or were one and left.
    Before,
    /// The group has had as many members as it may.
    NoRoom,
}

impl GroupRecord {
    pub(crate) const fn new(id: GroupId, name: String, key: FixedBytes<32>) -> Self {
        Self {
            id,
            name,
            members: Vec::new(),
            gone: Vec::new(),
            key,
            next_place: 0,
            changes: None,
            keeper: None,
            operator_admin: None,
        }
    }

    /// Returns true if the operator's word on a group can be taken over by the account `own`, which is one of those in
    /// it.
    pub(crate) fn is_sound(state: &GroupState, own: AccountId) -> bool {
        let GroupState { group: _, version: _, name, members } = state;
        let is_in = members.iter().any(|listed| listed.account == own && listed.standing.is_in());
        let admins = members.iter().filter(|listed| listed.standing == GroupStanding::Admin).count();
        !name.is_empty()
            && name.len() <= MAX_NAME_LEN
            && members.len() <= MAX_GROUP_MEMBERS
            && members.is_sorted_by(|one, next| one.account < next.account)
            && members.iter().any(|listed| listed.account == own)
            && admins == usize::from(is_in)
    }

    /// Returns a group that this phone has not known, as its owner thinks of it before the operator's word: with the
    /// members whom the owner has asked for, or with nobody.
    pub(crate) fn of_operator(state: &GroupState, own: AccountId, asked: Option<&GroupAct>) -> Self {
        let mut record = Self::new(GroupId(state.group), state.name.clone(), FixedBytes([0; 32]));
        if let Some(GroupAct::Create { name: _, members }) = asked {
            for member in members.iter().chain([&own]) {
                record.add(*member);
            }
        }
        record
    }

    /// Makes the members those whom the operator says. Returns each difference, and the account that the operator
    /// names: whoever it is about, if it names nobody.
    pub(crate) fn follow_operator(
        &mut self,
        state: &GroupState,
        own: AccountId,
    ) -> Vec<(GroupNews, AccountId)> {
        let before: BTreeSet<AccountId> = self.present().collect();
        let is_first = self.operator_admin.is_none();
        let listed = |account: AccountId| state.members.iter().find(move |listed| listed.account == account);
        let by = |account: AccountId| listed(account).and_then(|listed| listed.by).unwrap_or(account);
        let mut news = Vec::new();
        if !listed(own).is_some_and(|listed| listed.standing.is_in()) {
            // Whoever is out hears nothing of the others.
            if self.part(own) {
                let left = listed(own).is_some_and(|listed| listed.standing == GroupStanding::Left);
                news.push((if left { GroupNews::Left } else { GroupNews::Removed(own) }, by(own)));
            }
            return news;
        }
        let now: BTreeSet<AccountId> = state
            .members
            .iter()
            .filter(|listed| listed.standing.is_in())
            .map(|listed| listed.account)
            .collect();
        let joins = !before.contains(&own);
        let made = listed(own).is_some_and(|listed| listed.by == Some(own));
        if is_first && made {
            news.push((GroupNews::Made, own));
        } else if joins {
            news.push((GroupNews::Joined, by(own)));
        }
        for &member in before.difference(&now) {
            let standing = listed(member).map(|listed| listed.standing);
            news.push(match standing {
                Some(GroupStanding::Removed) => (GroupNews::Removed(member), by(member)),
                Some(GroupStanding::Left) => (GroupNews::Left, member),
                _ => (GroupNews::Dropped(member), member),
            });
        }
        // Whoever comes into a group learns who is in it, and not who came before.
        for &member in now.difference(&before).filter(|member| !joins && **member != own) {
            news.push((GroupNews::Added(member), by(member)));
        }
        let admin = state.members.iter().find(|listed| listed.standing == GroupStanding::Admin);
        if let Some(admin) = admin.map(|listed| listed.account)
            && self.operator_admin.replace(admin).is_some_and(|former| former != admin)
            && !joins
        {
            news.push((GroupNews::Handed(admin), by(admin)));
        }
        self.members = state.members.iter().map(|listed| listed.account).collect();
        self.gone = self.members.iter().copied().filter(|member| !now.contains(member)).collect();
        news
    }

    /// Notes what the owner did, which counts as shown.
    pub(crate) fn did(&mut self, news: GroupNews, own: AccountId, at: Timestamp) {
        self.note(GroupChange { news, by: own, at, shown: true });
    }

    /// Records a change to be shown to the owner.
    pub(crate) fn heard(&mut self, news: GroupNews, by: AccountId, at: Timestamp) {
        self.note(GroupChange { news, by, at, shown: false });
    }

    fn note(&mut self, change: GroupChange) {
        let changes = self.changes.get_or_insert_default();
        if changes.len() >= MAX_CHANGES {
            changes.remove(0);
        }
        changes.push(change);
    }

    /// Sets the members to those that follow from the signed changes. Returns each difference and its author.
    /// Without the claim that creates the group, nothing changes.
    pub(crate) fn follow(&mut self, log: &MembershipLog) -> Vec<(GroupNews, AccountId)> {
        let Some(state) = log.state() else { return Vec::new() };
        let before: BTreeSet<AccountId> = self.present().collect();
        let by_word: BTreeMap<AccountId, AccountId> = log.by_word(&state).collect();
        let signed = state.present().filter(|member| !log.has_parted(*member));
        let now: BTreeSet<AccountId> = signed.chain(by_word.keys().copied()).collect();
        let mut news = Vec::new();
        for &member in before.difference(&now) {
            let standing = state.people.get(&member).map(|person| person.standing);
            news.push(match standing {
                Some(MemberStanding::Removed { by }) => (GroupNews::Removed(member), by),
                Some(MemberStanding::In | MemberStanding::Left) => (GroupNews::Left, member),
                None => (GroupNews::Dropped(member), state.keeper.account),
            });
        }
        for &member in now.difference(&before) {
            let key = state.people.get(&member).and_then(|person| person.keys.first());
            let by = key.map(|key| key.by.account).or(by_word.get(&member).copied());
            news.push((GroupNews::Added(member), by.unwrap_or(state.maker.account)));
        }
        match self.keeper.replace(state.keeper.account) {
            Some(former) if former != state.keeper.account => {
                news.push((GroupNews::Handed(state.keeper.account), former));
            }
            _ => {}
        }
        let members = state.people.iter().filter(|(_, person)| !person.keys.is_empty());
        let members: BTreeSet<AccountId> =
            members.map(|(account, _)| *account).chain(by_word.into_keys()).collect();
        self.members = members.into_iter().take(MAX_GROUP_MEMBERS).collect();
        self.gone = self.members.iter().copied().filter(|member| !now.contains(member)).collect();
        self.name.clone_from(&state.name);
        news
    }

    /// Returns the members by word alone, and who vouched for them as far as this phone knows.
    pub(crate) fn words(&self) -> Vec<(AccountId, AccountId)> {
        let changes = || self.changes.iter().flatten();
        let joined = changes().find(|change| change.news == GroupNews::Joined).map(|change| change.by);
        let by = |member| {
            let added = changes().find(|change| change.news == GroupNews::Added(member));
            added.map(|change| change.by).or(joined)
        };
        self.present().filter_map(|member| Some((member, by(member)?))).collect()
    }

    /// Returns this phone's statement of the members that it sees.
    pub(crate) fn seen(&self) -> MembersSeen {
        MembersSeen::new(self.id, &self.present().collect::<Vec<_>>())
    }

    /// Adds a member.
    pub(crate) fn add(&mut self, member: AccountId) -> Added {
        match self.members.binary_search(&member) {
            Err(at) if self.members.len() < MAX_GROUP_MEMBERS => {
                self.members.insert(at, member);
                Added::Now
            }
            Err(_) => Added::NoRoom,
            Ok(_) => Added::Before,
        }
    }

    /// Records that a member has left. Returns false if they were not one.
    pub(crate) fn part(&mut self, member: AccountId) -> bool {
        let was = self.has(member);
        if was {
            self.gone.push(member);
        }
        was
    }

    pub(crate) fn has(&self, account: AccountId) -> bool {
        self.members.binary_search(&account).is_ok() && !self.gone.contains(&account)
    }

    pub(crate) fn present(&self) -> impl Iterator<Item = AccountId> {
        self.members.iter().copied().filter(|member| !self.gone.contains(member))
    }

    pub(crate) fn view(&self) -> Group {
        Group { id: self.id, name: self.name.clone(), members: self.present().collect() }
    }

    /// Returns the account-like key of the owner's texts to a group. Conversations are keyed by 16 bytes, and a group
    /// id has as many as an account.
    pub(crate) const fn shelf(id: GroupId) -> AccountId {
        AccountId(id.0.0)
    }
}

/// The owner's text to a group: its index, and its delivery to each member.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GroupSent {
    pub(crate) group: GroupId,
    pub(crate) place: u64,
    pub(crate) copies: Vec<GroupCopy>,
}

/// One member's copy.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GroupCopy {
    pub(crate) to: AccountId,
    pub(crate) order: u64,
    pub(crate) state: DeliveryState,
}

impl Encoded for GroupSent {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 32 * MAX_GROUP_MEMBERS + 64;
}

impl GroupSent {
    /// Returns the state of the copy that is furthest behind, leaving refused ones aside.
    pub(crate) fn state(&self) -> DeliveryState {
        let under_way =
            self.copies.iter().map(|copy| copy.state).filter(|state| *state != DeliveryState::Refused);
        under_way.min().unwrap_or(DeliveryState::Refused)
    }
}

/// Writes the roster for a deposit at a relay: the name, then one member a line.
pub(crate) fn roster_text(name: &str, members: impl Iterator<Item = String>) -> String {
    std::iter::once(show::safe(name)).chain(members).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record() -> GroupRecord {
        GroupRecord::new(GroupId(FixedBytes([1; 16])), "Harbour".to_owned(), FixedBytes([2; 32]))
    }

    proptest! {
        #[test]
        fn members_converge_in_whatever_order_news_come(
            news in proptest::collection::vec((0..6u8, any::<bool>()), 0..12),
            by in 0..12usize,
        ) {
            let play = |news: &[(u8, bool)]| {
                let mut record = record();
                (0..6).for_each(|member| { record.add(AccountId([member; 16])); });
                for (member, leaves) in news {
                    let member = AccountId([*member; 16]);
                    if *leaves { record.part(member); } else { record.add(member); }
                }
                record.present().collect::<Vec<_>>()
            };
            let mut turned = news.clone();
            turned.rotate_left(by.min(news.len()));
            prop_assert_eq!(play(&news), play(&turned));
        }
    }

    #[test]
    fn a_group_has_an_end() {
        let mut record = record();
        let late = Timestamp(u64::MAX);
        record.did(GroupNews::Made, AccountId([0xFF; 16]), late);
        let mut added = 0;
        for number in 0..=u8::MAX {
            let member = AccountId([number; 16]);
            if record.add(member) == Added::Now {
                record.heard(GroupNews::Added(member), AccountId([0xFF; 16]), late);
                added += 1;
            }
        }
        assert_eq!(added, MAX_GROUP_MEMBERS);
        for member in record.present().collect::<Vec<_>>() {
            assert!(record.part(member));
            record.heard(GroupNews::Left, member, late);
        }
        assert_eq!(record.changes.as_ref().unwrap().len(), 1 + 2 * MAX_GROUP_MEMBERS);
        let last = GroupNews::Handed(AccountId([9; 16]));
        for _ in 0..=2 * MAX_GROUP_MEMBERS {
            record.heard(GroupNews::Removed(AccountId([8; 16])), AccountId([0xFF; 16]), late);
        }
        record.heard(last, AccountId([0xFF; 16]), late);
        let changes = record.changes.as_ref().unwrap();
        assert_eq!((changes.len(), changes.last().unwrap().news), (MAX_CHANGES, last), "the oldest goes");
        record.keeper = Some(AccountId([1; 16]));
        assert!(pillarbox_wire::encode(&record).is_ok());
    }

    #[test]
    fn a_name_cannot_add_a_line_to_a_roster() {
        let text = roster_text("Harbour\n+447700900999", ["+447700900123".to_owned()].into_iter());
        assert_eq!(text, "Harbour +447700900999\n+447700900123");
    }

    #[test]
    fn a_text_is_as_far_as_its_last_copy() {
        use DeliveryState::{Delivered, Queued, Refused, Sent};
        let sent = |states: &[DeliveryState]| {
            let copies = states
                .iter()
                .map(|state| GroupCopy { to: AccountId([0; 16]), order: 0, state: *state })
                .collect();
            GroupSent { group: GroupId(FixedBytes([1; 16])), place: 0, copies }.state()
        };
        assert_eq!(sent(&[Delivered, Sent]), Sent);
        assert_eq!(sent(&[Delivered, Queued, Refused]), Queued);
        assert_eq!(sent(&[Delivered, Refused]), Delivered);
        assert_eq!(sent(&[Refused]), Refused);
    }
}

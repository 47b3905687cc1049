//! The groups whose members the operator manages, in memory: who is in each, and who may change that.
//!
//! Rebuilt from the store when the relay opens, and changed only by what the store has committed. A group has one
//! admin, who adds and removes members and may hand that over. When the admin leaves, or closes the account,
//! whoever has been a member longest becomes the admin.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pillarbox_wire::limits::{MAX_GROUP_ACCOUNTS, MAX_GROUP_NAME_LEN, MAX_GROUPS_OF_ONE};
use pillarbox_wire::{AccountId, FixedBytes, GroupAct, GroupStanding, Refusal, Timestamp};

use crate::store::{GroupMemberRow, GroupRow, Regrouping, StoreError};

/// All groups.
///
/// Invariant: `of` has, for each account, the groups that name it in a row, as a member or as whoever acted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    groups: BTreeMap<[u8; 16], Regrouping>,
    of: HashMap<AccountId, BTreeSet<[u8; 16]>>,
}

impl Groups {
    /// # Errors
    /// [`StoreError::Damaged`] for a member of no group, and for a group without an admin.
    pub(crate) fn new(groups: &[GroupRow], members: &[GroupMemberRow]) -> Result<Self, StoreError> {
        let mut held: BTreeMap<[u8; 16], Regrouping> = groups
            .iter()
            .map(|row| (row.group_id.0, Regrouping { group: row.clone(), members: Vec::new() }))
            .collect();
        for row in members {
            held.get_mut(&row.group_id.0).ok_or(StoreError::Damaged)?.members.push(*row);
        }
        let mut all = Self::default();
        for mut group in held.into_values() {
            group.members.sort_by_key(|row| row.account);
            if !group.members.iter().any(|row| row.standing == GroupStanding::Admin) {
                return Err(StoreError::Damaged);
            }
            all.take(group);
        }
        Ok(all)
    }

    /// Takes a committed change over.
    pub(crate) fn take(&mut self, regrouping: Regrouping) {
        let id = regrouping.group.group_id.0;
        if let Some(before) = self.groups.remove(&id) {
            for account in named(&before) {
                if let Some(groups) = self.of.get_mut(&account) {
                    groups.remove(&id);
                    if groups.is_empty() {
                        self.of.remove(&account);
                    }
                }
            }
        }
        if !regrouping.is_over() {
            for account in named(&regrouping) {
                self.of.entry(account).or_default().insert(id);
            }
            self.groups.insert(id, regrouping);
        }
    }

    /// Returns a group with everybody who is or was in it.
    pub(crate) fn group(&self, id: FixedBytes<16>) -> Option<&Regrouping> {
        self.groups.get(&id.0)
    }

    /// Returns the groups that an account is or was in.
    pub(crate) fn around(&self, account: AccountId) -> impl Iterator<Item = &Regrouping> {
        let ids = self.of.get(&account).into_iter().flatten();
        ids.filter_map(|id| self.groups.get(id)).filter(move |group| group.member(account).is_some())
    }

    /// Returns the groups that an account is in.
    pub(crate) fn with(&self, account: AccountId) -> impl Iterator<Item = &Regrouping> {
        self.around(account)
            .filter(move |group| group.member(account).is_some_and(|row| row.standing.is_in()))
    }

    /// Returns the group after an act, and whether the act changes it.
    pub(crate) fn after(
        &self,
        id: FixedBytes<16>,
        act: GroupAct,
        actor: AccountId,
        now: Timestamp,
    ) -> Result<(Regrouping, bool), Refusal> {
        let act = match act {
            GroupAct::Create { name, members } => return self.create(id, name, members, actor, now),
            other => other,
        };
        let held = self.group(id).ok_or(Refusal::UnknownGroup)?;
        let own = held.member(actor).ok_or(Refusal::UnknownGroup)?.standing;
        let mut group = held.clone();
        let standing = |account| held.member(account).map(|row| row.standing);
        match act {
            // One's farewell, said again, has its answer.
            GroupAct::Leave if own == GroupStanding::Left => return Ok((group, false)),
            _ if !own.is_in() => return Err(Refusal::UnknownGroup),
            GroupAct::HandOver { member } if standing(member) == Some(GroupStanding::Admin) => {
                return Ok((group, false));
            }
            GroupAct::Leave => {
                put(&mut group, actor, GroupStanding::Left, actor, now);
                appoint(&mut group, Some(actor), now);
            }
            _ if own != GroupStanding::Admin => return Err(Refusal::NotGroupAdmin),
            GroupAct::Add { member } => {
                if standing(member).is_some_and(GroupStanding::is_in) {
                    return Ok((group, false));
                }
                self.check_room_of(member)?;
                make_room(&mut group, member)?;
                put(&mut group, member, GroupStanding::Member, actor, now);
            }
            // The admin leaves instead.
            GroupAct::Remove { member } if member == actor => return Err(Refusal::NotWellFormed),
            GroupAct::Remove { member } => match standing(member) {
                Some(standing) if standing.is_in() => {
                    put(&mut group, member, GroupStanding::Removed, actor, now);
                }
                _ => return Ok((group, false)),
            },
            GroupAct::HandOver { member } => {
                if standing(member) != Some(GroupStanding::Member) {
                    return Err(Refusal::NotWellFormed);
                }
                put(&mut group, actor, GroupStanding::Member, actor, now);
                put(&mut group, member, GroupStanding::Admin, actor, now);
            }
            GroupAct::Create { .. } => return Err(Refusal::NotWellFormed),
        }
        group.group.version = group.group.version.saturating_add(1);
        Ok((group, true))
    }

    fn create(
        &self,
        id: FixedBytes<16>,
        name: String,
        members: Vec<AccountId>,
        actor: AccountId,
        now: Timestamp,
    ) -> Result<(Regrouping, bool), Refusal> {
        if let Some(held) = self.group(id) {
            // Its maker did not hear the first answer.
            let is_own = held.member(actor).is_some_and(|row| row.standing == GroupStanding::Admin);
            return if is_own { Ok((held.clone(), false)) } else { Err(Refusal::UnknownGroup) };
        }
        let mut accounts: BTreeSet<AccountId> = members.into_iter().collect();
        accounts.insert(actor);
        if name.is_empty() || name.len() > MAX_GROUP_NAME_LEN {
            return Err(Refusal::NotWellFormed);
        }
        if accounts.len() > MAX_GROUP_ACCOUNTS {
            return Err(Refusal::TooMuch);
        }
        accounts.iter().try_for_each(|account| self.check_room_of(*account))?;
        let row = |account| GroupMemberRow {
            group_id: id,
            account,
            standing: if account == actor { GroupStanding::Admin } else { GroupStanding::Member },
            acted_by: Some(actor),
            at: now,
        };
        let group = GroupRow { group_id: id, version: 1, name };
        Ok((Regrouping { group, members: accounts.into_iter().map(row).collect() }, true))
    }

    /// Checks that an account may be in one group more.
    fn check_room_of(&self, account: AccountId) -> Result<(), Refusal> {
        if self.with(account).count() < MAX_GROUPS_OF_ONE { Ok(()) } else { Err(Refusal::TooMuch) }
    }

    /// Returns the groups as they are without an account that is closed. Nothing in them names it.
    pub(crate) fn without(&self, account: AccountId, now: Timestamp) -> Vec<Regrouping> {
        let held = self.of.get(&account).into_iter().flatten().filter_map(|id| self.groups.get(id));
        let changed = held.map(|held| {
            let mut group = held.clone();
            group.members.retain(|row| row.account != account);
            for row in &mut group.members {
                row.acted_by = row.acted_by.filter(|by| *by != account);
            }
            appoint(&mut group, None, now);
            group.group.version = group.group.version.saturating_add(1);
            group
        });
        changed.collect()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Returns every account that a group's rows name.
fn named(group: &Regrouping) -> impl Iterator<Item = AccountId> {
    group.members.iter().flat_map(|row| [Some(row.account), row.acted_by]).flatten()
}

/// Gives an account its place.
fn put(group: &mut Regrouping, account: AccountId, standing: GroupStanding, by: AccountId, at: Timestamp) {
    let row = GroupMemberRow { group_id: group.group.group_id, account, standing, acted_by: Some(by), at };
    group.members.retain(|row| row.account != account);
    let place = group.members.partition_point(|row| row.account < account);
    group.members.insert(place, row);
}

/// Makes whoever has been a member longest the admin, if the group has none.
fn appoint(group: &mut Regrouping, by: Option<AccountId>, now: Timestamp) {
    if group.members.iter().any(|row| row.standing == GroupStanding::Admin) {
        return;
    }
    let members = group.members.iter_mut().filter(|row| row.standing == GroupStanding::Member);
    if let Some(row) = members.min_by_key(|row| (row.at, row.account)) {
        (row.standing, row.acted_by, row.at) = (GroupStanding::Admin, by, now);
    }
}

/// Makes room for one more account in a full group: whoever has been out of it longest is forgotten.
fn make_room(group: &mut Regrouping, member: AccountId) -> Result<(), Refusal> {
    if group.members.len() < MAX_GROUP_ACCOUNTS || group.member(member).is_some() {
        return Ok(());
    }
    let gone = group.members.iter().filter(|row| !row.standing.is_in());
    let Some(first) = gone.min_by_key(|row| (row.at, row.account)).map(|row| row.account) else {
        return Err(Refusal::TooMuch);
    };
    group.members.retain(|row| row.account != first);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: FixedBytes<16> = FixedBytes([7; 16]);

    fn account(number: u8) -> AccountId {
        AccountId([number; 16])
    }

    fn made(others: impl IntoIterator<Item = u8>) -> Groups {
        let mut groups = Groups::default();
        let members = others.into_iter().map(account).collect();
        let act = GroupAct::Create { name: "Harbour".to_owned(), members };
        groups.take(groups.after(GROUP, act, account(1), Timestamp(1)).unwrap().0);
        groups
    }

    fn acted(groups: &mut Groups, actor: u8, act: GroupAct, at: u64) -> Result<bool, Refusal> {
        let (group, is_new) = groups.after(GROUP, act, account(actor), Timestamp(at))?;
        groups.take(group);
        Ok(is_new)
    }

    fn standings(groups: &Groups) -> Vec<(u8, GroupStanding)> {
        let group = groups.groups.get(&GROUP.0).unwrap();
        group.members.iter().map(|row| (row.account.0[0], row.standing)).collect()
    }

    #[test]
    fn only_the_admin_adds_removes_and_hands_over() {
        use GroupStanding::{Admin, Left, Member, Removed};
        let mut groups = made([2, 3]);
        let (add, remove) = (GroupAct::Add { member: account(4) }, GroupAct::Remove { member: account(3) });
        let over = GroupAct::HandOver { member: account(2) };
        for act in [&add, &remove, &GroupAct::HandOver { member: account(3) }] {
            assert_eq!(acted(&mut groups, 2, act.clone(), 2), Err(Refusal::NotGroupAdmin));
            assert_eq!(acted(&mut groups, 9, act.clone(), 2), Err(Refusal::UnknownGroup));
        }
        for (at, act) in (2..).zip([add, remove.clone(), over]) {
            assert_eq!(acted(&mut groups, 1, act.clone(), at), Ok(true));
            // The phone did not hear the answer, and asks again.
            let again = acted(&mut groups, 1, act, at);
            assert!(matches!(again, Ok(false)), "{again:?}");
        }
        assert_eq!(standings(&groups), [(1, Member), (2, Admin), (3, Removed), (4, Member)]);
        assert_eq!(acted(&mut groups, 3, GroupAct::Leave, 4), Err(Refusal::UnknownGroup));
        assert_eq!(acted(&mut groups, 1, remove, 4), Err(Refusal::NotGroupAdmin));
        assert_eq!(acted(&mut groups, 2, GroupAct::Leave, 5), Ok(true));
        assert_eq!(
            standings(&groups),
            [(1, Member), (2, Left), (3, Removed), (4, Admin)],
            "a member for longest"
        );
        assert_eq!(acted(&mut groups, 4, GroupAct::Add { member: account(3) }, 6), Ok(true));
        assert_eq!(groups.groups[&GROUP.0].group.version, 6);
        for member in [1, 3, 4] {
            assert_eq!(acted(&mut groups, member, GroupAct::Leave, 7), Ok(true));
        }
        assert!(groups.groups.is_empty() && groups.of.is_empty());
    }

    #[test]
    fn a_group_and_the_groups_of_one_account_have_an_end() {
        let full = MAX_GROUP_ACCOUNTS as u8;
        let mut groups = made(2..full);
        let add = |member| GroupAct::Add { member: account(member) };
        assert_eq!(acted(&mut groups, 1, add(full), 2), Ok(true));
        assert_eq!(acted(&mut groups, 1, add(200), 2), Err(Refusal::TooMuch));
        assert_eq!(acted(&mut groups, 1, GroupAct::Remove { member: account(3) }, 3), Ok(true));
        assert_eq!(acted(&mut groups, 1, add(200), 4), Ok(true));
        assert_eq!(groups.groups[&GROUP.0].member(account(3)), None, "whoever is out longest is forgotten");
        let create = |members| GroupAct::Create { name: "More".to_owned(), members };
        let many = (1..=MAX_GROUP_ACCOUNTS as u8).map(account).collect();
        assert_eq!(
            groups.after(FixedBytes([8; 16]), create(many), account(201), Timestamp(5)),
            Err(Refusal::TooMuch)
        );
        for number in 0..=MAX_GROUPS_OF_ONE {
            let made = groups.after(
                FixedBytes([number as u8 + 100; 16]),
                create(vec![]),
                account(201),
                Timestamp(5),
            );
            match number < MAX_GROUPS_OF_ONE {
                true => groups.take(made.unwrap().0),
                false => assert_eq!(made, Err(Refusal::TooMuch)),
            }
        }
        for name in [String::new(), "x".repeat(MAX_GROUP_NAME_LEN + 1)] {
            let act = GroupAct::Create { name, members: Vec::new() };
            let made = groups.after(FixedBytes([9; 16]), act, account(202), Timestamp(5));
            assert_eq!(made, Err(Refusal::NotWellFormed));
        }
        assert_eq!(
            groups.after(GROUP, create(vec![]), account(202), Timestamp(5)),
            Err(Refusal::UnknownGroup),
            "the name is taken"
        );
    }

    #[test]
    fn nothing_names_a_closed_account() {
        let mut groups = made([2, 3]);
        for changed in groups.without(account(1), Timestamp(9)) {
            groups.take(changed);
        }
        assert_eq!(standings(&groups), [(2, GroupStanding::Admin), (3, GroupStanding::Member)]);
        assert!(named(&groups.groups[&GROUP.0]).all(|name| name != account(1)));
        assert!(!groups.of.contains_key(&account(1)));
        let rows = &groups.groups[&GROUP.0];
        let again = Groups::new(std::slice::from_ref(&rows.group), &rows.members).unwrap();
        assert_eq!(again.groups, groups.groups);
        assert!(Groups::new(&[], &rows.members).is_err());
        assert!(Groups::new(std::slice::from_ref(&rows.group), &[]).is_err());
    }
}

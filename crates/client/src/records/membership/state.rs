//! The members that follow from a set of checked changes.
//!
//! The same set yields the same members on every phone. First the keeper's chain is walked, because it alone
//! removes. Then membership spreads from the creator: every member makes members by valid additions. A member under
//! two keys (a new phone, or a key that somebody invented) is two authors, and nothing that one of them signs
//! touches the other.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_wire::{AccountId, Timestamp};

use super::{ChangeDigest, GroupMember, MemberAct, MemberChange};

/// The members of a group by its signed changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Membership {
    /// The group's name.
    pub(crate) name: String,
    /// The creator of the group.
    pub(crate) maker: GroupMember,
    /// The member who may remove others now.
    pub(crate) keeper: GroupMember,
    /// The keeper's last act.
    pub(crate) last: ChangeDigest,
    /// Everybody who was ever a member by valid additions, and everybody who was removed.
    pub(crate) people: BTreeMap<AccountId, Membered>,
    /// The valid changes. Any other in the set is void.
    pub(crate) holds: BTreeSet<ChangeDigest>,
}

/// One account in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Membered {
    pub(crate) standing: MemberStanding,
    /// The keys under which it is or was a member.
    pub(crate) keys: Vec<MemberKey>,
}

/// A key of a member, and the addition that introduced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MemberKey {
    pub(crate) member: GroupMember,
    /// The member who added it; for the creator, the creator itself.
    pub(crate) by: GroupMember,
    pub(crate) at: Timestamp,
    has_left: bool,
}

/// An account's membership status in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MemberStanding {
    In,
    Left,
    Removed { by: AccountId },
}

impl Membership {
    /// Returns the members that follow from changes, or `None` if the claim that makes the group is not among them.
    pub(crate) fn of(changes: &BTreeMap<ChangeDigest, MemberChange>) -> Option<Self> {
        let (first, name, maker, keeper, made_at) = changes.iter().find_map(|(digest, change)| {
            let MemberAct::Make { name, keeper, .. } = &change.claim.act else { return None };
            Some((*digest, name.clone(), change.claim.by, *keeper, change.claim.at))
        })?;
        let chain = Chain::walk(changes, first, keeper);
        let farewells = farewells(changes);
        let mut holds = chain.acts.clone();
        let mut people: BTreeMap<AccountId, Membered> = BTreeMap::new();
        let mut heads = vec![MemberKey { member: maker, by: maker, at: made_at, has_left: false }];
        let mut known = BTreeSet::from([maker]);
        while let Some(head) = heads.pop() {
            let author = head.member;
            let has_left = farewells.contains_key(&author);
            people
                .entry(author.account)
                .or_insert_with(Membered::nobody)
                .keys
                .push(MemberKey { has_left, ..head });
            // In order of time, so that the first of several additions of one member is the one that is shown.
            let mut additions: Vec<_> =
                changes.iter().filter(|(_, change)| change.claim.by == author).collect();
            additions.sort_by_key(|(digest, change)| (change.claim.at, **digest));
            for (digest, change) in additions {
                match &change.claim.act {
                    MemberAct::Add { member } if chain.honours(author, digest, &farewells) => {
                        holds.insert(*digest);
                        if known.insert(*member) {
                            let at = change.claim.at;
                            heads.push(MemberKey { member: *member, by: author, at, has_left: false });
                        }
                    }
                    MemberAct::Leave { .. } => drop(holds.insert(*digest)),
                    _ => {}
                }
            }
        }
        for (member, removal) in &chain.removals {
            people.entry(*member).or_insert_with(Membered::nobody).standing =
                MemberStanding::Removed { by: removal.by };
        }
        for person in people.values_mut() {
            person.keys.sort_by_key(|key| (key.at, key.member));
            if person.standing != MemberStanding::In {
                continue;
            }
            if person.keys.iter().all(|key| key.has_left) {
                person.standing = MemberStanding::Left;
            }
        }
        Some(Self { name, maker, keeper: chain.keeper, last: chain.last, people, holds })
    }

    /// Returns true if this account is a member.
    pub(crate) fn has(&self, account: AccountId) -> bool {
        self.people.get(&account).is_some_and(|person| person.standing == MemberStanding::In)
    }

    /// Returns true if this account is a member and this key signs for it.
    pub(crate) fn is_author(&self, member: GroupMember) -> bool {
        let signs = |person: &Membered| person.keys.iter().any(|key| key.member == member && !key.has_left);
        self.has(member.account) && self.people.get(&member.account).is_some_and(signs)
    }

    /// Returns the members, in order of account.
    pub(crate) fn present(&self) -> impl Iterator<Item = AccountId> {
        let present = self.people.iter().filter(|(_, person)| person.standing == MemberStanding::In);
        present.map(|(account, _)| *account)
    }
}

impl Membered {
    const fn nobody() -> Self {
        Self { standing: MemberStanding::In, keys: Vec::new() }
    }
}

/// The keeper's acts, in their one order.
struct Chain {
    keeper: GroupMember,
    last: ChangeDigest,
    removals: BTreeMap<AccountId, Removal>,
    acts: BTreeSet<ChangeDigest>,
}

struct Removal {
    by: AccountId,
    honoured: BTreeSet<ChangeDigest>,
}

/// The additions that each author's farewells all list.
type Farewells = BTreeMap<GroupMember, BTreeSet<ChangeDigest>>;

impl Chain {
    fn walk(
        changes: &BTreeMap<ChangeDigest, MemberChange>,
        first: ChangeDigest,
        keeper: GroupMember,
    ) -> Self {
        let mut after: BTreeMap<ChangeDigest, Vec<ChangeDigest>> = BTreeMap::new();
        for (digest, change) in changes {
            if let MemberAct::Remove { before, .. } | MemberAct::Hand { before, .. } = &change.claim.act {
                after.entry(*before).or_default().push(*digest);
            }
        }
        let mut chain =
            Self { keeper, last: first, removals: BTreeMap::new(), acts: BTreeSet::from([first]) };
        // Each act names the digest of the one before, so the walk visits none twice. Digests ascend in the lists,
        // so the lowest act of a fork comes first.
        while let Some((digest, change)) = after.get(&chain.last).and_then(|next| {
            let acts = next.iter().filter_map(|digest| Some((*digest, changes.get(digest)?)));
            acts.into_iter().find(|(_, change)| chain.takes(change))
        }) {
            chain.acts.insert(digest);
            chain.last = digest;
            match &change.claim.act {
                MemberAct::Hand { to, .. } => chain.keeper = *to,
                MemberAct::Remove { member, honoured, .. } => {
                    let removal =
                        Removal { by: change.claim.by.account, honoured: honoured.iter().copied().collect() };
                    chain.removals.entry(*member).or_insert(removal);
                }
                _ => {}
            }
        }
        chain
    }

    /// Returns true if the next act of the chain can be this one: the keeper's, and not against itself.
    fn takes(&self, change: &MemberChange) -> bool {
        let against_itself =
            matches!(&change.claim.act, MemberAct::Remove { member, .. } if *member == self.keeper.account);
        change.claim.by == self.keeper && !against_itself
    }

    /// Returns true if an addition is still valid after its author's removal or farewell. The keeper's statement
    /// overrides the author's own.
    fn honours(&self, author: GroupMember, addition: &ChangeDigest, farewells: &Farewells) -> bool {
        match (self.removals.get(&author.account), farewells.get(&author)) {
            (Some(removal), _) => removal.honoured.contains(addition),
            (None, Some(listed)) => listed.contains(addition),
            (None, None) => true,
        }
    }
}

/// Returns the additions that each author's farewells list. If somebody signs several farewells, only additions that
/// all of them list count. So nobody who has left can add a member by signing a second farewell.
fn farewells(changes: &BTreeMap<ChangeDigest, MemberChange>) -> Farewells {
    let mut farewells = Farewells::new();
    for change in changes.values() {
        if let MemberAct::Leave { honoured, .. } = &change.claim.act {
            let listed: BTreeSet<ChangeDigest> = honoured.iter().copied().collect();
            farewells
                .entry(change.claim.by)
                .and_modify(|both| both.retain(|digest| listed.contains(digest)))
                .or_insert(listed);
        }
    }
    farewells
}

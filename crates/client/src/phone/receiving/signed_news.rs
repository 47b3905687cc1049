//! Signed changes of groups, from any sender, and members whose phones see other members.
//!
//! **Who is believed.** A change counts by its signature, and it is accepted from a member. A phone joins an
//! unknown group if the changes make both its owner and the sender members. A phone whose owner has left or was
//! removed accepts no more changes. Members by word remain members by word; if the owner added them, this phone
//! then signs for them.
//!
//! **Differences.** A phone that learns from a member who sees others sends that member every change that it has
//! and asks for theirs, once for each difference. Changes only accumulate, so after one exchange both have the
//! same.

use pillarbox_wire::AccountId;

use crate::phone::receiving::effects::{ArrivalContext, Effects, NotTaken, owe_receipt};
use crate::phone::rows::groups::{all_groups, enqueue, find_group, keep_roster, store_group};
use crate::phone::rows::membership::{self, carried, hold_back, load_log, store_log};
use crate::phone::state::mailbox::Full;
use crate::records::body::MemberChanges;
use crate::records::group::{GroupNews, GroupRecord, MAX_GROUPS};
use crate::records::ids::GroupId;
use crate::records::membership::log::{ChangeTaken, MembershipLog};
use crate::records::membership::{MemberAct, MemberChange, MembersSeen};
use crate::records::notice::Notice;
use crate::vault::{Rows, StorageError};

pub(crate) fn take_member_changes(
    rows: &mut Rows<'_>,
    from: AccountId,
    told: &MemberChanges,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), NotTaken> {
    let group = told.group;
    let own = arrival.account.address.map(|address| address.account);
    let known = find_group(rows, group)?;
    let mut log = load_log(rows, group)?;
    let outcomes: Vec<ChangeTaken> = told.changes.iter().map(|change| log.take(group, change)).collect();
    let state = log.state();
    let has = |account: AccountId| {
        known.as_ref().is_some_and(|known| known.has(account))
            || state.as_ref().is_some_and(|state| state.has(account))
    };
    // In a group whose operator manages its members, no member is believed on who is in it.
    let is_out = known
        .as_ref()
        .is_some_and(|known| known.operator_admin.is_some() || own.is_none_or(|own| !known.has(own)));
    let (Some(own), Some(state), false) = (own.filter(|own| has(*own)), &state, is_out || !has(from)) else {
        // Nothing in it is believed, and it is finished with that.
        return Ok(owe_receipt(rows, told.id, arrival, effects)?);
    };
    if known.is_none() {
        let groups = all_groups(rows)?;
        if groups.iter().filter(|known| known.has(own)).count() >= MAX_GROUPS {
            return Err(NotTaken::NoRoom(Full::Groups { by: from }));
        }
    }
    if outcomes.contains(&ChangeTaken::Refused) {
        effects.notices.push(Notice::ChangeRefused { group, contact: from });
    }
    if outcomes.contains(&ChangeTaken::NoRoom) {
        effects.notices.push(Notice::GroupFull { group, by: from });
    } else {
        owe_receipt(rows, told.id, arrival, effects)?;
    }
    let leaves = |change: &MemberChange| {
        change.claim.by.account == from && matches!(change.claim.act, MemberAct::Leave { .. })
    };
    if told.changes.iter().any(leaves) {
        // The session proves who speaks, under whichever key the group knows them.
        log.part(from);
    }
    let is_new = known.is_none();
    let mut record = known.unwrap_or_else(|| GroupRecord::new(group, state.name.clone(), told.key));
    let was_signed = record.keeper.is_some();
    if !was_signed {
        for (member, by) in record.words() {
            log.word(member, by);
            if by == own && !state.people.contains_key(&member) {
                effects.unsigned.push((group, member));
            }
        }
    }
    let news = record.follow(&log);
    if is_new {
        let adder = state.people.get(&own).and_then(|person| person.keys.first());
        let by = adder.map_or(from, |key| key.by.account);
        record.heard(GroupNews::Joined, by, arrival.now);
        effects.notices.push(Notice::GroupJoined { group, by });
    } else {
        for (news, by) in news {
            record.heard(news, by, arrival.now);
            effects.notices.push(notice(group, news, by));
            if let GroupNews::Removed(member) | GroupNews::Dropped(member) = news {
                hold_back(rows, group, member)?;
                effects.outbox_changed = true;
            }
        }
    }
    store_log(rows, group, &log)?;
    store_group(rows, &record)?;
    effects.facts_changed = true;
    keep_roster(rows, &record, arrival.account)?;
    if record.has(own) && record.has(from) && (was_signed || is_new) {
        answer(rows, &record, &log, from, told, effects)?;
    }
    Ok(())
}

/// Sends a member the changes that it lacks, or asks for those that this phone lacks.
fn answer(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    log: &MembershipLog,
    from: AccountId,
    told: &MemberChanges,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    if told.asks {
        let order = log.in_reading_order(&[from]);
        let lacking: Vec<MemberChange> =
            order.into_iter().filter(|change| !told.changes.contains(change)).collect();
        if !lacking.is_empty() && !membership::waits(rows, record.id, from)? {
            let contents = carried(rows, record, &lacking, false);
            enqueue(rows, from, contents)?;
            effects.outbox_changed = true;
        }
    } else if told.seen != record.seen() {
        effects.outbox_changed |= membership::compare(rows, record, from, told.seen)?;
    }
    Ok(())
}

/// Compares the members whom the sender of a text sees with those whom this phone sees.
pub(crate) fn compare_seen(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    from: AccountId,
    seen: MembersSeen,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let ours = record.seen();
    let differs = seen != ours || record.keeper.is_none();
    if differs && membership::compare(rows, record, from, seen)? {
        effects.outbox_changed = true;
        if seen != ours {
            let (group, theirs, ours) = (record.id, seen.count, ours.count);
            effects.notices.push(Notice::MembersDiffer { group, contact: from, theirs, ours });
        }
    }
    Ok(())
}

fn notice(group: GroupId, news: GroupNews, by: AccountId) -> Notice {
    match news {
        GroupNews::Made | GroupNews::Joined => Notice::GroupJoined { group, by },
        GroupNews::Added(member) => Notice::MemberAdded { group, member, by },
        GroupNews::Left => Notice::MemberLeft { group, member: by },
        GroupNews::Removed(member) => Notice::MemberRemoved { group, member, by },
        GroupNews::Dropped(member) => Notice::MemberDropped { group, member },
        GroupNews::Handed(keeper) => Notice::KeeperChanged { group, keeper, by },
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_crypto::IdentitySecret;
    use pillarbox_wire::{FixedBytes, Timestamp};

    use super::*;
    use crate::phone::engine::Phone;
    use crate::phone::rows::pending::load_pending;
    use crate::phone::state::outbox::Item;
    use crate::phone::testing::{NOW, OWN, phone};
    use crate::records::group::Group;
    use crate::records::history::DeliveryState;
    use crate::records::ids::BodyId;
    use crate::records::membership::{GroupMember, MemberClaim};
    use crate::vault::Table;

    /// The keeper of a group, who has every other phone of these tests say what the test needs.
    struct Keeper {
        identity: IdentitySecret,
        log: MembershipLog,
        group: GroupId,
    }

    fn account(number: usize) -> AccountId {
        AccountId(u128::try_from(number).unwrap().to_be_bytes())
    }

    impl Keeper {
        fn account() -> AccountId {
            account(1)
        }

        fn new(salt: u8) -> Self {
            let identity = IdentitySecret::generate(&mut rand::rng());
            let mut keeper =
                Self { identity, log: MembershipLog::default(), group: GroupId(FixedBytes([0; 16])) };
            let salt = FixedBytes([salt; 16]);
            let claim = MemberClaim::make(keeper.member(), "Harbour".to_owned(), salt, NOW).unwrap();
            keeper.group = claim.group;
            keeper.sign(claim);
            keeper
        }

        fn member(&self) -> GroupMember {
            let key = FixedBytes(*self.identity.public().signing().as_bytes());
            GroupMember { account: Self::account(), key }
        }

        fn sign(&mut self, claim: MemberClaim) -> MemberChange {
            let change = claim.sign(self.identity.signing()).unwrap();
            assert_eq!(self.log.take(self.group, &change), ChangeTaken::New);
            change
        }

        fn does(&mut self, act: MemberAct) -> MemberChange {
            let claim = MemberClaim { group: self.group, by: self.member(), act, at: NOW };
            self.sign(claim)
        }

        fn add(&mut self, whom: AccountId) -> MemberChange {
            self.does(MemberAct::Add { member: GroupMember { account: whom, key: FixedBytes([7; 32]) } })
        }

        fn remove(&mut self, member: AccountId) -> MemberChange {
            let before = self.log.state().unwrap().last;
            self.does(MemberAct::Remove { member, honoured: Vec::new(), before })
        }

        /// Sends a phone these changes. Returns its notices, and whether it owes a receipt.
        fn tell(&self, phone: &mut Phone, changes: Vec<MemberChange>) -> (Vec<Notice>, bool) {
            let present: Vec<AccountId> = self.log.state().unwrap().present().collect();
            let account = phone.account.clone();
            let taken = phone.vault.transact(&mut rand::rng(), |rows| {
                let arrival = ArrivalContext {
                    sealed: true,
                    peer: Self::account(),
                    link: None,
                    account: &account,
                    checks_log: false,
                    evidence: None,
                    now: NOW,
                };
                let id = BodyId::generate(&mut rows.rng);
                let (group, seen) = (self.group, MembersSeen::new(self.group, &present));
                let told = MemberChanges { id, group, key: FixedBytes([0; 32]), seen, asks: false, changes };
                let mut effects = Effects::default();
                let taken = take_member_changes(rows, Self::account(), &told, &arrival, &mut effects);
                assert!(taken.is_ok());
                let owes = load_pending(rows, Self::account()).unwrap().receipts.contains(&id);
                Ok::<_, StorageError>((effects.notices, owes))
            });
            phone.reindex().unwrap();
            taken.unwrap()
        }

        fn all(&self) -> Vec<MemberChange> {
            self.log.in_reading_order(&[OWN])
        }
    }

    #[test]
    fn a_text_that_waits_when_a_removal_comes_goes_to_the_others_only() {
        let (mut phone, mut keeper) = (phone(), Keeper::new(1));
        let (gone, stays) = (account(2), account(3));
        for member in [OWN, gone, stays] {
            keeper.add(member);
        }
        keeper.tell(&mut phone, keeper.all());
        let text = phone.queue_group_text(keeper.group, "six", NOW, &mut rand::rng()).unwrap();
        let waiting = |phone: &Phone| {
            let items = phone.vault.read(|rows| rows.load_all::<Item>(Table::Outbox)).unwrap();
            let mut to: Vec<AccountId> =
                items.iter().filter(|item| item.id() == Some(text)).map(|item| item.to).collect();
            to.sort_unstable();
            to
        };
        assert_eq!(waiting(&phone), [Keeper::account(), gone, stays], "before, it waits for all");
        let removal = keeper.remove(gone);
        let (notices, owes) = keeper.tell(&mut phone, vec![removal]);
        let told = Notice::MemberRemoved { group: keeper.group, member: gone, by: Keeper::account() };
        assert_eq!((notices, owes), (vec![told], true));
        assert_eq!(waiting(&phone), [Keeper::account(), stays]);
        let copies = phone.group_delivery(text).unwrap();
        assert!(copies.contains(&(gone, DeliveryState::Refused)));
        let entry = phone.group_history(keeper.group).unwrap().pop().unwrap().entry;
        assert_eq!(entry.direction, crate::records::history::EntryDirection::Sent(DeliveryState::Queued));
    }

    #[test]
    fn a_signed_member_for_whom_there_is_no_room_is_told_and_the_change_not_confirmed() {
        let (mut phone, mut keeper) = (phone(), Keeper::new(1));
        keeper.add(OWN);
        let mut told = keeper.all();
        (3..=crate::records::limits::MAX_GROUP_MEMBERS)
            .for_each(|number| told.push(keeper.add(account(number))));
        let chunks: Vec<Vec<MemberChange>> = told.chunks(40).map(<[_]>::to_vec).collect();
        assert!(chunks.into_iter().all(|chunk| keeper.tell(&mut phone, chunk).1), "all fit");
        // Another phone would accept it if it lacked one of the others.
        let one_more = GroupMember { account: account(1_000), key: FixedBytes([7; 32]) };
        let claim = MemberClaim {
            group: keeper.group,
            by: keeper.member(),
            act: MemberAct::Add { member: one_more },
            at: Timestamp(1),
        };
        let change = claim.sign(keeper.identity.signing()).unwrap();
        let full = Notice::GroupFull { group: keeper.group, by: Keeper::account() };
        let (notices, owes) = keeper.tell(&mut phone, vec![change]);
        assert!(notices.contains(&full) && !owes, "{notices:?}");
    }

    #[test]
    fn changes_that_do_not_make_the_owner_a_member_make_no_group() {
        let (mut phone, mut keeper) = (phone(), Keeper::new(1));
        keeper.add(account(2));
        let groups = |phone: &Phone| -> Vec<Group> { phone.all_groups().unwrap() };
        let (notices, owes) = keeper.tell(&mut phone, keeper.all());
        assert_eq!((notices, owes, groups(&phone)), (Vec::new(), true, Vec::new()));
        keeper.add(OWN);
        keeper.tell(&mut phone, keeper.all());
        assert_eq!(groups(&phone).len(), 1);
        // A removed member accepts no more changes.
        let removal = keeper.remove(OWN);
        keeper.tell(&mut phone, vec![removal]);
        let then = groups(&phone);
        let later = keeper.add(account(9));
        keeper.tell(&mut phone, vec![later]);
        assert_eq!(groups(&phone), then);
        assert!(!then.iter().any(|group| phone.is_in(group)));
    }
}

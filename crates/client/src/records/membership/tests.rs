use std::collections::BTreeMap;

use pillarbox_crypto::SigningSecret;
use pillarbox_wire::{AccountId, FixedBytes, Timestamp, decode, encode};
use proptest::prelude::*;
use proptest::sample::Index;

use super::log::{ChangeTaken, ComparedMembers, MAX_CHANGES_OF_A_KIND, MembershipLog, MembershipRecord};
use super::state::{MemberStanding, Membership};
use super::{ChangeDigest, GroupMember, MAX_HONOURED, MemberAct, MemberChange, MemberClaim, MembersSeen};
use crate::records::ids::GroupId;
use crate::records::limits::MAX_GROUP_MEMBERS;

/// People of these tests: a number is an account and a key.
fn secret(person: u8) -> SigningSecret {
    SigningSecret::from_bytes([person.wrapping_add(1); 32])
}

fn account(person: u8) -> AccountId {
    AccountId([person; 16])
}

fn member(person: u8) -> GroupMember {
    GroupMember { account: account(person), key: FixedBytes(*secret(person).public().as_bytes()) }
}

fn make(by: u8, salt: u8) -> MemberChange {
    let salt = FixedBytes([salt; 16]);
    MemberClaim::make(member(by), "Harbour".to_owned(), salt, Timestamp(1))
        .unwrap()
        .sign(&secret(by))
        .unwrap()
}

fn sign(group: GroupId, by: u8, act: MemberAct, at: u64) -> MemberChange {
    MemberClaim { group, by: member(by), act, at: Timestamp(at) }.sign(&secret(by)).unwrap()
}

fn add(group: GroupId, by: u8, whom: u8, at: u64) -> MemberChange {
    sign(group, by, MemberAct::Add { member: member(whom) }, at)
}

fn log_of<'a>(changes: impl IntoIterator<Item = &'a MemberChange>) -> MembershipLog {
    let mut log = MembershipLog::default();
    let changes: Vec<&MemberChange> = changes.into_iter().collect();
    let group = changes.first().unwrap().claim.group;
    for change in changes {
        assert!(matches!(log.take(group, change), ChangeTaken::New | ChangeTaken::Known));
    }
    log
}

fn present(log: &MembershipLog) -> Vec<AccountId> {
    log.state().unwrap().present().collect()
}

fn removal(log: &MembershipLog, group: GroupId, by: u8, whom: u8, at: u64) -> MemberChange {
    let state = log.state().unwrap();
    let honoured = log.additions_of(account(whom), &state);
    sign(group, by, MemberAct::Remove { member: account(whom), honoured, before: state.last }, at)
}

fn farewell(log: &MembershipLog, group: GroupId, by: u8, at: u64) -> MemberChange {
    let state = log.state().unwrap();
    let honoured = log.additions_of(account(by), &state);
    sign(group, by, MemberAct::Leave { honoured, before: state.last }, at)
}

fn hand(log: &MembershipLog, group: GroupId, by: u8, to: u8, at: u64) -> MemberChange {
    sign(group, by, MemberAct::Hand { to: member(to), before: log.state().unwrap().last }, at)
}

/// A step of a history: an act, its author, and the person whom it is about.
type Step = (u8, u8, u8, Vec<bool>);

/// Plays steps by people who each know only some of what was signed before, and may lie about it: additions by
/// outsiders, removals by members other than the keeper, forks. Everything is signed by its author.
fn history(steps: &[Step]) -> Vec<MemberChange> {
    let mut changes = vec![make(0, 7)];
    let group = changes[0].claim.group;
    for (number, (act, by, whom, knows)) in steps.iter().enumerate() {
        let known = changes.iter().enumerate();
        let known = known.filter(|(place, _)| *place == 0 || *knows.get(*place).unwrap_or(&true));
        let log = log_of(known.map(|(_, change)| change));
        // The order of times means nothing: here they go back and forth.
        let at = 50 + 13 * u64::try_from(number).unwrap() % 40;
        let (by, whom) = (by % 8, whom % 8);
        changes.push(match act % 6 {
            0..=2 => add(group, by, whom, at),
            3 => removal(&log, group, if by < 4 { 0 } else { by }, whom, at),
            4 => farewell(&log, group, by, at),
            _ => hand(&log, group, by, whom, at),
        });
    }
    changes
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(
        (any::<u8>(), any::<u8>(), any::<u8>(), proptest::collection::vec(any::<bool>(), 0..24)),
        0..24,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn phones_with_the_same_changes_agree_in_whatever_order_they_came(
        steps in steps(),
        order in proptest::collection::vec(any::<Index>(), 1..64),
    ) {
        let changes = history(&steps);
        let group = changes[0].claim.group;
        let first = log_of(&changes);
        let mut other = MembershipLog::default();
        // Any of them repeatedly, then all that are missing, from the last to the first.
        for change in order.iter().map(|index| index.get(&changes)).chain(changes.iter().rev()) {
            prop_assert!(matches!(other.take(group, change), ChangeTaken::New | ChangeTaken::Known));
        }
        prop_assert_eq!(first.state(), other.state());
        prop_assert_eq!(&first, &other);
        let read: MembershipRecord = decode(&encode(&other.record()).unwrap()).unwrap();
        prop_assert_eq!(MembershipLog::of_record(read).unwrap(), first);
    }

    #[test]
    fn two_phones_that_exchange_what_they_have_agree(steps in steps(), mine in proptest::collection::vec(any::<bool>(), 24)) {
        let changes = history(&steps);
        let group = changes[0].claim.group;
        let half = |own: bool| {
            let of_half = changes.iter().enumerate();
            log_of(of_half.filter(|(place, _)| *place == 0 || mine.get(*place) == Some(&own)).map(|(_, it)| it))
        };
        let (mut one, mut other) = (half(true), half(false));
        for change in one.in_reading_order(&[account(3)]) {
            other.take(group, &change);
        }
        for change in other.in_reading_order(&[account(4)]) {
            one.take(group, &change);
        }
        prop_assert_eq!(one.state(), other.state());
    }

    #[test]
    fn nothing_that_a_removed_member_adds_later_or_backdated_holds(
        steps in steps(),
        whom in 1..8_u8,
        at in any::<u64>(),
        comes_first in any::<bool>(),
    ) {
        let mut changes = history(&steps);
        let group = changes[0].claim.group;
        let log = log_of(&changes);
        let keeper = log.state().unwrap().keeper.account.0[0];
        prop_assume!(keeper != whom);
        let removal = removal(&log, group, keeper, whom, 60);
        let late = add(group, whom, 99, at);
        // The control: without the removal the same addition is valid, if its author is a member.
        let before = log_of(changes.iter().chain([&late])).state().unwrap();
        prop_assert_eq!(before.has(account(99)), log.state().unwrap().is_author(member(whom)));
        if comes_first { changes.extend([late, removal]); } else { changes.extend([removal, late]); }
        let after = log_of(&changes).state().unwrap();
        prop_assert!(!after.has(account(99)));
        prop_assert!(!after.has(account(whom)));
    }
}

#[test]
fn a_change_that_is_altered_or_of_another_group_is_refused_and_the_same_one_untouched_is_taken() {
    let first = make(0, 7);
    let group = first.claim.group;
    let second = make(0, 8);
    let taken = |change: &MemberChange| {
        let mut log = log_of([&first]);
        log.take(group, change)
    };
    let digests = |count: u8| (0..count).map(|byte| FixedBytes([byte; 32])).collect::<Vec<ChangeDigest>>();
    let remove = |honoured| MemberAct::Remove { member: account(2), honoured, before: FixedBytes([0; 32]) };
    let sound = sign(group, 0, remove(digests(3)), 5);
    assert_eq!(taken(&sound), ChangeTaken::New);

    let mut forged = sound.clone();
    forged.claim.by = member(1);
    assert_eq!(taken(&forged), ChangeTaken::Refused, "in another's name");
    let mut forged = sound.clone();
    forged.signature.0[0] ^= 1;
    assert_eq!(taken(&forged), ChangeTaken::Refused, "another signature");
    let mut forged = sound.clone();
    forged.claim.at = Timestamp(4);
    assert_eq!(taken(&forged), ChangeTaken::Refused, "backdated by whoever carries it");
    let mut forged = sound.clone();
    forged.claim.act = remove(digests(2));
    assert_eq!(taken(&forged), ChangeTaken::Refused, "with a list cut short");
    let of_other = sign(second.claim.group, 0, remove(digests(3)), 5);
    assert_eq!(taken(&of_other), ChangeTaken::Refused, "of another group");
    let mut renamed = of_other;
    renamed.claim.group = group;
    assert_eq!(taken(&renamed), ChangeTaken::Refused, "moved to this group");
    assert_eq!(taken(&second), ChangeTaken::Refused, "the making of another group");
    let mut claimed = second;
    claimed.claim.group = group;
    let claimed = claimed.claim.sign(&secret(0)).unwrap();
    assert_eq!(taken(&claimed), ChangeTaken::Refused, "a second making of this group");

    let twice = vec![FixedBytes([1; 32]), FixedBytes([1; 32])];
    assert_eq!(taken(&sign(group, 0, remove(twice), 5)), ChangeTaken::Refused, "a list with one thing twice");
    let turned = digests(2).into_iter().rev().collect();
    assert_eq!(taken(&sign(group, 0, remove(turned), 5)), ChangeTaken::Refused, "a list in another order");
}

#[test]
fn only_the_keeper_removes_and_whoever_was_removed_does_not_come_back() {
    let first = make(0, 7);
    let group = first.claim.group;
    let changes = vec![first, add(group, 0, 1, 2), add(group, 1, 2, 3)];
    let log = log_of(&changes);
    let by_member = removal(&log, group, 1, 2, 4);
    assert_eq!(present(&log_of(changes.iter().chain([&by_member]))).len(), 3, "a member's removal is void");
    let by_keeper = removal(&log, group, 0, 2, 4);
    let removed = log_of(changes.iter().chain([&by_keeper]));
    assert_eq!(present(&removed), [account(0), account(1)]);
    let again = add(group, 0, 2, 9);
    assert_eq!(present(&log_of(changes.iter().chain([&by_keeper, &again]))), [account(0), account(1)]);
    let itself = removal(&log, group, 0, 0, 4);
    assert_eq!(present(&log_of(changes.iter().chain([&itself]))).len(), 3, "a keeper leaves instead");
}

#[test]
fn what_a_removed_member_added_holds_if_the_removal_lists_it_and_falls_with_all_that_hangs_on_it_otherwise() {
    let first = make(0, 7);
    let group = first.claim.group;
    let known = vec![first, add(group, 0, 1, 2), add(group, 1, 2, 3), add(group, 2, 3, 4)];
    let listing = removal(&log_of(&known), group, 0, 1, 5);
    assert_eq!(present(&log_of(known.iter().chain([&listing]))), [account(0), account(2), account(3)]);
    let MemberAct::Remove { member, before, .. } = listing.claim.act else { panic!("a removal") };
    let bare = sign(group, 0, MemberAct::Remove { member, honoured: Vec::new(), before }, 5);
    assert_eq!(present(&log_of(known.iter().chain([&bare]))), [account(0)]);
}

#[test]
fn a_keeper_hands_over_and_removes_no_more() {
    let first = make(0, 7);
    let group = first.claim.group;
    let mut changes = vec![first, add(group, 0, 1, 2), add(group, 0, 2, 3)];
    changes.push(hand(&log_of(&changes), group, 0, 1, 4));
    let log = log_of(&changes);
    assert_eq!(log.state().unwrap().keeper, member(1));
    let by_former = removal(&log, group, 0, 2, 5);
    assert_eq!(present(&log_of(changes.iter().chain([&by_former]))).len(), 3);
    let by_new = removal(&log, group, 1, 0, 5);
    assert_eq!(present(&log_of(changes.iter().chain([&by_new]))), [account(1), account(2)]);
}

#[test]
fn of_two_acts_of_a_keeper_over_one_the_lower_digest_holds_on_every_phone() {
    let first = make(0, 7);
    let group = first.claim.group;
    let changes = vec![first, add(group, 0, 1, 2), add(group, 0, 2, 3)];
    let log = log_of(&changes);
    let (one, other) = (removal(&log, group, 0, 1, 4), removal(&log, group, 0, 2, 4));
    let lower = if one.check(group) < other.check(group) { account(1) } else { account(2) };
    for fork in [[&one, &other], [&other, &one]] {
        assert!(!present(&log_of(changes.iter().chain(fork))).contains(&lower));
        assert_eq!(present(&log_of(changes.iter().chain(fork))).len(), 2, "and the other one is void");
    }
}

#[test]
fn anybody_leaves_and_adds_nobody_afterwards_not_even_by_a_second_farewell() {
    let first = make(0, 7);
    let group = first.claim.group;
    let mut changes = vec![first, add(group, 0, 1, 2), add(group, 1, 2, 3)];
    let farewell = farewell(&log_of(&changes), group, 1, 4);
    changes.push(farewell.clone());
    let log = log_of(&changes);
    assert_eq!(present(&log), [account(0), account(2)], "whom they had added stays");
    assert_eq!(log.state().unwrap().people[&account(1)].standing, MemberStanding::Left);
    let late = add(group, 1, 3, 1);
    changes.push(late.clone());
    assert_eq!(present(&log_of(&changes)), [account(0), account(2)]);
    let MemberAct::Leave { mut honoured, before } = farewell.claim.act else { panic!("a farewell") };
    honoured.push(late.check(group).unwrap());
    honoured.sort_unstable();
    changes.push(sign(group, 1, MemberAct::Leave { honoured, before }, 4));
    assert_eq!(present(&log_of(&changes)), [account(0), account(2)]);
}

#[test]
fn a_key_that_somebody_invents_for_a_member_neither_leaves_nor_removes_in_its_name() {
    let first = make(0, 7);
    let group = first.claim.group;
    let invented = GroupMember { account: account(0), key: member(9).key };
    let mut changes = vec![first, add(group, 0, 1, 2)];
    changes.push(sign(group, 1, MemberAct::Add { member: invented }, 3));
    let last = log_of(&changes).state().unwrap().last;
    let as_them = |act| MemberClaim { group, by: invented, act, at: Timestamp(4) }.sign(&secret(9)).unwrap();
    changes.push(as_them(MemberAct::Leave { honoured: Vec::new(), before: last }));
    changes.push(as_them(MemberAct::Remove { member: account(1), honoured: Vec::new(), before: last }));
    assert_eq!(present(&log_of(&changes)), [account(0), account(1)]);
    // The same acts by the key of the creator are valid.
    let log = log_of(&changes);
    let by_maker = removal(&log, group, 0, 1, 5);
    assert_eq!(present(&log_of(changes.iter().chain([&by_maker]))), [account(0)]);
}

#[test]
fn a_log_has_room_for_every_removal_however_many_additions_a_member_signs() {
    let first = make(0, 7);
    let group = first.claim.group;
    let mut log = log_of([&first, &add(group, 0, 1, 2)]);
    let mut named = 2;
    for person in 2..=u8::MAX {
        match log.take(group, &add(group, 1, person, 3)) {
            ChangeTaken::New => named += 1,
            outcome => assert_eq!(outcome, ChangeTaken::NoRoom),
        }
    }
    assert_eq!(named, MAX_GROUP_MEMBERS, "one change more is not taken");
    // New keys for the same accounts, until that is full too.
    for at in 0..MAX_CHANGES_OF_A_KIND {
        let at = 10 + u64::try_from(at).unwrap();
        let taken = log.take(group, &add(group, 1, 2, at));
        assert!(matches!(taken, ChangeTaken::New | ChangeTaken::NoRoom));
    }
    let MemberAct::Remove { before, .. } = removal(&log, group, 0, 1, 5).claim.act else {
        panic!("a removal")
    };
    let bare = MemberAct::Remove { member: account(1), honoured: Vec::new(), before };
    assert_eq!(log.take(group, &sign(group, 0, bare, 5)), ChangeTaken::New);
    assert_eq!(present(&log), [account(0)]);
    // Changes that are no longer valid make room.
    assert_eq!(log.take(group, &add(group, 0, 200, 6)), ChangeTaken::New);
    assert_eq!(present(&log), [account(0), account(200)]);
}

#[test]
fn the_fullest_log_fits_its_row_and_the_longest_claim_its_limit() {
    let first = make(0, 7);
    let group = first.claim.group;
    let honoured: Vec<ChangeDigest> = (0..MAX_HONOURED)
        .map(|number| {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
            FixedBytes(digest)
        })
        .collect();
    let mut before = first.check(group).unwrap();
    let mut log = log_of([&first]);
    for at in 0..u64::try_from(MAX_CHANGES_OF_A_KIND + 1).unwrap() {
        let listed = if at < 2 { honoured.clone() } else { Vec::new() };
        let remove = MemberAct::Remove { member: account(1), honoured: listed.clone(), before };
        let leave = MemberAct::Leave { honoured: listed, before };
        let remove = sign(group, 0, remove, at);
        before = remove.check(group).unwrap();
        for change in [add(group, 0, 2, at), remove, sign(group, 2, leave, at)] {
            let taken = log.take(group, &change);
            assert!(matches!(taken, ChangeTaken::New | ChangeTaken::NoRoom));
        }
        let seen = MembersSeen::new(group, &[account(1)]);
        let with = AccountId(u128::from(at).to_be_bytes());
        assert!(log.compare(ComparedMembers { with, theirs: seen, ours: seen }));
        log.owe(with);
        log.word(with, with);
    }
    (0..u8::try_from(MAX_GROUP_MEMBERS).unwrap()).for_each(|person| log.part(account(person)));
    assert_eq!(log.changes().len(), 1 + 3 * MAX_CHANGES_OF_A_KIND);
    assert!(encode(&log.record()).is_ok());
}

#[test]
fn a_difference_is_dealt_with_once_until_something_changes() {
    let mut log = MembershipLog::default();
    let group = GroupId(FixedBytes([1; 16]));
    let one = MembersSeen::new(group, &[account(1)]);
    let two = MembersSeen::new(group, &[account(1), account(2)]);
    let compared = ComparedMembers { with: account(1), theirs: one, ours: two };
    assert!(log.compare(compared));
    assert!(!log.compare(compared));
    assert!(log.compare(ComparedMembers { ours: one, ..compared }));
    assert_ne!(
        one,
        MembersSeen::new(GroupId(FixedBytes([2; 16])), &[account(1)]),
        "a digest is of one group"
    );
}

#[test]
fn the_first_changes_of_a_long_log_are_those_by_which_a_reader_can_join() {
    let first = make(0, 7);
    let group = first.claim.group;
    let mut changes = vec![first];
    changes.extend((1..90).map(|person| add(group, 0, person, 2)));
    changes.extend([add(group, 40, 95, 3), add(group, 95, 96, 4)]);
    let order = log_of(&changes).in_reading_order(&[account(96)]);
    let first: BTreeMap<_, _> =
        order.iter().take(4).map(|change| (change.check(group).unwrap(), change.clone())).collect();
    assert!(Membership::of(&first).unwrap().has(account(96)));
    assert_eq!(order.len(), changes.len());
}

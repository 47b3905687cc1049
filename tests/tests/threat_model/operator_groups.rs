//! Groups whose operator manages their members: what that operator can do to them.

use pillarbox_client::{GroupBasis, GroupId, GroupNews, Habits, NewAccount, Notice, OperatorFault};
use pillarbox_relay::{Keeping, RelaySettings};
use pillarbox_testkit::world::{Who, World};
use pillarbox_wire::{
    AccountId, Duration, FixedBytes, GroupStanding, GroupState, GroupTold, ListedMember, RelayFrame,
    Timestamp,
};

/// A relay that manages groups, or not, and three phones that believe it, or not. The first has a group with the
/// second; the third is in none.
fn three(manages: bool) -> (World, [Who; 3], GroupId) {
    let keeping = Keeping { groups: manages, ..Keeping::LEAST };
    let mut world = World::on_disk(RelaySettings { keeping, ..RelaySettings::default() });
    let groups = manages.then_some(GroupBasis::Operator);
    let people = ["Alice", "Bob", "Mallory"].map(|name| {
        let habits = Habits { groups, ..Habits::default() };
        world.phone_of(NewAccount { habits, ..world.new_account(name) })
    });
    world.introduce(people[0], people[1]);
    let (member, now, mut rng) = (world.id(people[1]), world.now, world.fork());
    let group = world.at(people[0]).make_group("Harbour watch", &[member], now, &mut rng).unwrap();
    world.run();
    (world, people, group)
}

/// The operator's word that somebody was added to the group of the first two, by the first, who did nothing.
fn claim(world: &World, [alice, bob, mallory]: [Who; 3], group: GroupId) -> RelayFrame {
    let by = Some(world.id(alice));
    let listed = |who, standing| ListedMember { account: world.id(who), standing, by, at: Timestamp(1) };
    let mut members = vec![
        listed(alice, GroupStanding::Admin),
        listed(bob, GroupStanding::Member),
        listed(mallory, GroupStanding::Member),
    ];
    members.sort_by_key(|listed| listed.account);
    let state = GroupState { group: group.0, version: 2, name: "Harbour watch".to_owned(), members };
    RelayFrame::GroupTold(Box::new(GroupTold { state }))
}

fn tell(world: &mut World, at: Who, group: GroupId, text: &str) {
    world.pass(Duration::from_seconds(1));
    let (now, mut rng) = (world.now, world.fork());
    world.at(at).queue_group_text(group, text, now, &mut rng).unwrap();
    world.run();
}

fn heard(world: &World, at: Who, group: GroupId) -> Vec<String> {
    let said = world.see(at).group_history(group).unwrap_or_default().into_iter();
    said.map(|said| said.entry.text().unwrap().to_owned()).collect()
}

/// Returns the account that a phone says has added this one, by the operator's word.
fn told_of(world: &mut World, at: Who, member: AccountId) -> Option<AccountId> {
    world.take_notices(at).into_iter().find_map(|notice| match notice {
        Notice::OperatorSays { news: GroupNews::Added(added), by, .. } if added == member => by,
        _ => None,
    })
}

#[test]
fn an_operator_who_manages_membership_can_add_somebody_whom_no_member_added() {
    let (mut world, people, group) = three(true);
    let [alice, bob, mallory] = people;
    let added = world.id(mallory);
    for whom in people {
        let claim = claim(&world, people, group);
        world.inject(whom, claim);
    }
    // The operator names Alice, who did nothing; her phone tells her so.
    for whom in [alice, bob] {
        assert_eq!(told_of(&mut world, whom, added), Some(world.id(alice)), "and the phone tells");
    }
    tell(&mut world, alice, group, "six at the pier");
    tell(&mut world, bob, group, "I will be there");
    assert_eq!(heard(&world, mallory, group), ["six at the pier", "I will be there"]);
}

#[test]
fn an_operator_who_manages_membership_can_read_the_name_of_a_group_and_the_list_of_its_members() {
    for manages in [true, false] {
        let (world, [alice, bob, _], _) = three(manages);
        assert_eq!(world.relay_has(b"Harbour watch"), manages);
        let rows = world.holdings().group_members;
        let listed = |who| rows.iter().any(|row| row.account == world.id(who));
        assert_eq!((listed(alice), listed(bob)), (manages, manages));
    }
}

/// Removes Mallory from the group, changes it `times` more, and returns what the relay tells Mallory's phone when it
/// asks anew.
fn told_to_whoever_was_removed(times: u32, ends: bool) -> Vec<GroupState> {
    let (mut world, [alice, bob, mallory], group) = three(true);
    world.introduce(alice, mallory);
    let (bob_is, out, now, mut rng) = (world.id(bob), world.id(mallory), world.now, world.fork());
    world.at(alice).add_to_group(group, out, now, &mut rng).unwrap();
    world.run();
    world.at(alice).remove_from_group(group, out, now, &mut rng).unwrap();
    world.run();
    for _ in 0..times {
        world.at(alice).remove_from_group(group, bob_is, now, &mut rng).unwrap();
        world.run();
        world.at(alice).add_to_group(group, bob_is, now, &mut rng).unwrap();
        world.run();
    }
    if ends {
        for who in [alice, bob] {
            world.at(who).leave_group(group, now, &mut rng).unwrap();
            world.run();
        }
    }
    world.cut(mallory);
    world.sent.clear();
    world.run();
    let to_mallory = world.sent.drain(..).filter(|(link, _)| link.who == mallory);
    let told = to_mallory.filter_map(|(_, frame)| match frame {
        RelayFrame::GroupTold(told) => Some(GroupState { members: Vec::new(), ..told.state }),
        _ => None,
    });
    let told = told.map(|state| GroupState { group: FixedBytes([0; 16]), ..state });
    told.collect()
}

#[test]
fn a_contact_can_tell_whether_a_group_still_lasts_from_which_its_operator_removed_them() {
    assert_eq!(told_to_whoever_was_removed(0, false).len(), 1);
    assert_eq!(told_to_whoever_was_removed(0, true).len(), 0);
}

#[test]
fn a_contact_cannot_learn_how_often_a_group_changes_after_its_operator_removed_them() {
    assert_eq!(told_to_whoever_was_removed(0, false), told_to_whoever_was_removed(2, false));
}

#[test]
fn an_operator_who_manages_membership_cannot_add_somebody_to_whom_a_phone_sends_without_that_phone_telling() {
    let (mut world, people, group) = three(true);
    let [alice, bob, mallory] = people;
    let added = world.id(mallory);
    // Bob's phone is kept in the dark, and sends nothing to whom it was not told of.
    for whom in [alice, mallory] {
        let claim = claim(&world, people, group);
        world.inject(whom, claim);
    }
    tell(&mut world, bob, group, "between us two");
    assert_eq!(told_of(&mut world, bob, added), None);
    assert!(heard(&world, mallory, group).is_empty());
    tell(&mut world, alice, group, "six at the pier");
    assert!(told_of(&mut world, alice, added).is_some());
    assert_eq!(heard(&world, mallory, group), ["six at the pier"]);
}

#[test]
fn an_operator_who_manages_membership_cannot_read_what_was_said_before_it_added_somebody() {
    let (mut world, people, group) = three(true);
    let [alice, bob, mallory] = people;
    tell(&mut world, alice, group, "before");
    let before = world.deliveries(bob);
    for whom in people {
        let claim = claim(&world, people, group);
        world.inject(whom, claim);
    }
    tell(&mut world, alice, group, "after");
    assert_eq!(heard(&world, bob, group), ["before", "after"]);
    // The operator has every message that it carried, and hands them to the phone that it added.
    for deliver in &before {
        world.repeat(mallory, deliver);
    }
    assert!(!before.is_empty());
    assert_eq!(heard(&world, mallory, group), ["after"]);
    assert!(!world.see(mallory).contacts().unwrap().iter().any(|contact| {
        world
            .see(mallory)
            .history(contact.account)
            .unwrap()
            .iter()
            .any(|entry| entry.text() == Some("before"))
    }));
}

#[test]
fn an_operator_who_manages_membership_cannot_add_anybody_to_a_group_whose_members_sign() {
    let (mut world, people, group) = three(false);
    let [alice, bob, mallory] = people;
    let mut rng = world.fork();
    // All three let the operator manage their groups from now on. The group that Alice made goes on being signed.
    for whom in people {
        let habits = Habits { groups: Some(GroupBasis::Operator), ..Habits::default() };
        world.at(whom).set_habits(habits, &mut rng).unwrap();
        let claim = claim(&world, people, group);
        world.inject(whom, claim);
    }
    let refused = Notice::OperatorRefused { group, reason: OperatorFault::Signed };
    for whom in [alice, bob] {
        assert!(world.take_notices(whom).contains(&refused));
    }
    tell(&mut world, alice, group, "between us two");
    assert_eq!(heard(&world, bob, group), ["between us two"]);
    assert!(heard(&world, mallory, group).is_empty());
}

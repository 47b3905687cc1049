//! Signed membership between phones: removals, farewells, phones that cannot read signatures, and phones that see
//! others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::own_news::WishFault;
use pillarbox_client::{
    DeliveryState, GroupBasis, GroupId, GroupNews, Habits, NewAccount, Notice, PhoneError, Protection,
};
use pillarbox_testkit::world::{Fault, Who, World, altering, honest};
use pillarbox_wire::{AccountId, DeviceId, Duration, Pong, RelayFrame, RequestId};

/// Phones of an older version: they create no signed groups, and do not announce version 2.
fn before() -> Habits {
    Habits { groups: Some(GroupBasis::Word), ..Habits::default() }
}

/// Creates phones that know each other; those in `old` are phones of an older version.
fn people<const N: usize>(world: &mut World, old: &[usize]) -> [Who; N] {
    let phones = std::array::from_fn(|number| {
        let new = world.account(&format!("Person {number}"), Protection::EndToEnd);
        let habits = if old.contains(&number) { before() } else { Habits::default() };
        world.phone_of(NewAccount { habits, ..new })
    });
    for (at, one) in phones.iter().enumerate() {
        phones[at + 1..].iter().for_each(|other| world.introduce(*one, *other));
    }
    phones
}

fn make(world: &mut World, at: Who, with: &[Who]) -> GroupId {
    let members: Vec<AccountId> = with.iter().map(|member| world.id(*member)).collect();
    let (now, mut rng) = (world.now, world.fork());
    let group = world.at(at).make_group("Harbour", &members, now, &mut rng).unwrap();
    world.run();
    group
}

fn tell(world: &mut World, at: Who, group: GroupId, text: &str) -> pillarbox_client::BodyId {
    world.pass(Duration::from_seconds(1));
    let (now, mut rng) = (world.now, world.fork());
    let id = world.at(at).queue_group_text(group, text, now, &mut rng).unwrap();
    world.run();
    id
}

fn add(world: &mut World, at: Who, group: GroupId, whom: Who) {
    let (whom, now, mut rng) = (world.id(whom), world.now, world.fork());
    world.at(at).add_to_group(group, whom, now, &mut rng).unwrap();
    world.run();
}

fn remove(world: &mut World, at: Who, group: GroupId, whom: Who) -> Result<(), PhoneError> {
    let (whom, now, mut rng) = (world.id(whom), world.now, world.fork());
    let removed = world.at(at).remove_from_group(group, whom, now, &mut rng);
    world.run();
    removed
}

fn leave(world: &mut World, at: Who, group: GroupId) {
    let (now, mut rng) = (world.now, world.fork());
    world.at(at).leave_group(group, now, &mut rng).unwrap();
    world.run();
}

fn heard(world: &World, at: Who, group: GroupId) -> Vec<String> {
    let said = world.see(at).group_history(group).unwrap().into_iter();
    said.map(|said| said.entry.text().unwrap().to_owned()).collect()
}

fn members(world: &World, at: Who, group: GroupId) -> Vec<AccountId> {
    world.see(at).group(group).unwrap().members
}

fn keeper(world: &World, at: Who, group: GroupId) -> Option<AccountId> {
    world.see(at).group_signatures(group).unwrap().map(|signed| signed.keeper)
}

#[test]
fn every_member_sees_who_signed_that_each_other_one_belongs() {
    let mut world = World::new();
    let [alice, bob, carol, dave] = people(&mut world, &[]);
    let group = make(&mut world, alice, &[bob, carol]);
    add(&mut world, bob, group, dave);
    for at in [alice, bob, carol, dave] {
        let signed = world.see(at).group_signatures(group).unwrap().expect("signed");
        assert_eq!((signed.maker, signed.keeper), (world.id(alice), world.id(alice)));
        let by = |whom: Who| signed.members.iter().find(|one| one.member == world.id(whom)).unwrap().by;
        assert_eq!(
            [alice, bob, carol, dave].map(by),
            [alice, alice, alice, bob].map(|who| world.id(who)),
            "at {at}"
        );
        assert!(signed.members.iter().all(|one| one.has_known_key));
    }
}

#[test]
fn a_removed_member_is_told_by_whom_keeps_what_it_has_and_gets_no_later_text_from_anybody() {
    let mut world = World::new();
    let [alice, bob, carol] = people(&mut world, &[]);
    let group = make(&mut world, alice, &[bob, carol]);
    tell(&mut world, bob, group, "before");
    for at in [bob, carol] {
        world.take_notices(at);
    }
    remove(&mut world, alice, group, carol).unwrap();
    let told = Notice::MemberRemoved { group, member: world.id(carol), by: world.id(alice) };
    for at in [bob, carol] {
        assert!(world.take_notices(at).contains(&told), "at {at}");
        let last = world.see(at).group_changes(group).unwrap().pop().unwrap();
        assert_eq!((last.news, last.by), (GroupNews::Removed(world.id(carol)), world.id(alice)));
    }
    assert!(world.see(carol).groups().unwrap().is_empty());
    for at in [alice, bob] {
        let text = tell(&mut world, at, group, "after");
        assert_eq!(members(&world, at, group).len(), 2);
        let copies = world.see(at).group_delivery(text).unwrap();
        assert!(
            copies.iter().all(|(to, state)| *to != world.id(carol) && *state == DeliveryState::Delivered)
        );
    }
    assert_eq!(heard(&world, carol, group), ["before"]);
    assert_eq!(heard(&world, bob, group).len(), 3);
    let (now, mut rng) = (world.now, world.fork());
    assert_eq!(
        world.at(carol).queue_group_text(group, "let me in", now, &mut rng),
        Err(PhoneError::UnknownGroup)
    );
    let back = world.id(carol);
    assert_eq!(world.at(bob).add_to_group(group, back, now, &mut rng), Err(PhoneError::TooManyMembers));
}

#[test]
fn only_the_keeper_of_a_signed_group_removes() {
    let mut world = World::new();
    let [alice, bob, carol] = people(&mut world, &[]);
    let group = make(&mut world, alice, &[bob, carol]);
    assert_eq!(remove(&mut world, bob, group, carol), Err(PhoneError::NotKeeper));
    assert_eq!(remove(&mut world, alice, group, alice), Err(PhoneError::NotMember));
    remove(&mut world, alice, group, carol).unwrap();
    assert_eq!(remove(&mut world, alice, group, carol), Err(PhoneError::NotMember));

    let mut world = World::new();
    let [alice, bob] = people(&mut world, &[0]);
    let group = make(&mut world, alice, &[bob]);
    assert_eq!(keeper(&world, bob, group), None, "a group of a phone of before is unsigned");
    assert_eq!(remove(&mut world, alice, group, bob), Err(PhoneError::UnsignedGroup));
}

#[test]
fn a_keeper_who_leaves_makes_the_longest_member_the_keeper() {
    let mut world = World::new();
    let [alice, bob, carol, dave] = people(&mut world, &[]);
    let group = make(&mut world, alice, &[carol]);
    world.pass(Duration::from_seconds(60));
    add(&mut world, carol, group, bob);
    world.pass(Duration::from_seconds(60));
    add(&mut world, bob, group, dave);
    leave(&mut world, alice, group);
    for at in [bob, carol, dave] {
        assert_eq!(keeper(&world, at, group), Some(world.id(carol)), "at {at}");
        assert_eq!(members(&world, at, group).len(), 3);
        let told = Notice::KeeperChanged { group, keeper: world.id(carol), by: world.id(alice) };
        let notices = world.take_notices(at);
        assert!(
            notices.contains(&told)
                && notices.contains(&Notice::MemberLeft { group, member: world.id(alice) })
        );
    }
    remove(&mut world, carol, group, bob).unwrap();
    assert_eq!(members(&world, dave, group), members(&world, carol, group));
    assert_eq!(members(&world, dave, group).len(), 2, "whom Bob had added stays");
}

#[test]
fn a_phone_of_before_gets_rosters_and_plain_texts_and_the_signatures_once_it_reads_them() {
    let mut world = World::new();
    let [alice, bob, old] = people(&mut world, &[2]);
    let group = make(&mut world, alice, &[bob, old]);
    assert_eq!(keeper(&world, bob, group), Some(world.id(alice)));
    assert_eq!(keeper(&world, old, group), None);
    let reads = |world: &World, whom: Who| {
        let signed = world.see(alice).group_signatures(group).unwrap().unwrap();
        signed.members.into_iter().find(|one| one.member == world.id(whom)).unwrap().reads
    };
    assert!(reads(&world, bob) && !reads(&world, old));
    tell(&mut world, alice, group, "from Alice");
    tell(&mut world, old, group, "from before");
    for at in [alice, bob, old] {
        assert_eq!(heard(&world, at, group), ["from Alice", "from before"], "at {at}");
    }
    let undecryptable = |notice: &Notice| matches!(notice, Notice::Undecryptable { .. });
    assert!(!world.take_notices(old).iter().any(undecryptable));
    leave(&mut world, bob, group);
    assert_eq!(members(&world, old, group).len(), 2, "farewells are told as before");

    let mut rng = world.fork();
    world.at(old).set_habits(Habits::default(), &mut rng).unwrap();
    world.tell(alice, old, "a new release?");
    tell(&mut world, old, group, "a receipt said so");
    world.run();
    assert!(reads(&world, old));
    assert_eq!(keeper(&world, old, group), Some(world.id(alice)));
    assert_eq!(members(&world, old, group), members(&world, alice, group));
}

#[test]
fn whom_a_phone_of_before_adds_is_in_a_signed_group_by_its_word_until_somebody_signs() {
    let mut world = World::new();
    let [alice, bob, old, dave] = people(&mut world, &[2]);
    let group = make(&mut world, alice, &[bob, old]);
    add(&mut world, old, group, dave);
    let of_dave = |world: &World, at: Who| {
        let signed = world.see(at).group_signatures(group).unwrap().unwrap();
        let of_dave = signed.members.into_iter().find(|one| one.member == world.id(dave));
        of_dave.map(|one| (one.by, one.at.is_some()))
    };
    for at in [alice, bob] {
        assert_eq!(of_dave(&world, at), Some((world.id(old), false)), "at {at}");
    }
    add(&mut world, alice, group, dave);
    for at in [alice, bob, dave] {
        assert_eq!(of_dave(&world, at), Some((world.id(alice), true)), "at {at}");
    }
    // A removed member does not return by a roster.
    remove(&mut world, alice, group, dave).unwrap();
    add(&mut world, old, group, bob);
    assert!(members(&world, old, group).contains(&world.id(dave)), "it did not hear of it");
    for at in [alice, bob, dave] {
        assert!(!members(&world, at, group).contains(&world.id(dave)), "at {at}");
    }
}

#[test]
fn whom_a_phone_adds_before_it_has_the_signatures_it_signs_once_it_has_them() {
    let mut world = World::new();
    let phones: Vec<Who> = ["Alice", "Bob", "Dave"].map(|name| world.phone(name)).to_vec();
    for (one, other) in [(0, 1), (1, 0), (1, 2), (2, 1)] {
        world.invite(phones[one], phones[other]);
    }
    let (alice, bob, dave) = (phones[0], phones[1], phones[2]);
    // Nobody has written yet, so no phone knows that another one reads signatures.
    let (whom, now, mut rng) = (world.id(bob), world.now, world.fork());
    let group = world.at(alice).make_group("Harbour", &[whom], now, &mut rng).unwrap();
    world.offline(bob);
    world.run();
    world.offline(alice);
    world.online(bob);
    world.run();
    assert_eq!(keeper(&world, bob, group), None, "a roster has come");
    add(&mut world, bob, group, dave);
    world.online(alice);
    world.run();
    for at in [alice, bob, dave] {
        let signed = world.see(at).group_signatures(group).unwrap().expect("signed");
        let of_dave = signed.members.iter().find(|one| one.member == world.id(dave)).unwrap();
        assert_eq!((of_dave.by, of_dave.at.is_some()), (world.id(bob), true), "at {at}");
        assert_eq!(members(&world, at, group).len(), 3);
    }
}

#[test]
fn a_phone_that_sees_other_members_says_so_and_gets_the_changes_that_it_lacks() {
    let mut world = World::new();
    let [alice, bob, carol, dave] = people(&mut world, &[]);
    let group = make(&mut world, alice, &[bob, carol]);
    // Alice's phone drops what Bob's sends, so it never learns that Bob added Dave.
    let (blocked, mut rng) = (world.id(bob), world.fork());
    world.at(alice).block(blocked, true, &mut rng).unwrap();
    add(&mut world, bob, group, dave);
    assert_eq!(members(&world, alice, group).len(), 3);
    world.take_notices(alice);
    tell(&mut world, carol, group, "hello");
    let notices = world.take_notices(alice);
    assert!(notices.contains(&Notice::MembersDiffer { group, contact: world.id(carol), theirs: 4, ours: 3 }));
    assert!(notices.contains(&Notice::MemberAdded { group, member: world.id(dave), by: world.id(bob) }));
    assert_eq!(members(&world, alice, group), members(&world, carol, group));
    // And in the other direction: Alice removes Bob, and Carol's phone is switched off.
    world.offline(carol);
    remove(&mut world, alice, group, bob).unwrap();
    tell(&mut world, alice, group, "without Bob");
    world.online(carol);
    world.run();
    for at in [alice, carol, dave] {
        assert_eq!(members(&world, at, group).len(), 3, "at {at}");
        assert!(!members(&world, at, group).contains(&world.id(bob)));
    }
}

#[test]
fn a_group_is_signed_on_a_phone_that_was_made_anew_after_everything() {
    let mut world = World::new();
    let [alice, bob, carol] = people(&mut world, &[]);
    let group = make(&mut world, alice, &[bob, carol]);
    for at in [alice, bob, carol] {
        world.crash(at);
    }
    world.run();
    remove(&mut world, alice, group, carol).unwrap();
    assert_eq!(members(&world, bob, group).len(), 2);
    assert_eq!(keeper(&world, bob, group), Some(world.id(alice)));
}

#[test]
fn whoever_left_by_a_farewell_of_before_is_not_added_again() {
    let mut world = World::new();
    let [alice, bob, old] = people(&mut world, &[2]);
    let group = make(&mut world, alice, &[bob, old]);
    leave(&mut world, old, group);
    for at in [alice, bob] {
        assert_eq!(members(&world, at, group).len(), 2);
        let (whom, now, mut rng) = (world.id(old), world.now, world.fork());
        assert_eq!(world.at(at).add_to_group(group, whom, now, &mut rng), Err(PhoneError::TooManyMembers));
    }
    add(&mut world, alice, group, bob);
    assert_eq!(members(&world, alice, group).len(), 2);
}

/// Alice, Bob with a laptop, and Carol, who all know Bob and read signatures.
fn with_a_laptop() -> (World, [Who; 4]) {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let laptop = world.link_device(bob, false);
    let carol = world.phone("Carol");
    world.introduce(bob, carol);
    for other in [alice, carol] {
        world.tell(bob, other, "hello");
        world.tell(other, bob, "both phones read signatures");
    }
    (world, [alice, bob, laptop, carol])
}

fn in_it(world: &World, who: Who, group: GroupId) -> Vec<AccountId> {
    world.see(who).group(group).map(|group| group.members).unwrap_or_default()
}

#[test]
fn what_a_linked_device_wishes_of_a_group_the_first_phone_signs_and_all_members_agree() {
    let (mut world, [alice, bob, laptop, carol]) = with_a_laptop();
    let (mut rng, now) = (world.fork(), world.now);
    let [alice_is, bob_is, carol_is] = [alice, bob, carol].map(|who| world.id(who));
    let group = world.at(laptop).make_group("Harbour", &[alice_is], now, &mut rng).unwrap();
    assert!(world.see(laptop).group(group).is_err(), "nothing is made before the first phone signs it");
    assert_eq!(world.see(laptop).group_wishes().unwrap().len(), 1);
    world.run();
    assert!(world.see(laptop).group_wishes().unwrap().is_empty());
    world.at(laptop).add_to_group(group, carol_is, now, &mut rng).unwrap();
    world.run();
    let all = in_it(&world, bob, group);
    assert_eq!(all.len(), 3);
    for who in [alice, carol, laptop] {
        assert_eq!(in_it(&world, who, group), all, "{who:?}");
        let signed = world.see(who).group_signatures(group).unwrap().unwrap();
        assert_eq!(signed.keeper, bob_is);
        assert!(signed.members.iter().all(|one| one.by == bob_is && one.at.is_some()), "{who:?}");
    }
    world.at(laptop).remove_from_group(group, carol_is, now, &mut rng).unwrap();
    world.run();
    for who in [alice, bob, laptop] {
        assert!(!in_it(&world, who, group).contains(&carol_is), "{who:?}");
    }
    let again = world.at(laptop).remove_from_group(group, carol_is, now, &mut rng);
    assert_eq!(again, Err(PhoneError::NotMember), "nobody is asked for what cannot be");
    // Carol was removed for good, which the first phone alone has to say.
    world.take_notices(laptop);
    world.at(laptop).add_to_group(group, carol_is, now, &mut rng).unwrap();
    world.run();
    let refused = Notice::WishRefused { group, fault: WishFault::NoRoom };
    assert!(world.take_notices(laptop).contains(&refused));
    assert!(world.see(laptop).group_wishes().unwrap().is_empty());
    world.at(laptop).leave_group(group, now, &mut rng).unwrap();
    world.run();
    for who in [bob, laptop] {
        assert!(!world.see(who).is_in(&world.see(who).group(group).unwrap()), "{who:?}");
    }
    assert_eq!(in_it(&world, alice, group), [alice_is]);
}

#[test]
fn a_wish_is_granted_once_at_whatever_step_a_device_the_first_phone_or_the_relay_is_killed() {
    let (mut at, mut total) = (1, 0);
    loop {
        let (mut world, [alice, bob, laptop, _]) = with_a_laptop();
        let (mut rng, now, alice_is) = (world.fork(), world.now, world.id(alice));
        let start = world.steps;
        let fault = [Fault::Crash(bob), Fault::Crash(laptop), Fault::Restart, Fault::Crash(alice)][total % 4];
        world.fault = Box::new(move |step| (step == start + at).then_some(fault));
        let group = world.at(laptop).make_group("Harbour", &[alice_is], now, &mut rng).unwrap();
        world.run();
        world.pass(Duration::from_seconds(120));
        world.run();
        for who in [alice, bob, laptop] {
            let groups = world.see(who).groups().unwrap();
            assert_eq!(groups.len(), 1, "{who:?}, {fault:?} at {at}");
            assert_eq!((groups[0].id, groups[0].members.len()), (group, 2), "{fault:?} at {at}");
        }
        assert!(world.see(laptop).group_wishes().unwrap().is_empty(), "{fault:?} at {at}");
        if world.steps < start + at {
            break;
        }
        total += 1;
        at += 5;
    }
    assert!(total > 4, "the loop reaches into the answer: {total}");
}

#[test]
fn what_a_removed_device_wished_is_refused_although_it_was_on_its_way() {
    for removed in [false, true] {
        let (mut world, [alice, bob, laptop, carol]) = with_a_laptop();
        let (mut rng, now) = (world.fork(), world.now);
        let [alice_is, carol_is] = [alice, carol].map(|who| world.id(who));
        let group = world.at(laptop).make_group("Harbour", &[alice_is], now, &mut rng).unwrap();
        world.run();
        // The relay keeps from Bob's phone what the laptop sends, and hands it over later.
        world.down = altering(move |who, frame: &mut RelayFrame| {
            if who == bob && matches!(frame, RelayFrame::Deliver(_)) {
                *frame = RelayFrame::Pong(Pong { request: RequestId(0) });
            }
        });
        world.at(laptop).add_to_group(group, carol_is, now, &mut rng).unwrap();
        world.run();
        if removed {
            world.at(bob).remove_device(DeviceId(128), &mut rng).unwrap();
            world.run();
            assert_eq!(world.see(bob).devices().unwrap().len(), 1);
        }
        world.down = honest();
        world.cut(bob);
        world.run();
        for who in [alice, bob] {
            assert_eq!(in_it(&world, who, group).contains(&carol_is), !removed, "{who:?}");
        }
    }
}

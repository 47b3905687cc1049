//! Groups: one copy of each text for every member, membership by word of mouth, and the limits of a hostile member.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::group::MAX_GROUPS;
use pillarbox_client::own_news::WishFault;
use pillarbox_client::{
    ContactOrigin, DeliveryState, GroupBasis, GroupId, GroupNews, Habits, NewAccount, Notice, OperatorFault,
    PhoneError, Protection,
};
use pillarbox_relay::{Keeping, Rate, RelaySettings};
use pillarbox_testkit::world::World;
use pillarbox_wire::{
    AccountId, ClientFrame, Deposit, DepositKind, DeviceId, Duration, FixedBytes, GroupStanding, GroupState,
    GroupTold, Handle, ListedMember, Refusal, RelayFrame, Timestamp,
};

const NUMBERS: [&str; 3] = ["+447700900121", "+447700900122", "+447700900123"];

/// Creates three phones that know each other, and a group of them created by the first.
fn group(world: &mut World, habits: &Habits) -> ([usize; 3], GroupId) {
    let phones = [0, 1, 2].map(|number| {
        let new = world.account(&format!("Member {number}"), Protection::EndToEnd);
        let handle = Some(Handle::parse(NUMBERS[number]).unwrap());
        world.phone_of(NewAccount { habits: habits.clone(), handle, ..new })
    });
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        world.introduce(phones[one], phones[other]);
    }
    let group = make(world, phones[0], &[phones[1], phones[2]]);
    (phones, group)
}

fn make(world: &mut World, at: usize, with: &[usize]) -> GroupId {
    let members: Vec<AccountId> = with.iter().map(|member| world.id(*member)).collect();
    let (now, mut rng) = (world.now, world.fork());
    let group = world.at(at).make_group("Harbour watch", &members, now, &mut rng).unwrap();
    world.run();
    group
}

fn tell(world: &mut World, at: usize, group: GroupId, text: &str) -> pillarbox_client::BodyId {
    world.pass(Duration::from_seconds(1));
    let (now, mut rng) = (world.now, world.fork());
    let id = world.at(at).queue_group_text(group, text, now, &mut rng).unwrap();
    world.run();
    id
}

fn leave(world: &mut World, at: usize, group: GroupId) {
    let (now, mut rng) = (world.now, world.fork());
    world.at(at).leave_group(group, now, &mut rng).unwrap();
    world.run();
}

fn heard(world: &World, at: usize, group: GroupId) -> Vec<(Option<AccountId>, String)> {
    let said = world.see(at).group_history(group).unwrap().into_iter();
    said.map(|said| (said.from, said.entry.text().unwrap().to_owned())).collect()
}

fn rosters(world: &World) -> Vec<Deposit> {
    let frames = world.seen().filter_map(|frame| match frame {
        ClientFrame::LeaveDeposits(it) => Some(it.deposits.clone()),
        _ => None,
    });
    frames.flatten().filter(|deposit| deposit.kind == DepositKind::Group).collect()
}

#[test]
fn a_text_to_a_group_reaches_every_member_as_one_entry_and_each_copy_is_told_of() {
    let mut world = World::new();
    let ([alice, bob, carol], group) = group(&mut world, &Habits::default());
    for at in [bob, carol] {
        let joined = Notice::GroupJoined { group, by: world.id(alice) };
        assert!(world.take_notices(at).contains(&joined));
        assert_eq!(world.see(at).groups().unwrap(), world.see(alice).groups().unwrap());
    }
    world.offline(carol);
    let id = tell(&mut world, alice, group, "six at the pier");
    let copies = |world: &World| world.see(alice).group_delivery(id).unwrap();
    let state = |world: &World, whom: usize| {
        copies(world).into_iter().find(|(to, _)| *to == world.id(whom)).unwrap().1
    };
    assert_eq!((state(&world, bob), state(&world, carol)), (DeliveryState::Delivered, DeliveryState::Sent));
    world.crash(alice);
    world.online(carol);
    world.run();
    assert_eq!(
        (state(&world, bob), state(&world, carol)),
        (DeliveryState::Delivered, DeliveryState::Delivered)
    );
    tell(&mut world, bob, group, "seven");
    let (one, two) = ("six at the pier".to_owned(), "seven".to_owned());
    assert_eq!(heard(&world, alice, group), [(None, one.clone()), (Some(world.id(bob)), two.clone())]);
    assert_eq!(heard(&world, carol, group), [(Some(world.id(alice)), one), (Some(world.id(bob)), two)]);
    let entry = world.see(carol).history(world.id(alice)).unwrap().pop().unwrap();
    assert_eq!(entry.group, Some(group));
    assert_eq!(world.see(alice).unsent(), 0);
}

#[test]
fn who_leaves_is_told_of_and_hears_no_more_and_does_not_come_back() {
    let mut world = World::new();
    let ([alice, bob, carol], group) = group(&mut world, &Habits::default());
    leave(&mut world, carol, group);
    assert!(world.take_notices(bob).contains(&Notice::MemberLeft { group, member: world.id(carol) }));
    assert_eq!(world.see(alice).groups().unwrap()[0].members.len(), 2);
    assert!(world.see(carol).groups().unwrap().is_empty());
    tell(&mut world, alice, group, "without Carol");
    assert!(heard(&world, carol, group).is_empty());
    assert_eq!(heard(&world, bob, group).len(), 1);
    let (whom, now, mut rng) = (world.id(carol), world.now, world.fork());
    assert_eq!(world.at(alice).add_to_group(group, whom, now, &mut rng), Err(PhoneError::TooManyMembers));
    assert_eq!(
        world.at(carol).queue_group_text(group, "let me in", now, &mut rng),
        Err(PhoneError::UnknownGroup)
    );
    leave(&mut world, bob, group);
    assert_eq!(world.at(alice).queue_group_text(group, "alone", now, &mut rng), Err(PhoneError::EmptyGroup));
}

#[test]
fn a_text_that_crosses_a_farewell_is_thrown_away_and_gets_no_receipt() {
    let mut world = World::new();
    let ([alice, _, carol], group) = group(&mut world, &Habits::default());
    world.offline(alice);
    leave(&mut world, carol, group);
    let (now, mut rng) = (world.now, world.fork());
    let id = world.at(alice).queue_group_text(group, "too late", now, &mut rng).unwrap();
    world.online(alice);
    world.run();
    assert!(heard(&world, carol, group).is_empty());
    let to_carol = world.see(alice).group_delivery(id).unwrap();
    let to_carol = to_carol.into_iter().find(|(to, _)| *to == world.id(carol)).unwrap();
    assert_eq!(to_carol.1, DeliveryState::Sent);
}

#[test]
fn a_member_adds_a_contact_whom_the_others_do_not_know_and_all_can_write_to_all() {
    let mut world = World::new();
    let ([alice, bob, carol], group) = group(&mut world, &Habits::default());
    let dave = world.phone("Dave");
    world.introduce(bob, dave);
    let (whom, now, mut rng) = (world.id(dave), world.now, world.fork());
    world.at(bob).add_to_group(group, whom, now, &mut rng).unwrap();
    world.run();
    let added = Notice::MemberAdded { group, member: whom, by: world.id(bob) };
    assert!(world.take_notices(alice).contains(&added));
    assert!(world.see(alice).contact(whom).is_err(), "nobody is a contact by another's word");
    for at in [alice, dave, carol] {
        tell(&mut world, at, group, "good morning");
    }
    for at in [alice, bob, carol, dave] {
        assert_eq!(heard(&world, at, group).len(), 3, "at {at}");
    }
    assert_eq!(world.see(alice).contact(whom).unwrap().origin, ContactOrigin::Group);
}

#[test]
fn somebody_outside_the_group_cannot_speak_in_it_or_say_who_is_in_it() {
    let mut world = World::new();
    let ([alice, bob, carol], group) = group(&mut world, &Habits::default());
    let (mallory, eve) = (world.phone("Mallory"), world.phone("Eve"));
    for (one, other) in [(bob, mallory), (mallory, alice), (mallory, carol), (mallory, eve)] {
        world.introduce(one, other);
    }
    // Bob makes Mallory a member, and Alice never learns of it: for her phone Mallory is not in this group.
    let (blocked, added, further) = (world.id(bob), world.id(mallory), world.id(eve));
    let (now, mut rng) = (world.now, world.fork());
    world.at(alice).block(blocked, true, &mut rng).unwrap();
    world.at(bob).add_to_group(group, added, now, &mut rng).unwrap();
    world.run();
    let before = world.see(alice).groups().unwrap();
    world.take_notices(alice);
    tell(&mut world, mallory, group, "I am one of you");
    world.at(mallory).add_to_group(group, further, now, &mut rng).unwrap();
    world.run();
    leave(&mut world, mallory, group);
    assert_eq!(world.see(alice).groups().unwrap(), before);
    let news = |notice: &Notice| matches!(notice, Notice::MemberAdded { .. } | Notice::MemberLeft { .. });
    assert!(!world.take_notices(alice).iter().any(news));
    assert!(heard(&world, alice, group).is_empty(), "it is shown as what it is: a text from Mallory");
    let entry = world.see(alice).history(added).unwrap().pop().unwrap();
    assert_eq!((entry.text(), entry.group), (Some("I am one of you"), None));
    // Carol has learned of these changes, so on her phone the same words count as a text to the group.
    assert_eq!(heard(&world, carol, group).len(), 1);
    assert!(world.see(carol).groups().unwrap()[0].members.contains(&further));
}

#[test]
fn groups_have_limits_that_are_said() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let (whom, own, now, mut rng) = (world.id(bob), world.id(alice), world.now, world.fork());
    let phone = world.at(alice);
    assert_eq!(phone.make_group("x", &[own], now, &mut rng), Err(PhoneError::EmptyGroup));
    let stranger = AccountId([9; 16]);
    assert_eq!(phone.make_group("x", &[stranger], now, &mut rng), Err(PhoneError::UnknownContact));
    assert!(matches!(phone.make_group("two\nlines", &[whom], now, &mut rng), Err(PhoneError::BadName(_))));
    let many: Vec<AccountId> = (0..100).map(|number| AccountId([number; 16])).collect();
    assert_eq!(phone.make_group("x", &many, now, &mut rng), Err(PhoneError::TooManyMembers));
    assert!(phone.groups().unwrap().is_empty(), "and nothing was made");
}

#[test]
fn a_roster_is_left_at_the_relay_only_by_habit_in_the_open_or_sealed_and_taken_back_by_who_leaves() {
    for (deposits, sealed_rosters) in
        [(Vec::new(), false), (vec![DepositKind::Group], false), (vec![DepositKind::Group], true)]
    {
        let mut settings = RelaySettings::default();
        settings.keeping.deposits = DepositKind::ALL.to_vec();
        let mut world = World::with(settings);
        let habits = Habits { deposits: deposits.clone(), sealed_rosters, ..Habits::default() };
        let ([_, _, carol], group) = group(&mut world, &habits);
        let left = rosters(&world);
        if deposits.is_empty() {
            assert_eq!(left, []);
            continue;
        }
        assert_eq!(left.len(), 3, "each member leaves their own");
        assert!(left.iter().all(|deposit| deposit.subject.as_slice() == group.0.as_bytes()));
        let readable = left.iter().filter(|deposit| {
            String::from_utf8_lossy(deposit.value.as_ref().unwrap().as_slice()).starts_with("Harbour watch\n")
        });
        assert_eq!(readable.count(), if sealed_rosters { 0 } else { 3 });
        world.received.clear();
        leave(&mut world, carol, group);
        let taken_back = rosters(&world).into_iter().filter(|deposit| deposit.value.is_none()).count();
        assert_eq!((rosters(&world).len(), taken_back), (3, 1));
    }
}

#[test]
fn a_group_for_which_there_is_no_room_is_left_at_the_relay_until_the_owner_has_left_one() {
    let mut settings = RelaySettings::default();
    settings.limits.sealed_submissions = Rate::UNLIMITED;
    let mut world = World::with(settings);
    let (alice, bob) = world.pair();
    let (members, now, mut rng) = ([world.id(bob)], world.now, world.fork());
    let mut make = |world: &mut World, name: &str| {
        let group = world.at(alice).make_group(name, &members, now, &mut rng).unwrap();
        world.run();
        group
    };
    let groups: Vec<GroupId> = (0..MAX_GROUPS).map(|number| make(&mut world, &number.to_string())).collect();
    assert_eq!(world.see(bob).groups().unwrap().len(), MAX_GROUPS);
    world.take_notices(bob);

    let more = make(&mut world, "one more");
    let full = Notice::GroupsFull { by: world.id(alice) };
    assert_eq!(world.take_notices(bob).iter().filter(|notice| **notice == full).count(), 1, "it is told");
    assert_eq!(world.see(bob).held_back(), 1);
    // Later messages are not held up, and restarting the program changes nothing.
    world.say(alice, bob, "do you see it?");
    world.crash(bob);
    world.run();
    assert_eq!(world.heard(bob, alice).last().unwrap(), "do you see it?");
    assert_eq!(world.see(bob).groups().unwrap().len(), MAX_GROUPS);

    leave(&mut world, bob, groups[7]);
    world.cut(bob);
    world.run();
    assert!(world.see(bob).groups().unwrap().iter().any(|group| group.id == more), "it comes");
    assert_eq!(world.see(bob).held_back(), 0);
    tell(&mut world, alice, more, "welcome");
    assert_eq!(heard(&world, bob, more), [(Some(world.id(alice)), "welcome".to_owned())]);
}

/// The frames that carry messages since this was last asked, and their bytes.
fn submitted(world: &mut World) -> (usize, usize) {
    let received: Vec<_> = world.received.drain(..).map(|(_, frame)| frame).collect();
    let frames = received.iter().filter(|frame| matches!(frame, ClientFrame::Submit(_)));
    frames.fold((0, 0), |(count, len), frame| (count + 1, len + pillarbox_wire::encode(frame).unwrap().len()))
}

/// As in docs/measured.md. `--nocapture` prints bytes and time.
#[test]
fn a_text_to_a_group_costs_a_copy_and_a_receipt_for_each_other_member_and_its_making_grows_with_the_square() {
    const TEXTS: usize = 20;
    const MEMBERS: [usize; 3] = [2, 4, 8];
    let (mut texts, mut makings) = (Vec::new(), Vec::new());
    for members in MEMBERS {
        let mut world = World::new();
        let phones: Vec<_> = (0..members).map(|number| world.phone(&format!("Member {number}"))).collect();
        for (at, one) in phones.iter().enumerate() {
            phones.iter().skip(at + 1).for_each(|other| world.introduce(*one, *other));
        }
        world.received.clear();
        let group = make(&mut world, phones[0], &phones[1..]);
        let making = submitted(&mut world);
        for phone in &phones {
            tell(&mut world, *phone, group, "sessions begin");
        }
        world.received.clear();
        let began = std::time::Instant::now();
        for _ in 0..TEXTS {
            tell(&mut world, phones[0], group, "Shall we meet at seven at the bridge?");
        }
        let took = began.elapsed() / u32::try_from(TEXTS).unwrap();
        let (count, bytes) = submitted(&mut world);
        assert_eq!((count % TEXTS, bytes % TEXTS), (0, 0), "every text costs the same");
        let (count, bytes) = (count / TEXTS, bytes / TEXTS);
        println!("{members} members: a text {count} frames, {bytes} bytes, {took:?}; the making {making:?}");
        texts.push((count, bytes));
        makings.push(making);
    }
    let (_, a_member) = texts[0];
    for ((members, text), making) in MEMBERS.into_iter().zip(texts).zip(makings) {
        let others = members - 1;
        assert_eq!(text, (2 * others, a_member * others), "{members} members");
        // Each other member gets the signed change for each.
        let expected = others * (1_100 + 190 * others);
        assert_eq!(making.0, 2 * others, "{members} members");
        assert!(making.1.abs_diff(expected) < expected / 30, "{members} members: {making:?}, not {expected}");
    }
}

/// A relay that manages groups.
fn manages() -> RelaySettings {
    RelaySettings { keeping: Keeping { groups: true, ..Keeping::LEAST }, ..RelaySettings::default() }
}

/// Phones that ask the operator for changes of groups.
fn asks() -> Habits {
    Habits { groups: Some(GroupBasis::Operator), ..Habits::default() }
}

fn says(group: GroupId, news: GroupNews, by: Option<AccountId>) -> Notice {
    Notice::OperatorSays { group, news, by }
}

#[test]
fn an_operator_s_word_on_a_group_is_told_to_everybody_in_it_and_asked_for_by_nobody_else() {
    let mut world = World::on_disk(manages());
    let ([alice, bob, carol], group) = group(&mut world, &asks());
    let (by_alice, whom) = (Some(world.id(alice)), world.id(carol));
    assert!(world.take_notices(bob).contains(&says(group, GroupNews::Joined, by_alice)));
    assert_eq!(world.see(bob).groups().unwrap()[0].members.len(), 3);
    assert_eq!(world.see(bob).group_admin(group), Ok(by_alice));
    assert!(!world.take_notices(alice).iter().any(|notice| matches!(notice, Notice::OperatorSays { .. })));
    let rosters = |frame: &ClientFrame| matches!(frame, ClientFrame::LeaveDeposits(_));
    assert!(!world.seen().any(rosters), "the relay's rows say it, and no phone leaves a roster");
    tell(&mut world, bob, group, "six at the pier");
    assert_eq!(heard(&world, carol, group), [(Some(world.id(bob)), "six at the pier".to_owned())]);

    let (now, mut rng) = (world.now, world.fork());
    assert_eq!(world.at(bob).remove_from_group(group, whom, now, &mut rng), Err(PhoneError::NotKeeper));
    assert_eq!(
        world.at(alice).remove_from_group(group, AccountId([9; 16]), now, &mut rng),
        Err(PhoneError::NotMember)
    );
    world.offline(carol);
    world.at(alice).remove_from_group(group, whom, now, &mut rng).unwrap();
    assert!(world.see(alice).awaits_group(group), "nothing has changed before the relay has answered");
    assert_eq!(world.see(alice).groups().unwrap()[0].members.len(), 3);
    world.run();
    assert!(!world.see(alice).awaits_group(group));
    assert!(world.take_notices(bob).contains(&says(group, GroupNews::Removed(whom), by_alice)));
    tell(&mut world, bob, group, "without Carol");
    world.restart_relay();
    world.online(carol);
    world.run();
    let told = world.take_notices(carol);
    assert!(told.contains(&says(group, GroupNews::Removed(whom), by_alice)), "{told:?}");
    assert_eq!(heard(&world, carol, group).len(), 1);
    assert!(world.see(carol).groups().unwrap().is_empty());

    world.at(alice).add_to_group(group, whom, now, &mut rng).unwrap();
    world.run();
    assert!(world.take_notices(carol).contains(&says(group, GroupNews::Joined, by_alice)));
    assert!(world.take_notices(bob).contains(&says(group, GroupNews::Added(whom), by_alice)));
    world.at(alice).hand_over_group(group, whom).unwrap();
    world.run();
    let told = world.take_notices(carol);
    assert!(told.contains(&says(group, GroupNews::Handed(whom), by_alice)), "{told:?}");
    assert_eq!(world.at(alice).hand_over_group(group, whom), Err(PhoneError::NotKeeper));
    leave(&mut world, carol, group);
    let told = world.take_notices(bob);
    assert!(told.contains(&says(group, GroupNews::Left, Some(whom))), "{told:?}");
    tell(&mut world, alice, group, "seven");
    assert_eq!(heard(&world, bob, group).len(), 3);
    assert_eq!(heard(&world, carol, group).len(), 1);
}

#[test]
fn each_device_of_an_account_acts_on_an_operator_s_group_until_it_is_removed() {
    let mut world = World::on_disk(manages());
    let ([alice, bob, carol], group) = group(&mut world, &asks());
    let laptop = world.link_device(alice, false);
    let (whom, now, mut rng) = (world.id(carol), world.now, world.fork());
    // Its owner has not said on this device that the operator is believed, and the first phone signs nothing there.
    world.at(laptop).leave_group(group, now, &mut rng).unwrap();
    world.run();
    let refused = Notice::WishRefused { group, fault: WishFault::NotSigned };
    assert!(world.take_notices(laptop).contains(&refused));
    assert!(world.see(laptop).group_wishes().unwrap().is_empty());
    assert_eq!(world.see(bob).groups().unwrap()[0].members.len(), 3);
    world.at(laptop).set_habits(asks(), &mut rng).unwrap();
    world.run();
    world.at(laptop).remove_from_group(group, whom, now, &mut rng).unwrap();
    world.run();
    for who in [alice, laptop, bob] {
        assert_eq!(world.see(who).groups().unwrap()[0].members.len(), 2, "{who:?}");
    }
    world.at(alice).remove_device(DeviceId(128), &mut rng).unwrap();
    world.run();
    world.at(laptop).add_to_group(group, whom, now, &mut rng).unwrap();
    world.cut(laptop);
    world.run();
    assert_eq!(world.see(bob).groups().unwrap()[0].members.len(), 2, "the relay admits no removed device");
}

#[test]
fn a_relay_that_manages_no_groups_refuses_and_nothing_changes() {
    let mut world = World::new();
    let ([alice, ..], group) = group(&mut world, &asks());
    let refused = Notice::GroupNotChanged { group, reason: Refusal::NotOffered };
    assert!(world.take_notices(alice).contains(&refused));
    assert_eq!(world.see(alice).group(group), Err(PhoneError::UnknownGroup));
    assert!(world.see(alice).is_settled());
}

fn claimed(group: GroupId, accounts: &[(AccountId, GroupStanding)]) -> RelayFrame {
    let listed = |&(account, standing): &_| ListedMember { account, standing, by: None, at: Timestamp(1) };
    let mut members: Vec<ListedMember> = accounts.iter().map(listed).collect();
    members.sort_by_key(|listed| listed.account);
    let state = GroupState { group: group.0, version: 9, name: "Harbour watch".to_owned(), members };
    RelayFrame::GroupTold(Box::new(GroupTold { state }))
}

#[test]
fn a_phone_takes_no_operator_s_word_that_it_does_not_believe_and_says_so() {
    let (admin, member) = (GroupStanding::Admin, GroupStanding::Member);
    let mut world = World::new();
    let ([alice, bob, _], group) = group(&mut world, &Habits::default());
    let (one, other) = (world.id(alice), world.id(bob));
    let before = world.see(alice).group(group);
    let refused = |reason| Notice::OperatorRefused { group, reason };
    world.inject(alice, claimed(group, &[(one, member), (other, admin)]));
    assert!(world.take_notices(alice).contains(&refused(OperatorFault::NotBelieved)));
    // Its owner has let it believe the operator since; the members of this group go on signing it.
    let (habits, mut rng) = (asks(), world.fork());
    world.at(alice).set_habits(habits, &mut rng).unwrap();
    world.inject(alice, claimed(group, &[(one, member), (other, admin)]));
    assert!(world.take_notices(alice).contains(&refused(OperatorFault::Signed)));
    assert_eq!(world.see(alice).group(group), before);
    let other_group = GroupId(FixedBytes([8; 16]));
    let stranger = AccountId([9; 16]);
    for wrong in [
        &[(other, admin)][..],
        &[(one, member), (other, member)],
        &[(one, admin), (other, admin)],
        &[(one, admin), (one, member)],
        &[(one, GroupStanding::Removed), (stranger, admin)],
    ] {
        world.inject(alice, claimed(other_group, wrong));
        let told = world.take_notices(alice);
        let unreadable = Notice::OperatorRefused { group: other_group, reason: OperatorFault::Unreadable };
        assert!(told.contains(&unreadable), "{wrong:?}: {told:?}");
    }
    world.inject(alice, claimed(other_group, &[(one, GroupStanding::Removed)]));
    assert_eq!(world.see(alice).group(other_group), Err(PhoneError::UnknownGroup));
}

#[test]
fn a_phone_that_no_longer_asks_the_operator_changes_none_of_its_groups() {
    let mut world = World::with(manages());
    let ([_, bob, _], group) = group(&mut world, &asks());
    let (now, mut rng) = (world.now, world.fork());
    world.at(bob).set_habits(Habits::default(), &mut rng).unwrap();
    assert_eq!(world.at(bob).leave_group(group, now, &mut rng), Err(PhoneError::NotOperators));
}

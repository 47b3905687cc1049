//! Phones' behaviour other than carrying texts: receipts by rule, sealing or not, facts deposited at the relay,
//! blocking.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::{DeliveryState, Habits, NewAccount, Notice, PhoneError, Protection, Receipts};
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::world::World;
use pillarbox_wire::{
    Bytes, ClientFrame, Deposit, DepositKind, Duration, Handle, Refusal, RelayFrame, Submit,
};

const NUMBER: &str = "+447700900123";

fn phone(world: &mut World, name: &str, habits: Habits) -> usize {
    let new = NewAccount { habits, ..world.account(name, Protection::EndToEnd) };
    world.phone_of(new)
}

fn pair(world: &mut World, habits: &Habits) -> (usize, usize) {
    let (alice, bob) = (phone(world, "Alice", habits.clone()), phone(world, "Bob", habits.clone()));
    world.introduce(alice, bob);
    (alice, bob)
}

fn submissions(world: &World) -> Vec<Submit> {
    let frames = world.seen();
    frames
        .filter_map(|frame| if let ClientFrame::Submit(it) = frame { Some(it.clone()) } else { None })
        .collect()
}

fn deposits(world: &World) -> Vec<Deposit> {
    let frames = world.seen().filter_map(|frame| match frame {
        ClientFrame::LeaveDeposits(it) => Some(it.deposits.clone()),
        _ => None,
    });
    frames.flatten().collect()
}

/// Creates a world whose relay keeps every deposit.
fn keeping_everything() -> World {
    let mut settings = RelaySettings::default();
    settings.keeping.deposits = DepositKind::ALL.to_vec();
    World::with(settings)
}

fn fact(kind: DepositKind, subject: &str, value: Option<&str>) -> Deposit {
    let bytes = |text: &str| Bytes(text.as_bytes().to_vec());
    Deposit { kind, subject: bytes(subject), value: value.map(bytes) }
}

fn tell(world: &mut World, at: usize, kind: DepositKind, value: Option<&str>) {
    let mut rng = world.fork();
    world.at(at).set_fact(kind, b"", value.map(|text| text.as_bytes().to_vec()), &mut rng).unwrap();
}

#[test]
fn a_phone_that_does_not_seal_names_itself_in_every_message_and_gives_no_delivery_key() {
    let mut world = World::new();
    let (alice, bob) = pair(&mut world, &Habits { sealed_sender: false, ..Habits::default() });
    assert_eq!(world.states(alice, bob), [DeliveryState::Delivered]);
    assert!(submissions(&world).len() >= 4 && submissions(&world).iter().all(|it| it.delivery_key.is_none()));
    assert!(!world.seen().any(|frame| matches!(frame, ClientFrame::RequestCertificate(_))));
    assert_eq!(world.see(bob).invitation().unwrap().delivery_key, None);
    assert!(!world.see(alice).contact(world.id(bob)).unwrap().sealed);
}

#[test]
fn a_phone_that_learns_to_seal_does_so_after_one_exchange() {
    let mut world = World::new();
    let (alice, bob) = pair(&mut world, &Habits { sealed_sender: false, ..Habits::default() });
    for at in [alice, bob] {
        let mut rng = world.fork();
        world.at(at).set_habits(Habits::default(), &mut rng).unwrap();
        world.crash(at);
    }
    for (from, to) in [(alice, bob), (bob, alice)] {
        world.say(from, to, "the new release");
        world.run();
    }
    world.received.clear();
    world.say(alice, bob, "sealed now");
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "the new release", "sealed now"]);
    assert!(submissions(&world).iter().all(|submit| submit.delivery_key.is_some()));
}

#[test]
fn receipts_wait_for_their_time_and_go_together_and_a_restart_does_not_lose_them() {
    let mut world = World::new();
    let (alice, bob) = pair(&mut world, &Habits { receipts: Receipts::After(60), ..Habits::default() });
    world.pass(Duration::from_seconds(60));
    world.run();
    world.received.clear();
    world.take_notices(alice);
    for (text, wait) in [("one", 0), ("two", 20), ("three", 39)] {
        world.pass(Duration::from_seconds(wait));
        world.say(alice, bob, text);
        world.run();
    }
    world.crash(bob);
    world.run();
    assert_eq!(world.states(alice, bob)[1..], [DeliveryState::Sent; 3], "59 seconds are not 60");
    assert_eq!(world.see(bob).wakes_at(world.now), Some(world.now + Duration::from_seconds(1)));
    world.pass(Duration::from_seconds(1));
    world.run();
    assert_eq!(world.states(alice, bob)[1..], [DeliveryState::Delivered; 3]);
    assert_eq!(submissions(&world).len(), 4, "three texts, and one body with three receipts");
    assert_eq!(world.see(bob).wakes_at(world.now), None);
}

#[test]
fn receipts_at_random_wait_within_their_span_and_a_restart_draws_no_other_moment() {
    let mut world = World::new();
    let (alice, bob) = pair(&mut world, &Habits { receipts: Receipts::Within(3_600), ..Habits::default() });
    let mut waits = Vec::new();
    for _ in 0..8 {
        world.pass(Duration::from_seconds(3_600));
        world.run();
        world.say(alice, bob, "one more");
        world.run();
        let due = world.see(bob).wakes_at(world.now).expect("a receipt waits");
        world.crash(bob);
        world.run();
        assert_eq!(world.see(bob).wakes_at(world.now), Some(due));
        waits.push(due.since(world.now));
        world.pass(Duration(due.since(world.now).0 - 1));
        world.run();
        assert_eq!(world.states(alice, bob).last(), Some(&DeliveryState::Sent), "a millisecond too early");
        world.pass(Duration(1));
        world.run();
        assert_eq!(world.states(alice, bob).last(), Some(&DeliveryState::Delivered));
    }
    assert!(waits.iter().all(|wait| *wait <= Duration::from_seconds(3_600)), "{waits:?}");
    waits.dedup();
    assert_eq!(waits.len(), 8, "each is drawn anew");
}

#[test]
fn a_phone_that_sends_no_receipts_sends_none() {
    let mut world = World::new();
    let (alice, bob) = pair(&mut world, &Habits { receipts: Receipts::Never, ..Habits::default() });
    world.pass(Duration::from_days(1));
    world.run();
    assert_eq!(world.states(alice, bob), [DeliveryState::Sent]);
    assert_eq!(submissions(&world).len(), 2);
}

#[test]
fn a_stranger_gets_no_receipt_before_they_are_accepted_and_all_of_them_then() {
    let mut world = World::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.invite(alice, bob);
    world.say(alice, bob, "one");
    world.say(alice, bob, "two");
    world.run();
    world.crash(bob);
    world.run();
    assert_eq!(world.heard(bob, alice), ["one", "two"]);
    assert_eq!(world.states(alice, bob), [DeliveryState::Sent; 2]);
    assert_eq!(submissions(&world).len(), 2, "and nothing else went to her");
    let (whom, now, mut rng) = (world.id(alice), world.now, world.fork());
    world.at(bob).accept_request(whom, now, &mut rng).unwrap();
    world.run();
    assert_eq!(world.states(alice, bob), [DeliveryState::Delivered; 2]);
}

#[test]
fn only_facts_of_the_phone_s_habits_are_left_once_each_and_again_when_they_change() {
    let mut world = keeping_everything();
    let habits = Habits { deposits: vec![DepositKind::Name, DepositKind::Email], ..Habits::default() };
    let alice = phone(&mut world, "Alice", habits);
    for kind in [DepositKind::Email, DepositKind::About, DepositKind::Name] {
        tell(&mut world, alice, kind, Some(kind.as_str()));
    }
    world.run();
    let first = [fact(DepositKind::Name, "", Some("name")), fact(DepositKind::Email, "", Some("email"))];
    assert_eq!(deposits(&world), first);
    world.crash(alice);
    tell(&mut world, alice, DepositKind::Name, Some("name"));
    world.run();
    assert_eq!(deposits(&world), first, "neither a restart nor the same word again leaves anything");
    world.received.clear();
    tell(&mut world, alice, DepositKind::Name, Some("another"));
    tell(&mut world, alice, DepositKind::Email, None);
    world.run();
    assert_eq!(
        deposits(&world),
        [fact(DepositKind::Name, "", Some("another")), fact(DepositKind::Email, "", None)]
    );
    world.received.clear();
    let habits = Habits { deposits: vec![DepositKind::About, DepositKind::Email], ..Habits::default() };
    let mut rng = world.fork();
    world.at(alice).set_habits(habits, &mut rng).unwrap();
    world.run();
    assert_eq!(
        deposits(&world),
        [fact(DepositKind::About, "", Some("about"))],
        "what a later release leaves"
    );
}

#[test]
fn an_answer_that_was_lost_leaves_the_fact_to_be_left_again() {
    let mut world = keeping_everything();
    let habits = Habits { deposits: vec![DepositKind::Name], ..Habits::default() };
    let alice = phone(&mut world, "Alice", habits);
    let mut once = true;
    world.lose =
        Box::new(move |_, frame| matches!(frame, RelayFrame::Deposited(_)) && std::mem::take(&mut once));
    tell(&mut world, alice, DepositKind::Name, Some("Alice Example"));
    world.run();
    assert_eq!(deposits(&world), vec![fact(DepositKind::Name, "", Some("Alice Example")); 2]);
}

#[test]
fn an_address_book_goes_out_in_frames_that_fit_and_brings_the_known_numbers() {
    let mut world = keeping_everything();
    world.phone_with_number("Bob", NUMBER);
    let alice =
        phone(&mut world, "Alice", Habits { deposits: vec![DepositKind::Contact], ..Habits::default() });
    for entry in 0..250 {
        let (mut rng, subject) = (world.fork(), format!("+447700900{entry:03}"));
        world
            .at(alice)
            .set_fact(DepositKind::Contact, subject.as_bytes(), Some(b"x".to_vec()), &mut rng)
            .unwrap();
    }
    world.run();
    let frames = world.seen().filter(|frame| matches!(frame, ClientFrame::LeaveDeposits(_))).count();
    assert_eq!((frames, deposits(&world).len()), (3, 250));
    assert!(
        world
            .take_notices(alice)
            .contains(&Notice::KnownNumbers { numbers: vec![Handle::parse(NUMBER).unwrap()] })
    );
}

#[test]
fn a_relay_that_does_not_keep_a_kind_is_told_of_once_and_not_asked_again() {
    let mut world = World::new();
    let alice =
        phone(&mut world, "Alice", Habits { deposits: vec![DepositKind::About], ..Habits::default() });
    tell(&mut world, alice, DepositKind::About, Some("at the lighthouse"));
    world.run();
    world.cut(alice);
    world.run();
    let told = world.take_notices(alice);
    let refused = Notice::DepositRefused { kind: DepositKind::About, reason: Refusal::NotOffered };
    assert_eq!(told.iter().filter(|notice| **notice == refused).count(), 1, "{told:?}");
    assert_eq!(deposits(&world).len(), 1);
    assert!(world.see(alice).is_settled());
}

#[test]
fn a_fact_that_no_relay_would_take_is_refused_here() {
    let mut world = World::new();
    let alice = world.phone("Alice");
    let mut rng = world.fork();
    let long = world.at(alice).set_fact(DepositKind::About, b"", Some(vec![0; 40_001]), &mut rng);
    assert_eq!(long, Err(PhoneError::FactTooLong));
    let long = world.at(alice).set_fact(DepositKind::Contact, &[b'1'; 65], None, &mut rng);
    assert_eq!(long, Err(PhoneError::FactTooLong));
}

#[test]
fn a_blocked_contact_is_not_heard_and_not_told_and_is_heard_again_when_unblocked() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let (whom, mut rng) = (world.id(alice), world.fork());
    world.at(bob).block(whom, true, &mut rng).unwrap();
    world.take_notices(bob);
    for _ in 0..3 {
        world.say(alice, bob, "are you there?");
    }
    world.run();
    world.crash(bob);
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello"]);
    assert_eq!(world.states(alice, bob)[1..], [DeliveryState::Sent; 3]);
    assert!(world.take_notices(bob).iter().all(|notice| matches!(notice, Notice::Connected { .. })));
    assert!(world.see(bob).contact(whom).unwrap().blocked);
    let now = world.now;
    assert_eq!(world.at(bob).queue_text(whom, "no", now, &mut rng), Err(PhoneError::Blocked));
    world.at(bob).block(whom, false, &mut rng).unwrap();
    world.say(alice, bob, "at last");
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "at last"]);
}

#[test]
fn the_relay_is_told_whom_the_owner_blocks_only_by_a_phone_with_that_habit() {
    for (deposits_kinds, told) in [(Vec::new(), false), (vec![DepositKind::Blocked], true)] {
        let mut world = keeping_everything();
        let bob = world.phone_with_number("Bob", NUMBER);
        let alice = phone(&mut world, "Alice", Habits { deposits: deposits_kinds, ..Habits::default() });
        world.at(alice).look_up(Handle::parse(NUMBER).unwrap(), Some("Bob")).unwrap();
        world.run();
        let (whom, mut rng) = (world.id(bob), world.fork());
        world.at(alice).block(whom, true, &mut rng).unwrap();
        world.run();
        let blocked = [fact(DepositKind::Blocked, NUMBER, Some(""))];
        assert_eq!(deposits(&world), if told { &blocked[..] } else { &[] });
    }
}

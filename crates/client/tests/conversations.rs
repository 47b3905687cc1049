//! Two and three phones and a relay: texts, receipts, first contact, and the relay's knowledge of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

mod pictures;

use pillarbox_client::{ContactOrigin, DeliveryState, Notice, Protection, Trust};
use pillarbox_testkit::world::{World, altering};
use pillarbox_wire::{ClientFrame, Duration, FixedBytes, Handle, Refusal, RelayFrame};

#[test]
fn two_phones_talk_and_both_know_what_arrived() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    assert_eq!(world.heard(bob, alice), ["hello"]);
    assert_eq!(world.heard(alice, bob), ["hello yourself"]);
    assert_eq!(world.states(alice, bob), [DeliveryState::Delivered]);
    assert_eq!(world.states(bob, alice), [DeliveryState::Delivered]);
    assert_eq!(world.see(alice).unsent(), 0);
}

#[test]
fn after_an_invitation_the_relay_is_never_told_who_sends() {
    let mut world = World::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.invite(alice, bob);
    world.say(alice, bob, "hello");
    world.run();
    let stranger = world.see(bob).contact(world.id(alice)).unwrap();
    assert_eq!((stranger.origin, stranger.accepted), (ContactOrigin::Stranger, false));
    assert_eq!(stranger.suggested_name.as_deref(), Some("Alice"));
    assert!(stranger.sealed, "her key came with the first message");
    world.say(bob, alice, "who is this?");
    world.run();
    assert_eq!(world.heard(alice, bob), ["who is this?"]);
    let submissions: Vec<_> = world
        .seen()
        .filter_map(|frame| if let ClientFrame::Submit(it) = frame { Some(it) } else { None })
        .collect();
    assert!(submissions.len() >= 4, "two texts and two receipts");
    assert!(submissions.iter().all(|submit| submit.delivery_key.is_some()));
}

#[test]
fn first_contact_by_number_names_the_sender_once_and_later_messages_are_sealed() {
    let mut world = World::new();
    let alice = world.phone("Alice");
    let bob = world.phone_with_number("Bob", "+447700900123");
    let number = Handle::parse("+447700900123").unwrap();
    world.at(alice).look_up(number.clone(), Some("Bob")).unwrap();
    world.run();
    let found = Notice::Found { contact: world.id(bob), handle: number };
    assert!(world.take_notices(alice).contains(&found));
    world.say(alice, bob, "hello");
    world.run();
    world.say(bob, alice, "hello yourself");
    world.run();
    world.received.clear();
    world.say(alice, bob, "now sealed");
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "now sealed"]);
    let named = |frame: &ClientFrame| matches!(frame, ClientFrame::Submit(it) if it.delivery_key.is_none());
    assert!(!world.seen().any(named));
}

#[test]
fn a_number_that_nobody_has_is_told() {
    let mut world = World::new();
    let alice = world.phone("Alice");
    let handle = Handle::parse("+447700900999").unwrap();
    world.at(alice).look_up(handle.clone(), None).unwrap();
    world.run();
    let expected = Notice::NotFound { handle, reason: Refusal::UnknownHandle };
    assert!(world.take_notices(alice).contains(&expected));
}

#[test]
fn a_taken_number_is_told_and_makes_no_account() {
    let mut world = World::new();
    world.phone_with_number("Alice", "+447700900123");
    let late = world.phone_with_number("Alice too", "+447700900123");
    let refused = Notice::RegistrationRefused { reason: Refusal::HandleTaken };
    assert!(world.take_notices(late).contains(&refused));
    assert!(world.see(late).invitation().is_err());
    world.cut(late);
    world.run();
    assert!(world.see(late).account().address.is_none());
}

#[test]
fn texts_wait_on_both_sides_until_a_phone_is_there() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    world.offline(bob);
    world.offline(alice);
    for number in 0..40 {
        world.say(alice, bob, &format!("text {number}"));
    }
    world.run();
    assert_eq!(world.see(alice).unsent(), 40);
    world.online(alice);
    world.run();
    assert_eq!(world.see(alice).unsent(), 0);
    assert_eq!(world.states(alice, bob)[1..], [DeliveryState::Sent; 40]);
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, alice).len(), 41);
    assert_eq!(world.states(alice, bob), [DeliveryState::Delivered; 41]);
}

#[test]
fn both_may_start_at_the_same_moment() {
    let mut world = World::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.invite(alice, bob);
    world.invite(bob, alice);
    for round in 0..3 {
        world.say(alice, bob, &format!("from Alice {round}"));
        world.say(bob, alice, &format!("from Bob {round}"));
        world.run();
    }
    assert_eq!(world.heard(bob, alice), ["from Alice 0", "from Alice 1", "from Alice 2"]);
    assert_eq!(world.heard(alice, bob), ["from Bob 0", "from Bob 1", "from Bob 2"]);
}

#[test]
fn three_phones_keep_their_conversations_apart() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let carol = world.phone("Carol");
    world.introduce(carol, alice);
    world.introduce(carol, bob);
    world.say(alice, bob, "for Bob");
    world.say(alice, carol, "for Carol");
    world.say(bob, carol, "for Carol too");
    world.run();
    assert_eq!(world.heard(bob, alice).last().unwrap(), "for Bob");
    assert_eq!(world.heard(carol, alice).last().unwrap(), "for Carol");
    assert_eq!(world.heard(carol, bob).last().unwrap(), "for Carol too");
    assert_eq!(world.see(carol).contacts().unwrap().len(), 2);
}

#[test]
fn exhausted_prekeys_are_told_on_both_phones() {
    let mut settings = pillarbox_relay::RelaySettings::default();
    settings.limits.bundles_of_one = pillarbox_relay::Rate { burst: 10_000, every: Duration(1) };
    settings.limits.bundles = settings.limits.bundles_of_one;
    let mut world = World::with(settings);
    let bob = world.phone("Bob");
    world.offline(bob);
    let writers: Vec<usize> = (0..3).map(|number| world.phone(&format!("Writer {number}"))).collect();
    world.drain_prekeys(bob);
    for &writer in &writers {
        world.invite(writer, bob);
        world.say(writer, bob, "hello");
        world.run();
        let told = world.take_notices(writer);
        assert!(told.iter().any(|notice| matches!(notice, Notice::Degraded { .. })), "{told:?}");
    }
    world.online(bob);
    world.run();
    let told = world.take_notices(bob);
    assert_eq!(told.iter().filter(|notice| matches!(notice, Notice::Degraded { .. })).count(), 3);
    assert_eq!(told.iter().filter(|notice| matches!(notice, Notice::Received { .. })).count(), 3);
}

#[test]
fn a_phone_of_one_protection_takes_nothing_of_the_other() {
    let mut world = World::new();
    let plain = world.account("Plain", Protection::ServerReadable);
    let plain = world.phone_of(plain);
    let alice = world.phone("Alice");
    world.invite(plain, alice);
    world.invite(alice, plain);
    world.say(plain, alice, "read along");
    world.run();
    let told = world.take_notices(alice);
    assert!(told.contains(&Notice::OtherProtection { contact: Some(world.id(plain)) }), "{told:?}");
    assert!(world.heard(alice, plain).is_empty());
    assert_eq!(world.see(alice).contact(world.id(plain)).unwrap().trust, Trust::Unverified);
}

#[test]
fn a_relay_cannot_turn_an_end_to_end_message_into_a_readable_one() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    world.take_notices(bob);
    world.up = altering(|_, frame| {
        if let ClientFrame::Submit(submit) = frame {
            submit.payload.0[0] = 0;
        }
    });
    world.say(alice, bob, "hello again");
    world.run();
    let told = world.take_notices(bob);
    assert!(!told.iter().any(|notice| matches!(notice, Notice::Received { .. })));
    assert_eq!(world.heard(bob, alice), ["hello"]);
}

#[test]
fn the_plain_design_delivers_too_and_the_relay_can_read_it() {
    let mut world = World::new();
    let (alice, bob) = ["Alice", "Bob"]
        .map(|name| {
            let new = world.account(name, Protection::ServerReadable);
            world.phone_of(new)
        })
        .into();
    world.invite(alice, bob);
    world.say(alice, bob, "a plain text");
    world.run();
    world.say(bob, alice, "an answer");
    world.run();
    assert_eq!(world.heard(bob, alice), ["a plain text"]);
    assert_eq!(world.heard(alice, bob), ["an answer"]);
    assert_eq!(world.states(alice, bob), [DeliveryState::Delivered]);
    assert!(world.relay_saw("a plain text"));
}

#[test]
fn end_to_end_the_relay_cannot_read_it() {
    let mut world = World::new();
    world.pair();
    assert!(!world.relay_saw("hello"));
}

#[test]
fn keys_and_certificates_are_renewed_in_time_and_old_ones_still_open_what_waits() {
    let mut world = World::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.invite(alice, bob);
    world.invite(bob, alice);
    world.offline(bob);
    world.say(alice, bob, "begun with last week's key");
    world.run();
    world.received.clear();
    world.pass(Duration::from_days(10));
    world.online(bob);
    world.run();
    let renewed =
        |frame: &ClientFrame| matches!(frame, ClientFrame::PublishPreKeys(it) if it.prekeys.signed.is_some());
    assert_eq!(world.seen().filter(|frame| renewed(frame)).count(), 1);
    assert_eq!(
        world.heard(bob, alice),
        ["begun with last week's key"],
        "its certificate was good when it was taken"
    );
    world.say(alice, bob, "with a new certificate");
    world.run();
    assert_eq!(world.heard(bob, alice).len(), 2);
    assert_eq!(world.states(alice, bob), [DeliveryState::Delivered; 2]);
}

#[test]
fn a_question_that_the_connection_took_with_it_is_asked_again() {
    let mut world = World::new();
    let alice = world.phone("Alice");
    world.phone_with_number("Bob", "+447700900123");
    let mut lost = false;
    world.lose = Box::new(move |_, frame| {
        let hit = matches!(frame, RelayFrame::Found(_)) && !lost;
        lost |= hit;
        hit
    });
    world.at(alice).look_up(Handle::parse("+447700900123").unwrap(), Some("Bob")).unwrap();
    world.run();
    assert!(world.see(alice).find("Bob").unwrap().is_some());
}

#[test]
fn a_relay_that_refuses_the_delivery_key_learns_the_sender_and_the_owner_is_told() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    world.up = altering(move |at, frame| {
        if let (true, ClientFrame::Submit(submit)) = (at == alice, frame) {
            submit.delivery_key = submit.delivery_key.map(|_| FixedBytes([0; 32]));
        }
    });
    world.say(alice, bob, "all the same");
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "all the same"]);
    let told = world.take_notices(alice);
    assert!(told.contains(&Notice::Unsealed { contact: world.id(bob) }), "{told:?}");
}

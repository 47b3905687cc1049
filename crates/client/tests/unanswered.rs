//! Conversations without an answer: they restart in time, so that every text opens however late it arrives.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::Notice;
use pillarbox_client::recovery::MAX_UNANSWERED_AGE;
use pillarbox_testkit::world::{World, altering, honest};
use pillarbox_wire::{ClientFrame, Duration, Ping};

fn starts(world: &World) -> usize {
    world.seen().filter(|frame| matches!(frame, ClientFrame::FetchBundles(_))).count()
}

#[test]
fn a_session_that_nobody_answers_is_left_for_a_new_one_when_something_is_said_and_not_before() {
    let mut world = World::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.invite(alice, bob);
    world.offline(bob);
    let said = ["hello", "are you there?", "hello again", "and again"];
    let say = |world: &mut World, text: &str| {
        world.say(alice, bob, text);
        world.run();
        starts(world)
    };
    assert_eq!(say(&mut world, said[0]), 1);
    world.pass(Duration(MAX_UNANSWERED_AGE.0 - 1));
    assert_eq!(say(&mut world, said[1]), 1, "a millisecond younger");
    world.pass(Duration(1));
    world.run();
    assert_eq!(starts(&world), 1, "nothing is to be said");
    assert_eq!(say(&mut world, said[2]), 2);
    assert_eq!(say(&mut world, said[3]), 2, "the new one is young");
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, alice), said, "what was said in either session opens");
    world.say(bob, alice, "here I am");
    world.run();
    assert_eq!(world.heard(alice, bob), ["here I am"]);
    let before = starts(&world);
    world.pass(Duration::from_days(400));
    assert_eq!(say(&mut world, "long ago"), before, "an answered session does not age");
}

/// Runs Bob's phone every day, so that it renews its keys and deletes old ones.
fn live(world: &mut World, bob: usize, days: u32) {
    for _ in 0..days {
        world.pass(Duration::from_days(1));
        world.crash(bob);
        world.run();
    }
}

#[test]
fn a_first_text_that_waited_on_its_senders_phone_opens_however_late_it_goes() {
    let mut world = World::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.invite(alice, bob);
    // The connection breaks just when the text is sealed for keys of that day.
    world.up = altering(move |at, frame| {
        if let (true, ClientFrame::Submit(submit)) = (at == alice, &*frame) {
            *frame = ClientFrame::Ping(Ping { request: submit.request });
        }
    });
    world.say(alice, bob, "hello");
    world.run();
    world.offline(alice);
    world.up = honest();
    assert_eq!((starts(&world), world.see(alice).unsent()), (1, 1));
    live(&mut world, bob, 60);
    world.online(alice);
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello"]);
    let told = world.take_notices(bob);
    assert!(!told.iter().any(|notice| matches!(notice, Notice::RequestUnopened { .. })), "{told:?}");
}

#[test]
fn whoever_was_forgotten_and_writes_on_is_read_again_once_their_session_has_aged() {
    let mut world = World::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.invite(alice, bob);
    world.say(alice, bob, "hello");
    world.run();
    let (contact, mut rng) = (world.id(alice), world.fork());
    world.at(bob).remove_contact(contact, &mut rng).unwrap();
    live(&mut world, bob, 15);
    world.say(alice, bob, "it is me again");
    world.run();
    assert_eq!(world.heard(bob, alice), ["it is me again"], "Bob has nothing left of the first session");
}

//! Whole mailboxes: all waiting messages arrive, even at a phone that was restored from an old copy, or that was away
//! while older messages aged out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::cell::RefCell;
use std::rc::Rc;

use pillarbox_client::{DeliveryState, Habits, Notice};
use pillarbox_relay::{Limits, Rate, RelaySettings};
use pillarbox_testkit::world::{Fault, World, altering, honest};
use pillarbox_wire::{Duration, Pong, RelayFrame, RequestId};

/// Settings of a relay that never asks a phone to wait, so that the tests are fast.
fn patient() -> RelaySettings {
    let limits =
        Limits { submissions: Rate::UNLIMITED, sealed_submissions: Rate::UNLIMITED, ..Limits::default() };
    RelaySettings { limits, ..RelaySettings::default() }
}

fn texts(what: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{what} {number}")).collect()
}

fn say_all(world: &mut World, from: usize, to: usize, texts: &[String]) {
    for text in texts {
        world.say(from, to, text);
    }
    world.run();
}

fn asked_again(told: &[Notice]) -> usize {
    told.iter().filter(|notice| matches!(notice, Notice::Undecryptable { asked_again: true, .. })).count()
}

/// Queues `waiting` texts for a phone that is restored from a copy made before the conversation continued.
fn put_back_with(waiting: usize, crash_every: Option<usize>) {
    let mut world = World::with(patient());
    let (alice, bob) = (world.phone("Alice"), world.phone_on_disk(world.new_account("Bob")));
    world.introduce(alice, bob);
    let copy = world.copy_folder(bob);
    for round in 0..2 {
        world.say(alice, bob, &format!("gone {round}"));
        world.run();
        world.say(bob, alice, "answer");
        world.run();
    }
    world.offline(bob);
    let said = texts("waiting", waiting);
    say_all(&mut world, alice, bob, &said);
    world.put_back(bob, copy);
    world.online(bob);
    // A phone that went on ending every few steps would never finish, so only the first 40 such steps end it.
    let mut ends = if crash_every.is_some() { 40 } else { 0 };
    world.fault = Box::new(move |step| {
        let hit = ends > 0 && crash_every.is_some_and(|every| step % every == 0);
        ends -= u32::from(hit);
        hit.then_some(Fault::Crash(bob))
    });
    world.run();
    // A conversation may restart four times an hour.
    world.pass(Duration::from_seconds(3_601));
    world.run();
    let heard = world.heard(bob, alice);
    let shown: Vec<_> = heard.into_iter().filter(|text| text.starts_with("waiting")).collect();
    assert_eq!(shown, said, "{waiting} waited: each is shown once, in order");
    let told = world.take_notices(bob);
    assert!(asked_again(&told) >= waiting, "{waiting} waited, {} asked for", asked_again(&told));
    assert!(!told.iter().any(|notice| matches!(notice, Notice::Undecryptable { asked_again: false, .. })));
    let states = world.states(alice, bob);
    assert!(states[states.len() - waiting..].iter().all(|state| *state == DeliveryState::Delivered));
}

#[test]
fn all_that_waited_for_a_phone_put_back_from_an_old_copy_comes_again() {
    [1, 64, 65, 150, 250, 1_000].into_iter().for_each(|waiting| put_back_with(waiting, None));
}

#[test]
fn all_that_waited_comes_again_also_to_a_phone_that_is_put_back_and_ends_again_and_again() {
    [7, 50, 120].into_iter().for_each(|every| put_back_with(150, Some(every)));
}

/// Has `aged` texts expire while the recipient is away. The recipient returns when `late` newer texts wait.
fn back_after_a_gap(aged: usize, late: usize) {
    let mut world = World::with(patient());
    let (ivo, jana) = world.pair();
    world.offline(jana);
    say_all(&mut world, ivo, jana, &texts("aged", aged));
    world.age(19);
    let said = texts("late", late);
    say_all(&mut world, ivo, jana, &said);
    world.age(13);
    world.online(jana);
    world.run();
    let heard = world.heard(jana, ivo);
    assert!(!heard.iter().any(|text| text.starts_with("aged")), "they have really aged out");
    assert_eq!(heard[1..], said, "{aged} aged out: each that waited is shown");
    let told = world.take_notices(jana);
    assert!(
        !told.iter().any(|notice| matches!(notice, Notice::Undecryptable { .. } | Notice::Recovered { .. })),
        "and it opens at once"
    );
}

#[test]
fn what_waits_opens_however_many_have_aged_out_before_it() {
    for (aged, late) in [(1_050, 300), (1_050, 60), (2_500, 60)] {
        back_after_a_gap(aged, late);
    }
}

#[test]
fn a_request_that_does_not_open_is_repeated_and_what_it_asks_for_comes() {
    let mut world = World::with(patient());
    // For an unsealed message that does not open, the relay names the sender.
    let (alice, bob) = (world.phone("Alice"), world.phone_on_disk(world.new_account("Bob")));
    for phone in [alice, bob] {
        let (habits, mut rng) = (Habits { sealed_sender: false, ..Habits::default() }, world.fork());
        world.at(phone).set_habits(habits, &mut rng).unwrap();
    }
    world.introduce(alice, bob);
    let carol = world.phone("Carol");
    let used = Rc::new(RefCell::new(None));
    let seen = Rc::clone(&used);
    world.down = altering(move |at, frame| {
        if let (true, RelayFrame::Bundles(bundles)) = (at == carol, frame) {
            *seen.borrow_mut() = Some(bundles.devices[0].clone());
        }
    });
    world.invite(carol, alice);
    world.say(carol, alice, "hello");
    world.run();
    let copy = world.copy_folder(bob);
    for round in 0..2 {
        world.say(alice, bob, &format!("gone {round}"));
        world.run();
        world.say(bob, alice, "answer");
        world.run();
    }
    world.offline(bob);
    let said = texts("waiting", 150);
    say_all(&mut world, alice, bob, &said);
    world.put_back(bob, copy);
    world.online(bob);
    // This relay was restored from an old copy too: Bob gets keys of Alice's that Carol has used up. So no message
    // of the conversation that he begins again opens at Alice, not even the three requests for a hundred and fifty
    // texts.
    let mut used = Some(used.borrow_mut().take().unwrap());
    world.down = altering(move |at, frame| {
        if let (true, RelayFrame::Bundles(bundles)) = (at == bob, frame)
            && let Some(used) = used.take()
        {
            bundles.devices[0] = used;
        }
    });
    world.run();
    let told = world.take_notices(alice);
    assert_eq!(asked_again(&told), 3, "{told:?}");
    let heard = world.heard(bob, alice);
    let shown: Vec<_> = heard.into_iter().filter(|text| text.starts_with("waiting")).collect();
    assert_eq!(shown, said, "each is shown once, in order");
}

#[test]
fn what_comes_too_late_to_open_is_asked_for_in_the_conversation_as_it_is() {
    let mut world = World::with(patient());
    let (alice, bob) = world.pair();
    // In each of twelve turns a text is lost on its way to Bob. It arrives once its keys are no longer kept.
    let mut said = Vec::new();
    for turn in 0..12 {
        world.down = altering(move |at, frame| {
            if at == bob && matches!(frame, RelayFrame::Deliver(_)) {
                *frame = RelayFrame::Pong(Pong { request: RequestId(0) });
            }
        });
        for part in ["a", "b"] {
            let text = format!("{part} {turn}");
            world.say(alice, bob, &text);
            world.run();
            said.push(text);
            world.down = honest();
        }
        world.say(bob, alice, "answer");
        world.run();
    }
    world.take_notices(bob);
    // On a new connection the relay delivers the unacknowledged messages again.
    world.cut(bob);
    world.run();
    let told = world.take_notices(bob);
    assert!(asked_again(&told) > 0, "they really come too late: {told:?}");
    assert!(
        !told.iter().any(|notice| matches!(notice, Notice::Recovered { .. })),
        "nobody lost keys: {told:?}"
    );
    let mut heard = world.heard(bob, alice);
    heard.retain(|text| text != "hello");
    heard.sort();
    said.sort();
    assert_eq!(heard, said, "each is shown once");
}

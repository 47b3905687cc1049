//! Faults and recovery: crashes at any step, lost answers, old copies restored, hostile bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::recovery::MAX_RENEWALS;
use pillarbox_client::{DeliveryState, Habits, NewAccount, Notice, Protection};
use pillarbox_testkit::world::{Fault, World, altering, honest};
use pillarbox_wire::{ClientFrame, Duration, RelayFrame};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_core::Rng;

/// Creates two phones that do not seal, so that the relay tells each of them the sender of a message that does not
/// open.
fn unsealed_pair(world: &mut World) -> (usize, usize) {
    let [alice, bob] = ["Alice", "Bob"].map(|name| {
        let habits = Habits { sealed_sender: false, ..Habits::default() };
        let new = NewAccount { habits, ..world.account(name, Protection::EndToEnd) };
        world.phone_of(new)
    });
    world.introduce(alice, bob);
    (alice, bob)
}

/// Two phones talk while programs end and connections break again and again; then they talk undisturbed.
fn troubled(seed: u64, crashes: bool) {
    let mut world = World::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.invite(alice, bob);
    let mut dice = StdRng::seed_from_u64(seed);
    world.fault = Box::new(move |_| {
        let throw = dice.next_u32() % 16;
        match (throw, crashes) {
            (0, true) => Some(Fault::Crash(alice)),
            (1, true) => Some(Fault::Crash(bob)),
            (0, false) => Some(Fault::Cut(alice)),
            (1, false) => Some(Fault::Cut(bob)),
            _ => None,
        }
    });
    let mut expected = [Vec::new(), Vec::new()];
    for round in 0..4 {
        for (at, to) in [(alice, bob), (bob, alice)] {
            // Bob can answer once he has been written to.
            if world.see(at).contacts().unwrap().is_empty() {
                continue;
            }
            for number in 0..2 {
                let text = format!("{round}.{number}");
                world.say(at, to, &text);
                expected[at].push(text);
            }
        }
        world.run();
    }
    world.fault = Box::new(|_| None);
    world.run();
    for (at, to) in [(alice, bob), (bob, alice)] {
        let told = world.take_notices(at);
        let opened =
            |notice: &Notice| !matches!(notice, Notice::Undecryptable { .. } | Notice::Recovered { .. });
        assert!(told.iter().all(opened), "seed {seed}: what comes twice is recognised: {told:?}");
        let mut heard = world.heard(to, at);
        heard.sort();
        assert_eq!(heard, expected[at], "seed {seed}: each text once");
        assert!(world.states(at, to).iter().all(|state| *state == DeliveryState::Delivered), "seed {seed}");
    }
}

#[test]
fn programs_that_end_at_any_step_lose_nothing_and_show_nothing_twice() {
    (0..4).for_each(|seed| troubled(seed, true));
}

#[test]
fn connections_that_break_at_any_step_lose_nothing_and_show_nothing_twice() {
    (100..104).for_each(|seed| troubled(seed, false));
}

#[test]
fn a_lost_acceptance_is_submitted_again_and_shown_once() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let mut lost = 0;
    world.lose = Box::new(move |at, frame| {
        let hit = at == alice && matches!(frame, RelayFrame::Accepted(_)) && lost < 3;
        lost += usize::from(hit);
        hit
    });
    world.received.clear();
    // With Bob away, no receipt can arrive before the answers that are to be lost.
    world.offline(bob);
    world.say(alice, bob, "once only");
    world.run();
    world.online(bob);
    world.run();
    let submitted = world.seen().filter(|frame| matches!(frame, ClientFrame::Submit(_))).count();
    assert!(submitted >= 4, "it was really sent several times: {submitted}");
    assert_eq!(world.heard(bob, alice), ["hello", "once only"]);
    assert_eq!(world.states(alice, bob), [DeliveryState::Delivered; 2]);
}

/// Talks, restores an old copy on some phones, and talks on. Every text sent after that arrives once on both sides.
fn rolled_back(back: &[usize], rounds_between: usize) {
    let mut world = World::new();
    let (alice, bob) =
        (world.phone_on_disk(world.new_account("Alice")), world.phone_on_disk(world.new_account("Bob")));
    world.introduce(alice, bob);
    let copies: Vec<_> = back.iter().map(|&at| (at, world.copy_folder(at))).collect();
    for round in 0..rounds_between {
        world.say(alice, bob, &format!("before {round}"));
        world.run();
        world.say(bob, alice, &format!("before {round}"));
        world.run();
    }
    for (at, copy) in copies {
        world.put_back(at, copy);
    }
    let mut expected = Vec::new();
    for round in 0..3 {
        let text = format!("after {round}");
        world.say(alice, bob, &text);
        world.say(bob, alice, &text);
        world.run();
        expected.push(text);
    }
    for (at, from) in [(alice, bob), (bob, alice)] {
        let after: Vec<_> =
            world.heard(at, from).into_iter().filter(|text| text.starts_with("after")).collect();
        assert_eq!(after, expected, "{back:?}, {rounds_between} rounds: each text once, in order");
        assert_eq!(world.see(at).unsent(), 0);
        let states = world.states(at, from);
        assert_eq!(states[states.len() - 3..], [DeliveryState::Delivered; 3]);
    }
}

#[test]
fn a_phone_put_back_from_an_old_copy_heals() {
    rolled_back(&[0], 3);
    rolled_back(&[1], 1);
    rolled_back(&[1], 3);
}

#[test]
fn two_phones_put_back_from_old_copies_heal() {
    rolled_back(&[0, 1], 2);
}

#[test]
fn what_was_missed_while_put_back_is_sent_again() {
    let mut world = World::new();
    let (alice, bob) =
        (world.phone_on_disk(world.new_account("Alice")), world.phone_on_disk(world.new_account("Bob")));
    world.introduce(alice, bob);
    let copy = world.copy_folder(bob);
    for round in 0..2 {
        world.say(alice, bob, &format!("gone {round}"));
        world.run();
        world.say(bob, alice, "answer");
        world.run();
    }
    world.offline(bob);
    world.say(alice, bob, "waiting at the relay");
    world.run();
    world.put_back(bob, copy);
    world.online(bob);
    world.run();
    assert!(world.heard(bob, alice).contains(&"waiting at the relay".to_owned()));
    let told = world.take_notices(bob);
    assert!(
        told.iter().any(|notice| matches!(notice, Notice::Undecryptable { asked_again: true, .. })),
        "{told:?}"
    );
    assert!(told.iter().any(|notice| matches!(notice, Notice::Recovered { .. })));
    let told = world.take_notices(alice);
    assert!(told.iter().any(|notice| matches!(notice, Notice::Resent { messages: 1, .. })), "{told:?}");
}

#[test]
fn what_is_missing_is_asked_for_before_anything_is_confirmed() {
    let mut world = World::new();
    let (alice, bob) = unsealed_pair(&mut world);
    world.offline(bob);
    let mut spoiled = false;
    world.up = altering(move |at, frame| {
        if let ClientFrame::Submit(submit) = frame
            && at == alice
            && let (false, Some(last)) = (std::mem::replace(&mut spoiled, true), submit.payload.0.last_mut())
        {
            *last ^= 1;
        }
    });
    for number in 0..6 {
        world.say(alice, bob, &format!("text {number}"));
        world.run();
    }
    world.take_notices(alice);
    world.online(bob);
    world.run();
    // A receipt ends the requests that were sent before the message that it confirms. If the receipt arrived first,
    // a missing request would be forgotten before it is asked for.
    let told = world.take_notices(alice);
    let at = |which: fn(&Notice) -> bool| told.iter().position(which).unwrap();
    let asked = at(|notice| matches!(notice, Notice::Resent { .. }));
    assert!(asked < at(|notice| matches!(notice, Notice::Delivered { .. })), "{told:?}");
    assert_eq!(world.heard(bob, alice).len(), 6, "all but the one that was spoiled");
}

#[test]
fn a_phone_that_can_open_nothing_comes_to_rest_and_heals_in_time() {
    let mut world = World::new();
    let (alice, bob) = unsealed_pair(&mut world);
    world.received.clear();
    // Somebody on the relay flips a bit in everything that Alice sends.
    world.up = altering(move |at, frame| {
        if let ClientFrame::Submit(submit) = frame
            && let (true, Some(last)) = (at == alice, submit.payload.0.last_mut())
        {
            *last ^= 1;
        }
    });
    for number in 0..6 {
        world.say(alice, bob, &format!("text {number}"));
        world.run();
        world.pass(Duration::from_seconds(1));
    }
    let fetches = world.seen().filter(|frame| matches!(frame, ClientFrame::FetchBundles(_))).count();
    assert!((1..=2 * MAX_RENEWALS).contains(&fetches), "{fetches} new starts");
    let missing = world.see(bob).missing(world.now).unwrap();
    assert!(
        matches!(&missing[..], [one] if one.messages > 0 && one.asked_at.is_some_and(|at| at > world.now)),
        "the owner can see that something is missing, and when it is asked for: {missing:?}"
    );
    world.up = honest();
    world.pass(Duration::from_seconds(7_200));
    world.say(alice, bob, "at last");
    world.run();
    assert_eq!(
        world.heard(bob, alice),
        ["hello", "at last"],
        "what was altered on its way is gone, and nothing more"
    );
    let last = *world.states(alice, bob).last().unwrap();
    assert_eq!(last, DeliveryState::Delivered);
    assert_eq!(world.see(bob).missing(world.now), Ok(Vec::new()));
}

#[test]
fn what_nobody_we_know_can_have_sent_is_acknowledged_and_told() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let delivered = std::rc::Rc::new(std::cell::Cell::new(0));
    let count = std::rc::Rc::clone(&delivered);
    world.down = altering(move |at, frame| {
        if let (true, RelayFrame::Deliver(deliver)) = (at == bob, frame) {
            deliver.payload.0.reverse();
            count.set(count.get() + 1);
        }
    });
    world.say(alice, bob, "in a mirror");
    world.run();
    let told = world.take_notices(bob);
    assert!(told.contains(&Notice::Undecryptable { contact: None, asked_again: false }), "{told:?}");
    let before = delivered.get();
    world.crash(bob);
    world.run();
    assert_eq!(delivered.get(), before, "it does not come again");
}

#[test]
fn a_stranger_whose_first_message_does_not_open_is_asked_again_when_the_owner_adds_them() {
    let mut world = World::new();
    let [alice, bob, carol] = ["Alice", "Bob", "Carol"].map(|name| world.phone(name));
    // This relay acts like one that was restored from an old copy: Carol gets the keys that Alice has already used.
    let mut first = None;
    world.down = altering(move |at, frame| {
        if let (true, RelayFrame::Bundles(bundles)) = (at != bob, frame) {
            let bundle = &mut bundles.devices[0];
            bundle.clone_from(first.get_or_insert_with(|| bundle.clone()));
        }
    });
    for writer in [alice, carol] {
        world.invite(writer, bob);
        world.say(writer, bob, "hello");
        world.run();
    }
    world.say(carol, bob, "are you there?");
    world.take_notices(bob);
    world.received.clear();
    world.pass(Duration::from_seconds(7_200));
    world.run();
    assert_eq!((world.heard(bob, alice).len(), world.heard(bob, carol).len()), (1, 0));
    let contact = world.id(carol);
    let told = world.take_notices(bob);
    assert!(told.contains(&Notice::StrangerUnopened { account: contact }), "{told:?}");
    assert_eq!(world.see(bob).contacts().unwrap().len(), 1, "and nobody but Alice is a request");
    let asked = |frame: &ClientFrame| matches!(frame, ClientFrame::FetchBundles(_));
    assert!(!world.seen().any(asked), "nobody is asked before the owner wants it");

    world.crash(bob);
    world.invite(bob, carol);
    world.say(bob, carol, "who is this?");
    world.run();
    assert_eq!(world.heard(carol, bob), ["who is this?"]);
    let mut heard = world.heard(bob, carol);
    heard.sort();
    assert_eq!(heard, ["are you there?", "hello"], "each once");
    assert_eq!(world.states(carol, bob), [DeliveryState::Delivered; 2]);
    world.take_notices(bob);
    world.say(carol, bob, "and on");
    world.run();
    assert_eq!(world.heard(bob, carol).last().unwrap(), "and on");
    assert!(!world.take_notices(bob).iter().any(|notice| matches!(notice, Notice::RequestUnopened { .. })));
}

#[test]
fn a_stranger_who_sends_only_what_does_not_open_is_no_request() {
    let mut world = World::new();
    let [bob, mallory] = ["Bob", "Mallory"].map(|name| world.phone(name));
    world.invite(mallory, bob);
    world.up = altering(move |at, frame| {
        if let (true, ClientFrame::Submit(submit)) = (at == mallory, frame)
            && let Some(last) = submit.payload.0.last_mut()
        {
            *last ^= 1;
        }
    });
    let habits = Habits { sealed_sender: false, ..Habits::default() };
    let mut rng = world.fork();
    world.at(mallory).set_habits(habits, &mut rng).unwrap();
    for number in 0..40 {
        world.say(mallory, bob, &format!("text {number}"));
        world.run();
    }
    let unopened = |notice: &&Notice| matches!(notice, Notice::StrangerUnopened { .. });
    assert_eq!(world.take_notices(bob).iter().filter(unopened).count(), 40, "each is told");
    assert_eq!(world.see(bob).contacts(), Ok(Vec::new()), "and makes nobody a request");
}

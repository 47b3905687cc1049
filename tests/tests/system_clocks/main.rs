//! Clocks that jump by days, forward and back, at the relay and at a phone. Each case has a defined outcome.
//!
//! A test cannot demand that somebody sets a computer's clock, and the programs have no switch for it. These tests
//! therefore run the relay's core and the phones' engine, each with a clock of its own. Both take the time as an
//! argument, and everything that depends on the time is in them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod world;

use pillarbox_client::{EntryDirection, HistoryEntry, Notice};
use pillarbox_relay::ageing::SWEEP_INTERVAL;
use pillarbox_wire::{Duration, Timestamp};

use crate::world::{DAY, LINKS, Person, START, Whose, World, YEAR};

/// Returns the clock's two wrong times, which are `by` ahead and `by` behind.
fn ahead_and_back(by: Duration) -> [Timestamp; 2] {
    [START + by, Timestamp(START.0 - by.0)]
}

/// Asserts that everybody is heard once, in order and sealed, and that nobody is told of any trouble.
fn all_is_well(world: &mut World, (alice, bob): (usize, usize), texts: &[&str]) {
    for (from, to, first) in [(alice, bob, "hello"), (bob, alice, "hello yourself")] {
        let mut expected = vec![first];
        expected.extend(texts);
        assert_eq!(world.heard(to, from), expected);
        let sealed =
            |entry: &HistoryEntry| matches!(entry.direction, EntryDirection::Received { sealed: true, .. });
        assert!(world.received(to, from).iter().skip(1).all(sealed));
        let trouble = |notice: &Notice| {
            !matches!(
                notice,
                Notice::Registered { .. }
                    | Notice::Connected { .. }
                    | Notice::Received { .. }
                    | Notice::Accepted { .. }
                    | Notice::Delivered { .. }
            )
        };
        let told = world.take_notices(to);
        assert!(!told.iter().any(trouble), "{told:?}");
    }
}

#[test]
fn a_relay_whose_clock_is_a_year_ahead_for_a_day_deletes_nothing_that_waits() {
    let (mut world, alice, bob) = World::pair();
    world.offline(bob);
    world.tell(alice, bob, "waiting");
    world.set(Whose::Relay, START + YEAR);
    for _ in 0..24 {
        world.pass(SWEEP_INTERVAL);
        assert_eq!(world.relay.counts().waiting, 1);
    }
    world.set(Whose::Relay, START + DAY);
    world.pass(SWEEP_INTERVAL);
    world.online(bob);
    assert_eq!(world.heard(bob, alice), ["hello", "waiting"]);
}

#[test]
fn messages_age_by_at_most_two_hours_at_each_hourly_sweep_however_far_the_clock_jumps() {
    let (mut world, alice, bob) = World::pair();
    world.offline(bob);
    world.tell(alice, bob, "waiting");
    let kept = world.relay.settings().keeping.undelivered;
    let step = Duration::from_seconds(2 * 3_600);
    world.set(Whose::Relay, START + Duration(10 * YEAR.0));
    let mut sweeps = 0;
    while world.relay.counts().waiting > 0 {
        world.pass(SWEEP_INTERVAL);
        sweeps += 1;
    }
    assert!((kept.0 / step.0..=kept.0 / step.0 + 1).contains(&sweeps), "{sweeps} sweeps");
}

#[test]
fn a_relay_whose_clock_is_wrong_goes_on_and_phones_notice_nothing() {
    for wrong in ahead_and_back(YEAR) {
        let (mut world, alice, bob) = World::pair();
        world.set(Whose::Relay, wrong);
        world.everybody_connects_again();
        world.tell(alice, bob, "while it is wrong");
        world.tell(bob, alice, "while it is wrong");
        world.set(Whose::Relay, START + DAY);
        world.everybody_connects_again();
        world.tell(alice, bob, "put right");
        world.tell(bob, alice, "put right");
        all_is_well(&mut world, (alice, bob), &["while it is wrong", "put right"]);
    }
}

#[test]
fn a_relay_whose_clock_is_set_back_under_open_connections_goes_on() {
    let (mut world, alice, bob) = World::pair();
    world.set(Whose::Relay, Timestamp(START.0 - YEAR.0));
    world.tell(alice, bob, "set back");
    world.tell(bob, alice, "set back");
    all_is_well(&mut world, (alice, bob), &["set back"]);
}

#[test]
fn a_relay_whose_clock_is_set_ahead_under_open_connections_loses_nothing() {
    for ahead in [Duration(3 * DAY.0), YEAR] {
        let (mut world, alice, bob) = World::pair();
        world.set(Whose::Relay, START + ahead);
        world.tell(alice, bob, "with an old certificate");
        world.tell(bob, alice, "with an old certificate");
        world.everybody_connects_again();
        world.tell(alice, bob, "with a new one");
        world.tell(bob, alice, "with a new one");
        all_is_well(&mut world, (alice, bob), &["with an old certificate", "with a new one"]);
    }
}

#[test]
fn a_phone_whose_clock_is_set_back_under_an_open_connection_loses_nothing() {
    let (mut world, alice, bob) = World::pair();
    world.set(Whose::Phone(alice), Timestamp(START.0 - 10 * DAY.0));
    // By the relay's clock, the certificate ends twice meanwhile.
    (0..48).for_each(|_| world.pass(SWEEP_INTERVAL));
    world.tell(alice, bob, "two days later");
    world.tell(bob, alice, "two days later");
    world.everybody_connects_again();
    world.tell(alice, bob, "connected again");
    world.tell(bob, alice, "connected again");
    all_is_well(&mut world, (alice, bob), &["two days later", "connected again"]);
}

#[test]
fn a_phone_whose_clock_was_ahead_and_is_put_right_under_an_open_connection_sends_at_once() {
    let (mut world, alice, bob) = World::pair();
    for (clock, text) in [(START + YEAR, "a year ahead"), (START, "put right")] {
        world.set(Whose::Phone(alice), clock);
        world.tell(alice, bob, text);
        world.tell(bob, alice, text);
        (0..30).for_each(|_| world.pass(SWEEP_INTERVAL));
        assert_eq!(world.heard(bob, alice).last().unwrap(), text);
    }
    all_is_well(&mut world, (alice, bob), &["a year ahead", "put right"]);
}

#[test]
fn a_phone_whose_clock_is_years_off_sends_and_receives_as_any_other() {
    for wrong in ahead_and_back(Duration(10 * YEAR.0)) {
        let (mut world, alice, bob) = World::pair();
        world.set(Whose::Phone(alice), wrong);
        world.tell(alice, bob, "under open connections");
        world.tell(bob, alice, "under open connections");
        world.everybody_connects_again();
        world.tell(alice, bob, "connected again");
        world.tell(bob, alice, "connected again");
        world.set(Whose::Phone(alice), START + DAY);
        world.everybody_connects_again();
        world.tell(alice, bob, "put right");
        world.tell(bob, alice, "put right");
        all_is_well(&mut world, (alice, bob), &["under open connections", "connected again", "put right"]);
    }
}

#[test]
fn what_is_delivered_twice_is_shown_once_also_when_the_clock_jumped_in_between() {
    let (mut world, alice, bob) = World::pair();
    world.offline(bob);
    world.say(alice, bob, "once");
    world.run();
    // Bob's phone has the message, and its acknowledgement is lost with the connection.
    world.people[bob].online = true;
    while world.heard(bob, alice).len() < 2 {
        for link in LINKS {
            world.send(bob, link);
        }
        let (who, link, frame) = world.arrived.pop_front().unwrap();
        let Person { phone, clock, .. } = &mut world.people[who];
        phone.as_mut().unwrap().on_frame(link, frame, *clock, &mut world.rng).unwrap();
    }
    world.arrived.clear();
    world.offline(bob);
    assert_eq!(world.relay.counts().waiting, 1, "the relay still has it");
    // By now Bob's phone has forgotten that it had the message.
    world.set(Whose::Phone(bob), START + YEAR);
    world.restart(bob);
    world.run();
    assert_eq!(world.relay.counts().waiting, 0);
    world.set(Whose::Phone(bob), START);
    world.tell(alice, bob, "and on");
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "once", "and on"]);
}

#[test]
fn a_first_message_that_waited_while_the_clock_jumped_opens() {
    let mut world = World::new();
    let (bob, stranger) = (world.phone("Bob"), world.phone("Stranger"));
    world.add(stranger, bob);
    world.offline(bob);
    world.tell(stranger, bob, "begun before the jump");
    // Bob's phone makes new signed prekeys, and keeps the old ones as long as after any replacement.
    world.set(Whose::Phone(bob), START + Duration(60 * DAY.0));
    world.online(bob);
    assert_eq!(world.heard(bob, stranger), ["begun before the jump"]);
    world.set(Whose::Phone(bob), START);
    world.restart(bob);
    world.tell(stranger, bob, "and after it");
    assert_eq!(world.heard(bob, stranger), ["begun before the jump", "and after it"]);
}

#[test]
fn a_text_disappears_by_the_clock_of_the_phone_that_it_is_on_and_no_other() {
    let (mut world, alice, bob) = World::pair();
    let with = world.id(bob);
    let Person { phone, clock, .. } = &mut world.people[alice];
    phone.as_mut().unwrap().set_timer(with, Some(3_600), *clock, &mut world.rng).unwrap();
    world.tell(alice, bob, "for an hour");
    for entry in world.received(bob, alice) {
        let (from, Person { phone, clock, .. }) = (world.id(alice), &mut world.people[bob]);
        phone.as_mut().unwrap().mark_shown(from, entry.place, *clock, &mut world.rng).unwrap();
    }
    let texts = |world: &World, who: usize, with: usize| {
        let history = world.see(who).history(world.id(with)).unwrap();
        history.iter().filter(|entry| entry.text() == Some("for an hour")).count()
    };
    // With the clock set back, it stays longer.
    world.set(Whose::Phone(bob), Timestamp(START.0 - DAY.0));
    world.restart(bob);
    assert_eq!((texts(&world, alice, bob), texts(&world, bob, alice)), (1, 1));
    // With the clock set ahead, it goes at once. The other phone keeps it for its hour.
    world.set(Whose::Phone(bob), START + DAY);
    world.restart(bob);
    assert_eq!((texts(&world, alice, bob), texts(&world, bob, alice)), (1, 0));
    world.set(Whose::Phone(alice), START + Duration::from_seconds(3_600));
    world.restart(alice);
    assert_eq!(texts(&world, alice, bob), 0);
    // Once the clock is right again, a removed text stays removed.
    world.set(Whose::Phone(bob), START);
    world.restart(bob);
    assert_eq!(texts(&world, bob, alice), 0);
}

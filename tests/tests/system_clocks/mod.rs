//! Clocks that jump by days, forward and back, at the relay and at a phone. Each case has a defined outcome.
//!
//! A test cannot demand that somebody sets a computer's clock, and the programs have no switch for it. These tests
//! therefore run the relay's core and the phones' engine, each with its own clock. Both take the time as an
//! argument, and everything that depends on the time is in them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::rc::Rc;

use pillarbox_client::{EntryDirection, HistoryEntry, Notice};
use pillarbox_relay::ageing::SWEEP_INTERVAL;
use pillarbox_testkit::relay::START;
use pillarbox_testkit::world::{Who, World, honest};
use pillarbox_wire::{Duration, RelayFrame, Timestamp};

const DAY: Duration = Duration::from_days(1);
const YEAR: Duration = Duration::from_days(365);

/// Creates a world with two phones that have added each other and talked.
fn pair() -> (World, Who, Who) {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    (world, alice, bob)
}

fn waiting(world: &mut World) -> usize {
    world.relay.engine().counts().waiting
}

/// Advances time equally everywhere, and has everybody do what has become due.
fn pass(world: &mut World, span: Duration) {
    world.pass(span);
    world.sweep();
    world.run();
}

fn connect_again(world: &mut World, who: Who) {
    world.online(who);
    world.restart(who);
}

fn everybody_connects_again(world: &mut World, people: [Who; 2]) {
    people.into_iter().for_each(|who| connect_again(world, who));
}

fn received(world: &World, who: Who, from: Who) -> Vec<HistoryEntry> {
    let history = world.history(who, world.id(from));
    history.into_iter().filter(HistoryEntry::is_received).collect()
}

/// Returns the clock's two wrong times, which are `by` ahead and `by` behind.
fn ahead_and_back(by: Duration) -> [Timestamp; 2] {
    [START + by, Timestamp(START.0 - by.0)]
}

/// Asserts that everybody's texts are shown once, in order and sealed, and that nobody is told of any trouble.
fn all_is_well(world: &mut World, (alice, bob): (Who, Who), texts: &[&str]) {
    for (from, to, first) in [(alice, bob, "hello"), (bob, alice, "hello yourself")] {
        let mut expected = vec![first];
        expected.extend(texts);
        assert_eq!(world.heard(to, from), expected);
        let sealed =
            |entry: &HistoryEntry| matches!(entry.direction, EntryDirection::Received { sealed: true, .. });
        assert!(received(world, to, from).iter().skip(1).all(sealed));
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
    let (mut world, alice, bob) = pair();
    world.offline(bob);
    world.tell(alice, bob, "waiting");
    world.set_relay_clock(START + YEAR);
    for _ in 0..24 {
        pass(&mut world, SWEEP_INTERVAL);
        assert_eq!(waiting(&mut world), 1);
    }
    world.set_relay_clock(START + DAY);
    pass(&mut world, SWEEP_INTERVAL);
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "waiting"]);
}

#[test]
fn messages_age_by_at_most_two_hours_at_each_hourly_sweep_however_far_the_clock_jumps() {
    let (mut world, alice, bob) = pair();
    world.offline(bob);
    world.tell(alice, bob, "waiting");
    let kept = world.relay.engine().settings().keeping.undelivered;
    let step = Duration::from_seconds(2 * 3_600);
    world.set_relay_clock(START + Duration(10 * YEAR.0));
    let mut sweeps = 0;
    while waiting(&mut world) > 0 {
        pass(&mut world, SWEEP_INTERVAL);
        sweeps += 1;
    }
    assert!((kept.0 / step.0..=kept.0 / step.0 + 1).contains(&sweeps), "{sweeps} sweeps");
}

#[test]
fn a_relay_whose_clock_is_wrong_goes_on_and_phones_notice_nothing() {
    for wrong in ahead_and_back(YEAR) {
        let (mut world, alice, bob) = pair();
        world.set_relay_clock(wrong);
        everybody_connects_again(&mut world, [alice, bob]);
        world.tell(alice, bob, "while it is wrong");
        world.tell(bob, alice, "while it is wrong");
        world.set_relay_clock(START + DAY);
        everybody_connects_again(&mut world, [alice, bob]);
        world.tell(alice, bob, "put right");
        world.tell(bob, alice, "put right");
        all_is_well(&mut world, (alice, bob), &["while it is wrong", "put right"]);
    }
}

#[test]
fn a_relay_whose_clock_is_set_back_under_open_connections_goes_on() {
    let (mut world, alice, bob) = pair();
    world.set_relay_clock(Timestamp(START.0 - YEAR.0));
    world.tell(alice, bob, "set back");
    world.tell(bob, alice, "set back");
    all_is_well(&mut world, (alice, bob), &["set back"]);
}

#[test]
fn a_relay_whose_clock_is_set_ahead_under_open_connections_loses_nothing() {
    for ahead in [Duration(3 * DAY.0), YEAR] {
        let (mut world, alice, bob) = pair();
        world.set_relay_clock(START + ahead);
        world.tell(alice, bob, "with an old certificate");
        world.tell(bob, alice, "with an old certificate");
        everybody_connects_again(&mut world, [alice, bob]);
        world.tell(alice, bob, "with a new one");
        world.tell(bob, alice, "with a new one");
        all_is_well(&mut world, (alice, bob), &["with an old certificate", "with a new one"]);
    }
}

#[test]
fn a_phone_whose_clock_is_set_back_under_an_open_connection_loses_nothing() {
    let (mut world, alice, bob) = pair();
    world.set_clock(alice, Timestamp(START.0 - 10 * DAY.0));
    // Meanwhile, the certificate expires twice by the relay's clock.
    (0..48).for_each(|_| pass(&mut world, SWEEP_INTERVAL));
    world.tell(alice, bob, "two days later");
    world.tell(bob, alice, "two days later");
    everybody_connects_again(&mut world, [alice, bob]);
    world.tell(alice, bob, "connected again");
    world.tell(bob, alice, "connected again");
    all_is_well(&mut world, (alice, bob), &["two days later", "connected again"]);
}

#[test]
fn a_phone_whose_clock_was_ahead_and_is_put_right_under_an_open_connection_sends_at_once() {
    let (mut world, alice, bob) = pair();
    for (clock, text) in [(START + YEAR, "a year ahead"), (START, "put right")] {
        world.set_clock(alice, clock);
        world.tell(alice, bob, text);
        world.tell(bob, alice, text);
        (0..30).for_each(|_| pass(&mut world, SWEEP_INTERVAL));
        assert_eq!(world.heard(bob, alice).last().unwrap(), text);
    }
    all_is_well(&mut world, (alice, bob), &["a year ahead", "put right"]);
}

#[test]
fn a_phone_whose_clock_is_years_off_sends_and_receives_as_any_other() {
    for wrong in ahead_and_back(Duration(10 * YEAR.0)) {
        let (mut world, alice, bob) = pair();
        world.set_clock(alice, wrong);
        world.tell(alice, bob, "under open connections");
        world.tell(bob, alice, "under open connections");
        everybody_connects_again(&mut world, [alice, bob]);
        world.tell(alice, bob, "connected again");
        world.tell(bob, alice, "connected again");
        world.set_clock(alice, START + DAY);
        everybody_connects_again(&mut world, [alice, bob]);
        world.tell(alice, bob, "put right");
        world.tell(bob, alice, "put right");
        all_is_well(&mut world, (alice, bob), &["under open connections", "connected again", "put right"]);
    }
}

#[test]
fn what_is_delivered_twice_is_shown_once_also_when_the_clock_jumped_in_between() {
    let (mut world, alice, bob) = pair();
    world.offline(bob);
    world.tell(alice, bob, "once");
    // Bob's phone has the message, and its acknowledgement is lost with the connection.
    let has_it = Rc::new(Cell::new(false));
    let told = Rc::clone(&has_it);
    world.lose = Box::new(move |who, frame| {
        told.set(told.get() || who == bob && matches!(frame, RelayFrame::Deliver(_)));
        false
    });
    let lost = Rc::clone(&has_it);
    world.up =
        Box::new(move |way, frame| if lost.get() && way.who == bob { Vec::new() } else { vec![frame] });
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "once"]);
    world.offline(bob);
    world.up = honest();
    assert_eq!(waiting(&mut world), 1, "the relay still has it");
    // By now Bob's phone has forgotten that it had the message.
    world.set_clock(bob, START + YEAR);
    connect_again(&mut world, bob);
    world.run();
    assert_eq!(waiting(&mut world), 0);
    world.set_clock(bob, START);
    world.tell(alice, bob, "and on");
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "once", "and on"]);
}

#[test]
fn a_first_message_that_waited_while_the_clock_jumped_opens() {
    let mut world = World::new();
    let (bob, stranger) = (world.phone("Bob"), world.phone("Stranger"));
    world.invite(stranger, bob);
    world.offline(bob);
    world.tell(stranger, bob, "begun before the jump");
    // Bob's phone makes new signed prekeys, and keeps the old ones as long as after any replacement.
    world.set_clock(bob, START + Duration(60 * DAY.0));
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, stranger), ["begun before the jump"]);
    world.set_clock(bob, START);
    connect_again(&mut world, bob);
    world.tell(stranger, bob, "and after it");
    assert_eq!(world.heard(bob, stranger), ["begun before the jump", "and after it"]);
}

#[test]
fn a_text_disappears_by_the_clock_of_the_phone_that_it_is_on_and_no_other() {
    let (mut world, alice, bob) = pair();
    let with = world.id(bob);
    let (clock, mut rng) = (world.clock(alice), world.fork());
    world.at(alice).set_timer(with, Some(3_600), clock, &mut rng).unwrap();
    world.tell(alice, bob, "for an hour");
    for entry in received(&world, bob, alice) {
        let (from, clock, mut rng) = (world.id(alice), world.clock(bob), world.fork());
        world.at(bob).mark_shown(from, entry.place, clock, &mut rng).unwrap();
    }
    let texts = |world: &World, who: Who, with: Who| {
        let history = world.see(who).history(world.id(with)).unwrap();
        history.iter().filter(|entry| entry.text() == Some("for an hour")).count()
    };
    // With the clock set back, the text is kept longer.
    world.set_clock(bob, Timestamp(START.0 - DAY.0));
    connect_again(&mut world, bob);
    assert_eq!((texts(&world, alice, bob), texts(&world, bob, alice)), (1, 1));
    // With the clock set ahead, the text is sent at once. The other phone keeps it for its hour.
    world.set_clock(bob, START + DAY);
    connect_again(&mut world, bob);
    assert_eq!((texts(&world, alice, bob), texts(&world, bob, alice)), (1, 0));
    world.set_clock(alice, START + Duration::from_seconds(3_600));
    connect_again(&mut world, alice);
    assert_eq!(texts(&world, alice, bob), 0);
    // Once the clock is right again, a removed text stays removed.
    world.set_clock(bob, START);
    connect_again(&mut world, bob);
    assert_eq!(texts(&world, bob, alice), 0);
}

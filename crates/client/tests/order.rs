//! Messages are read in the order of sending, no matter what a relay refuses for now.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::phone::{UnsentMessages, WaitCause};
use pillarbox_client::{DeliveryState, Notice};
use pillarbox_relay::RelaySettings;
use pillarbox_relay::limits::Rate;
use pillarbox_testkit::world::World;
use pillarbox_wire::{AccountId, Duration, Refusal};

/// A relay that accepts three sealed messages at once, and then one every 200 ms, from everybody together.
fn throttled() -> World {
    let mut settings = RelaySettings::default();
    settings.limits.sealed_submissions = Rate { burst: 3, every: Duration(200) };
    World::with(settings)
}

/// Advances time until nobody has anything left to send. `each` runs once a second.
fn drain(world: &mut World, phones: &[usize], mut each: impl FnMut(&mut World, usize)) {
    for second in 0..600 {
        world.pass(Duration::from_seconds(1));
        each(world, second);
        world.run();
        if phones.iter().all(|at| world.see(*at).unsent() == 0) {
            return;
        }
    }
    panic!("somebody still waits");
}

#[test]
fn what_is_said_to_one_person_and_to_a_group_keeps_its_order_while_the_relay_asks_to_wait() {
    let mut world = throttled();
    let phones = ["Alice", "Bob", "Carol"].map(|name| world.phone(name));
    let [alice, bob, carol] = phones;
    for (one, other) in [(alice, bob), (alice, carol), (bob, carol)] {
        world.invite(one, other);
        world.invite(other, one);
        world.say(one, other, "hello");
        drain(&mut world, &phones, |_, _| ());
        world.say(other, one, "hello");
        drain(&mut world, &phones, |_, _| ());
    }
    let members: Vec<AccountId> = [bob, carol].map(|at| world.id(at)).to_vec();
    let (now, mut rng) = (world.now, world.fork());
    let group = world.at(alice).make_group("Ferry", &members, now, &mut rng).unwrap();
    drain(&mut world, &phones, |_, _| ());
    let said: Vec<String> = (0..30).map(|number| format!("text {number}")).collect();
    for text in &said {
        for (at, to) in [(alice, bob), (bob, alice), (alice, carol), (carol, bob)] {
            world.say(at, to, text);
        }
        let now = world.now;
        world.at(alice).queue_group_text(group, text, now, &mut rng).unwrap();
        // Some texts are queued while nothing else is in transit, others while messages are in transit or wait.
        if text.ends_with('3') {
            world.run();
        }
    }
    // Meanwhile programs end and lines break.
    drain(&mut world, &phones, |world, second| match second % 7 {
        2 => world.crash(phones[second % 3]),
        5 => world.cut(phones[second % 3]),
        _ => {}
    });
    // The last receipts arrive.
    for _ in 0..60 {
        world.pass(Duration::from_seconds(1));
        world.run();
    }
    for (at, from) in [(bob, alice), (alice, bob), (carol, alice), (bob, carol)] {
        let (history, own) = (world.see(at).history(world.id(from)).unwrap(), "hello".to_owned());
        let heard = |in_group: bool| -> Vec<String> {
            let entries = history.iter().filter(|entry| entry.is_received());
            let texts = entries.filter(|entry| entry.group.is_some() == in_group);
            texts.map(|entry| entry.text().unwrap().to_owned()).filter(|text| *text != own).collect()
        };
        assert_eq!(heard(false), said, "{from} to {at}");
        assert_eq!(heard(true), if from == alice { said.clone() } else { Vec::new() });
        let states = world.states(from, at);
        assert!(states.iter().all(|state| *state == DeliveryState::Delivered), "{from} to {at}: {states:?}");
    }
}

#[test]
fn what_waits_is_told_with_its_reason() {
    let mut settings = RelaySettings::default();
    settings.limits.mailbox_messages = 3;
    let mut world = World::with(settings);
    let (alice, bob) = world.pair();
    assert_eq!(world.see(alice).waiting().unwrap(), []);
    let contact = world.id(bob);
    world.offline(bob);
    world.offline(alice);
    (0..5).for_each(|number| world.say(alice, bob, &format!("text {number}")));
    let waiting = |messages, cause| [UnsentMessages { contact, messages, cause }];
    assert_eq!(world.see(alice).waiting().unwrap(), waiting(5, WaitCause::NotReached));
    world.online(alice);
    world.run();
    let full = WaitCause::Relay(Refusal::MailboxFull);
    assert_eq!(world.see(alice).waiting().unwrap(), waiting(2, full));
    let delays = |notice: &&Notice| matches!(notice, Notice::Delayed { .. });
    assert_eq!(world.take_notices(alice).iter().filter(delays).count(), 1, "one message asks for all");
    world.online(bob);
    world.run();
    world.pass(Duration::from_seconds(60));
    world.run();
    assert_eq!(world.see(alice).waiting().unwrap(), []);
    assert_eq!(world.heard(bob, alice).len(), 6);
}

#[test]
fn what_is_new_is_read_in_the_order_in_which_it_came_whoever_sent_it() {
    let mut world = World::new();
    let bob = world.phone("Bob");
    let others = ["Zoe", "Anna", "Mo"].map(|name| world.phone(name));
    for other in others {
        world.introduce(other, bob);
    }
    let (now, mut rng) = (world.now, world.fork());
    for (contact, entry) in world.see(bob).unshown().unwrap() {
        world.at(bob).mark_shown(contact, entry.place, now, &mut rng).unwrap();
    }
    let unshown = |world: &World| -> Vec<String> {
        let unshown = world.see(bob).unshown().unwrap();
        unshown.iter().map(|(_, entry)| entry.text().unwrap().to_owned()).collect()
    };
    let mut said = Vec::new();
    for number in 0..9 {
        world.pass(Duration::from_seconds(10));
        let text = format!("text {number}");
        world.say(others[number * 2 % 3], bob, &text);
        world.run();
        said.push(text);
    }
    assert_eq!(unshown(&world), said);
    // A clock that is set back leaves each conversation in its order, and later texts come last.
    let before = world.now;
    world.now = before - Duration::from_seconds(3_600);
    for number in 9..12 {
        let text = format!("text {number}");
        world.say(others[0], bob, &text);
        world.run();
    }
    let texts = unshown(&world);
    let of_one: Vec<_> = texts.iter().filter(|text| world.heard(bob, others[0]).contains(text)).collect();
    assert!(of_one.is_sorted_by_key(|text| text[5..].parse::<u32>().unwrap()), "{of_one:?}");
}

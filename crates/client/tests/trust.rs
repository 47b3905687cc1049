//! Changed keys: an honest phone reports them, and a verified contact is blocked until its owner chooses.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::{ConfirmError, Notice, PhoneError, Trust};
use pillarbox_testkit::world::{World, altering, honest};
use pillarbox_wire::{ClientFrame, Deliver, DeviceAddress, DeviceId, Handle, RelayFrame};

/// Makes the relay hand out Mallory's keys instead of Bob's, and deliver to Mallory what Alice sends to Bob.
fn substitute(world: &mut World, alice: usize, bob: usize, mallory: usize) {
    let (victim, thief) = (world.id(bob), world.see(mallory).invitation().unwrap());
    world.up = altering(move |at, frame| match frame {
        ClientFrame::FetchBundles(fetch) if at == alice && fetch.account == victim => {
            fetch.account = thief.account;
            fetch.delivery_key = thief.delivery_key;
        }
        ClientFrame::Submit(submit) if at == alice && submit.to.account == victim => {
            submit.to = DeviceAddress { account: thief.account, device: DeviceId::FIRST };
            submit.delivery_key = thief.delivery_key;
        }
        _ => {}
    });
}

fn key_change(world: &mut World, at: usize, whose: usize) -> Option<bool> {
    let whose = world.id(whose);
    world.take_notices(at).into_iter().find_map(|notice| match notice {
        Notice::KeyChanged { contact, blocked } if contact == whose => Some(blocked),
        _ => None,
    })
}

#[test]
fn both_owners_see_one_safety_number_and_confirm_it() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let number = world.see(alice).safety_number(world.id(bob)).unwrap();
    assert_eq!(world.see(bob).safety_number(world.id(alice)).unwrap(), number);
    let (whom, mut rng) = (world.id(bob), world.fork());
    world.at(alice).confirm(whom, &number.to_string(), &mut rng).unwrap();
    assert_eq!(world.see(alice).contact(whom).unwrap().trust, Trust::Verified);
}

#[test]
fn a_number_that_differs_confirms_nothing() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let carol = world.phone("Carol");
    world.introduce(alice, carol);
    let other = world.see(alice).safety_number(world.id(carol)).unwrap().to_string();
    let (whom, mut rng) = (world.id(bob), world.fork());
    assert_eq!(world.at(alice).confirm(whom, &other, &mut rng), Err(ConfirmError::Mismatch));
    let short = world.at(alice).confirm(whom, "12345", &mut rng);
    assert_eq!(short, Err(ConfirmError::NotANumber { digits: 5 }));
    assert_eq!(world.see(alice).contact(whom).unwrap().trust, Trust::Unverified);
}

#[test]
fn an_unverified_contacts_key_change_is_told_and_sending_goes_on() {
    let mut world = World::new();
    let [alice, bob, mallory] = ["Alice", "Bob", "Mallory"].map(|name| world.phone(name));
    world.invite(alice, bob);
    substitute(&mut world, alice, bob, mallory);
    world.say(alice, bob, "for Bob's eyes");
    world.run();
    assert_eq!(key_change(&mut world, alice, bob), Some(false));
    assert_eq!(world.heard(mallory, alice), ["for Bob's eyes"], "what not comparing numbers costs");
}

#[test]
fn a_verified_contacts_key_change_blocks_what_waits_and_what_is_new() {
    let mut world = World::new();
    let [alice, bob, mallory] = ["Alice", "Bob", "Mallory"].map(|name| world.phone(name));
    world.invite(alice, bob);
    let (whom, mut rng) = (world.id(bob), world.fork());
    let number = world.see(alice).safety_number(whom).unwrap();
    world.at(alice).confirm(whom, &number.digits(), &mut rng).unwrap();
    substitute(&mut world, alice, bob, mallory);
    world.say(alice, bob, "for Bob's eyes");
    world.run();

    assert_eq!(key_change(&mut world, alice, bob), Some(true));
    assert_eq!(world.see(alice).contact(whom).unwrap().trust, Trust::Changed);
    assert!(world.heard(mallory, alice).is_empty());
    assert_eq!(world.see(alice).unsent(), 1, "it waits");
    let now = world.now;
    assert_eq!(world.at(alice).queue_text(whom, "more", now, &mut rng), Err(PhoneError::KeyChanged));
    assert_eq!(world.see(alice).former_safety_number(whom).unwrap(), Some(number.clone()));
    assert_eq!(world.at(alice).confirm(whom, &number.digits(), &mut rng), Err(ConfirmError::Mismatch));

    world.at(alice).accept_new_key(whom, &mut rng).unwrap();
    world.run();
    assert_eq!(world.heard(mallory, alice), ["for Bob's eyes"], "the owner has chosen");
    assert_eq!(world.see(alice).contact(whom).unwrap().trust, Trust::Unverified);
}

#[test]
fn a_verified_contact_whose_own_key_returns_is_verified_again() {
    let mut world = World::new();
    let [alice, bob, mallory] = ["Alice", "Bob", "Mallory"].map(|name| world.phone(name));
    world.invite(alice, bob);
    let (whom, mut rng) = (world.id(bob), world.fork());
    let number = world.see(alice).safety_number(whom).unwrap();
    world.at(alice).confirm(whom, &number.digits(), &mut rng).unwrap();
    substitute(&mut world, alice, bob, mallory);
    world.say(alice, bob, "for Bob's eyes");
    world.run();
    assert_eq!(world.see(alice).contact(whom).unwrap().trust, Trust::Changed);
    world.up = honest();
    world.invite(alice, bob);
    assert_eq!(world.see(alice).contact(whom).unwrap().trust, Trust::Verified);
    world.run();
    assert_eq!(world.heard(bob, alice), ["for Bob's eyes"]);
}

#[test]
fn a_message_under_a_new_key_is_shown_as_unverified_and_blocks_answers() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let (whom, mut rng) = (world.id(bob), world.fork());
    let number = world.see(alice).safety_number(whom).unwrap();
    world.at(alice).confirm(whom, &number.digits(), &mut rng).unwrap();
    let with_number = world.phone_with_number("Carol", "+447700900123");
    let mallory = world.phone("Mallory");
    // Mallory finds somebody by number, so her message is sent unsealed, and the relay delivers it to Alice as
    // Bob's.
    world.at(mallory).look_up(Handle::parse("+447700900123").unwrap(), None).unwrap();
    world.run();
    let (thief, target, carol) = (world.id(mallory), world.id(alice), world.id(with_number));
    world.up = altering(move |at, frame| match frame {
        ClientFrame::FetchBundles(fetch) if at == mallory && fetch.account == carol => fetch.account = target,
        ClientFrame::Submit(submit) if at == mallory && submit.to.account == carol => {
            submit.to.account = target
        }
        _ => {}
    });
    world.down = altering(move |_, frame| {
        if let RelayFrame::Deliver(Deliver { from: Some(from), .. }) = frame
            && from.account == thief
        {
            from.account = whom;
        }
    });
    world.take_notices(alice);
    world.say(mallory, with_number, "I am Bob, honestly");
    world.run();
    let told = world.take_notices(alice);
    assert!(told.contains(&Notice::KeyChanged { contact: whom, blocked: true }), "{told:?}");
    let history = world.see(alice).history(whom).unwrap();
    let last = history.last().unwrap();
    assert_eq!(last.text(), Some("I am Bob, honestly"));
    assert!(matches!(last.direction, pillarbox_client::EntryDirection::Received { verified: false, .. }));
    let now = world.now;
    assert_eq!(world.at(alice).queue_text(whom, "really?", now, &mut rng), Err(PhoneError::KeyChanged));
}

#[test]
fn what_the_relay_holds_back_is_not_encrypted_again_to_a_key_that_it_substitutes() {
    let mut world = World::new();
    let alice = world.phone_with_number("Alice", "+447700900100");
    let bob = world.phone_with_number("Bob", "+447700900101");
    let mallory = world.phone("Mallory");
    for (at, number) in [(alice, "+447700900101"), (mallory, "+447700900100")] {
        world.at(at).look_up(Handle::parse(number).unwrap(), None).unwrap();
    }
    world.run();
    let (victim, thief) = (world.id(bob), world.id(mallory));
    // The relay delivers to Mallory every message that Alice sends to Bob, and delivers Mallory's messages to Alice
    // as Bob's.
    world.up = altering(move |at, frame| {
        if let (true, ClientFrame::Submit(submit)) = (at == alice, frame) {
            submit.to.account = thief;
        }
    });
    world.down = altering(move |_, frame| {
        if let RelayFrame::Deliver(Deliver { from: Some(from), .. }) = frame
            && from.account == thief
        {
            from.account = victim;
        }
    });
    world.say(alice, bob, "for Bob's eyes");
    world.run();
    let told = world.take_notices(alice);
    assert!(told.contains(&Notice::KeyChanged { contact: victim, blocked: false }), "{told:?}");
    assert!(told.contains(&Notice::Resent { contact: victim, messages: 0 }), "she did ask: {told:?}");
    assert!(world.heard(mallory, alice).is_empty());
}

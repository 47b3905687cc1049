//! Another release of the program on an existing account: no message and no contact is lost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::{Notice, Trust};
use pillarbox_session::kind::SERVER_READABLE;
use pillarbox_testkit::world::World;
use pillarbox_wire::ClientFrame;

fn stop_encrypting(world: &mut World, whom: &[usize]) {
    for &at in whom {
        let mut rng = world.fork();
        world.at(at).stop_encrypting(&mut rng).unwrap();
    }
}

/// Counts the messages that the relay could read, and those that it could not.
fn readable(world: &World) -> (usize, usize) {
    let payloads = world.seen().filter_map(|frame| match frame {
        ClientFrame::Submit(submit) => submit.payload.as_slice().first().copied(),
        _ => None,
    });
    let (readable, sealed): (Vec<u8>, Vec<u8>) = payloads.partition(|kind| *kind == SERVER_READABLE);
    (readable.len(), sealed.len())
}

#[test]
fn an_update_that_stops_encrypting_keeps_account_keys_and_texts_and_tells_nobody() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let account = world.id(bob);
    let number = world.see(alice).safety_number(account).unwrap();
    for at in [alice, bob] {
        world.take_notices(at);
    }
    stop_encrypting(&mut world, &[alice, bob]);
    world.received.clear();
    world.say(alice, bob, "after it");
    world.run();
    world.crash(bob);
    world.run();
    world.say(bob, alice, "and after that");
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "after it"]);
    assert_eq!(world.heard(alice, bob), ["hello yourself", "and after that"]);
    assert_eq!(readable(&world), (4, 0), "two texts and two receipts");
    assert_eq!((world.id(bob), world.see(alice).safety_number(account).unwrap()), (account, number));
    assert_eq!(world.see(alice).contact(account).unwrap().trust, Trust::Unverified);
    for at in [alice, bob] {
        let told = world.take_notices(at);
        let usual = |notice: &Notice| {
            matches!(
                notice,
                Notice::Connected { .. }
                    | Notice::Accepted { .. }
                    | Notice::Delivered { .. }
                    | Notice::Received { .. }
            )
        };
        assert!(told.iter().all(usual), "{told:?}");
    }
}

#[test]
fn what_was_encrypted_before_an_update_still_arrives_sealed() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    world.received.clear();
    world.offline(bob);
    world.say(alice, bob, "waits at the relay");
    world.run();
    stop_encrypting(&mut world, &[alice, bob]);
    world.crash(bob);
    world.online(bob);
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "waits at the relay"]);
    // The text went out sealed, and only its receipt is readable.
    assert_eq!(readable(&world), (1, 1));
}

#[test]
fn a_phone_that_has_stopped_is_told_apart_from_one_that_has_not() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    stop_encrypting(&mut world, &[alice]);
    world.take_notices(bob);
    world.say(alice, bob, "readable");
    world.say(bob, alice, "sealed");
    world.run();
    let alices = world.id(alice);
    assert!(world.take_notices(bob).contains(&Notice::OtherProtection { contact: Some(alices) }));
    assert_eq!(world.heard(bob, alice), ["hello"]);
    assert_eq!(world.heard(alice, bob), ["hello yourself", "sealed"]);
}

#[test]
fn the_shipped_program_has_no_way_to_stop_encrypting() {
    let mut left = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut files = 0;
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // Only calls are searched for: the method's own file and the documentation of accounts may name it.
        let calls = text.contains(".stop_encrypting(") || text.contains("::stop_encrypting(");
        assert!(!calls, "{}", path.display());
        files += 1;
    }
    assert!(files > 50);
}

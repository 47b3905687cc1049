//! A full disk and a read-only one, under the relay and under a phone: a clear sentence, the documented exit code, and
//! nothing lost once there is room again.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pillarbox_tests::{Place, Process, Relay, SmallDisk, relay_command};

/// Room for a relay or a phone with two accounts and a few messages, and soon full.
const KIBIBYTES: usize = 4 * 1024;

#[test]
fn a_relay_whose_disk_is_full_accepts_nothing_and_loses_nothing() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = Relay::start(&place, &disk.folder().join("relay"));
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "before"]).expect(0));
    disk.fill();
    for text in ["first", "second"] {
        let kept = alice.run(&["send", "Bob", text]).expect(1).prints("Waiting on this phone");
        drop(kept.says("the relay cannot write to its disk. Nothing of it was kept there."));
    }
    assert_eq!(alice.waiting(), 2);
    relay.wait_until("/readyz", |status, _| status == 503);
    drop(
        place
            .phone("late")
            .run(&["account", "create", "--relay", relay.address()])
            .expect(1)
            .says("its disk"),
    );
    // What it accepted before can still be fetched, and is not taken from the relay unless that can be written down.
    assert_eq!(bob.inbox(), ["before"]);

    disk.make_room();
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!((alice.waiting(), bob.inbox()), (0, vec!["first".to_owned(), "second".to_owned()]));
    relay.wait_until("/readyz", |status, _| status == 200);
    drop(place.account(&relay, "late"));
    let (_stopped, ended) = relay.stop();
    drop(ended.expect(0).says("the database refused a transaction, and nothing of it was accepted"));
}

#[test]
fn a_relay_killed_on_a_full_disk_starts_again_once_there_is_room() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = Relay::start(&place, &disk.folder().join("relay"));
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "accepted"]).expect(0));
    disk.fill();
    drop(alice.run(&["send", "Bob", "kept"]).expect(1));
    let stopped = relay.kill();
    disk.make_room();
    let relay = stopped.start_again(&place);
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(bob.inbox(), ["accepted", "kept"]);
    drop(relay);
}

#[test]
fn a_relay_on_a_read_only_disk_does_not_start_and_its_ledger_can_be_read() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = Relay::start(&place, &disk.folder().join("relay"));
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "kept"]).expect(0));
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    disk.set_read_only(true);
    let ended = Process::run(Relay::command(&place, stopped.data(), &stopped.host_and_port()), "").expect(4);
    drop(ended.says("cannot be used as a data directory").says("Make it writable"));
    let held = relay_command(&place, &["ledger", "--json", "--data", stopped.data().to_str().unwrap()]);
    assert_eq!(held.expect(0).json()["messages"].as_array().unwrap().len(), 1);
    disk.set_read_only(false);
    let relay = stopped.start_again(&place);
    assert_eq!(bob.inbox(), ["kept"]);
    drop(relay);
}

#[test]
fn a_phone_whose_disk_is_full_says_so_and_goes_on_once_there_is_room() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = place.relay();
    let alice = place.phone("alice").in_folder(disk.folder().join("alice"));
    alice.register(&relay, &[]);
    let bob = place.account(&relay, "bob");
    alice.add(&bob);
    bob.add(&alice);
    drop(alice.run(&["send", "Bob", "before"]).expect(0));
    disk.fill();
    const FULL: &str = "is full. What was stored before is safe. Make room and type the same command again.";
    drop(alice.run(&["send", "Bob", "during"]).expect(4).says(FULL));
    drop(bob.run(&["send", "Alice", "hello"]).expect(0));
    drop(alice.run(&["inbox"]).expect(4).says(FULL));
    let late = place.phone("late").in_folder(disk.folder().join("late"));
    let create = ["account", "create", "--relay", relay.address()];
    drop(late.run(&create).expect(4).says(FULL));

    disk.make_room();
    assert_eq!(alice.inbox(), ["hello"], "the relay kept what this phone could not");
    drop(alice.run(&["send", "Bob", "during"]).expect(0));
    assert_eq!(bob.inbox(), ["before", "during"]);
    drop(late.run(&create).expect(0));
}

#[test]
fn a_phone_on_a_read_only_disk_says_so_and_changes_nothing() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = place.relay();
    let alice = place.phone("alice").in_folder(disk.folder().join("alice"));
    alice.register(&relay, &[]);
    let bob = place.account(&relay, "bob");
    alice.add(&bob);
    bob.add(&alice);
    drop(bob.run(&["send", "Alice", "hello"]).expect(0));
    disk.set_read_only(true);
    for arguments in [&["inbox"][..], &["send", "Bob", "not stored"], &["chat", "Bob"]] {
        drop(alice.run(arguments).expect(4).says("cannot be written. Allow it, or choose another directory"));
    }
    let late = place.phone("late").in_folder(disk.folder().join("late"));
    drop(late.run(&["account", "create", "--relay", relay.address()]).expect(4).says("cannot be written"));
    disk.set_read_only(false);
    assert_eq!(alice.inbox(), ["hello"]);
    drop(alice.run(&["send", "Bob", "stored"]).expect(0));
    assert_eq!(bob.inbox(), ["stored"]);
}

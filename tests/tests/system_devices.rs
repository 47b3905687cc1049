//! Linked devices as people use them: linked with a code, in step, removed, and killed at any moment.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::thread;
use std::time::Duration;

use pillarbox_testkit::program::{Phone, Place, Process, Relay, Stream};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Starts a new device of an account and returns it with the code that it shows.
fn waiting(device: &Phone, owner: &Phone) -> (Process, String) {
    let mut process = device.start(&["device", "link", &owner.invitation()]);
    let code = process.wait_for(Stream::Out, |line| line.starts_with("pillarbox:device/"));
    (process, code)
}

/// Links a new device of this name to an account.
fn link(place: &Place, owner: &Phone, name: &str, options: &[&str]) -> Phone {
    let device = place.phone(name);
    let (process, code) = waiting(&device, owner);
    let linked = owner.run(&[&["device", "link", &code, "--yes"], options].concat()).expect(0);
    drop(linked.prints("is linked."));
    drop(process.finish_its_work().expect(0).prints("This device is linked."));
    device
}

/// Has every phone fetch and send everything, until nothing more happens.
fn settle(phones: &[&Phone]) {
    for _ in 0..3 {
        phones.iter().for_each(|phone| drop(phone.run(&["inbox"]).expect(0)));
    }
}

fn texts(phone: &Phone, with: &str) -> Vec<String> {
    let shown = phone.run(&["history", with, "--json"]).expect(0).json_lines();
    shown.iter().filter_map(|line| line["text"].as_str().map(str::to_owned)).collect()
}

fn pair(place: &Place, relay: &Relay) -> [Phone; 2] {
    let people = ["alice", "bob"].map(|name| place.account(relay, name));
    people[0].add(&people[1]);
    people[1].add(&people[0]);
    drop(people[0].run(&["send", "Bob", "before"]).expect(0));
    assert_eq!(people[1].inbox(), ["before"]);
    drop(people[1].run(&["send", "Alice", "an answer"]).expect(0));
    assert_eq!(people[0].inbox(), ["an answer"]);
    settle(&[&people[0], &people[1]]);
    people
}

#[test]
fn a_device_is_linked_with_a_code_kept_in_step_and_removed_and_contacts_are_told() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob] = pair(&place, &relay);
    let laptop = link(&place, &bob, "laptop", &[]);
    drop(bob.run(&["device", "list"]).expect(0).prints("128 a linked device"));
    drop(laptop.run(&["device", "list"]).expect(0).prints("128 a linked device; this one"));
    drop(alice.run(&["inbox"]).expect(0).says("Bob has linked a device, signed with the key that you know"));
    settle(&[&alice, &bob, &laptop]);
    assert_eq!(texts(&laptop, "Alice"), [""; 0], "nothing from before");

    drop(alice.run(&["send", "Bob", "to both"]).expect(0));
    assert_eq!(bob.inbox(), ["to both"]);
    assert_eq!(laptop.inbox(), ["to both"]);
    drop(laptop.run(&["send", "Alice", "from the laptop"]).expect(0));
    assert_eq!(alice.inbox(), ["from the laptop"]);
    settle(&[&bob, &laptop, &alice]);
    assert_eq!(texts(&bob, "Alice").last().unwrap(), "from the laptop");
    assert_eq!(laptop.number("Alice"), bob.number("Alice"), "one safety number");

    // The first phone alone changes devices, and does nothing by half.
    drop(laptop.run(&["device", "remove", "128", "--yes"]).expect(1).says("Only the first phone"));
    drop(laptop.run(&["account", "close", "--yes"]).expect(1).says("Only the first phone"));
    // It signs what its linked devices wish of a group.
    let wished = laptop.run(&["group", "create", "Harbour", "Alice"]).expect(0);
    drop(wished.prints("Your first phone is asked to make Harbour: only it signs for your account."));
    drop(laptop.run(&["group", "list"]).expect(0).prints("Asked, and not signed yet: make Harbour."));
    settle(&[&bob, &laptop, &alice]);
    for device in [&laptop, &bob, &alice] {
        drop(device.run(&["group", "show", "Harbour"]).expect(0).prints("Harbour has 2 members"));
    }
    // Its text to the group goes by the first phone, and until then it waits.
    let asked = ["send", "--group", "Harbour", "from afar"];
    drop(laptop.run(&asked).expect(1).prints("Your first phone is asked to send this to Harbour"));
    let again = laptop.run(&[&asked[..], &["--json"]].concat()).expect(1).json();
    assert_eq!(again["state"], "waiting");
    settle(&[&bob, &laptop, &alice]);
    drop(alice.run(&["history", "--group", "Harbour"]).expect(0).prints("from afar"));
    drop(bob.run(&["device", "remove", "128"]).expect(2).says("--yes"));
    drop(
        bob.run(&["device", "remove", "129", "--yes"])
            .expect(1)
            .says("No linked device of this account has the number 129"),
    );
    drop(bob.run(&["device", "remove", "128", "--yes"]).expect(0).prints("Device 128 is removed."));
    drop(alice.run(&["inbox"]).expect(0).says("Bob has removed a device. It gets nothing more from you."));
    drop(alice.run(&["send", "Bob", "after"]).expect(0));
    assert_eq!(bob.inbox(), ["after"]);
    drop(laptop.run(&["inbox"]).expect(1).says("The relay does not know this device any more."));
    assert_eq!(texts(&laptop, "Alice"), ["to both", "from the laptop"], "it keeps what it had");
}

#[test]
fn a_device_that_signs_off_is_taken_off_by_the_first_phone_and_contacts_are_told() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob] = pair(&place, &relay);
    let laptop = link(&place, &bob, "laptop", &[]);
    settle(&[&alice, &bob, &laptop]);
    drop(alice.run(&["send", "Bob", "to both"]).expect(0));
    assert_eq!(laptop.inbox(), ["to both"]);

    drop(bob.run(&["device", "leave", "--yes"]).expect(1).says("only a linked device can sign off"));
    drop(laptop.run(&["device", "leave"]).expect(2).says("--yes"));
    drop(laptop.run(&["device", "leave", "--yes"]).expect(0).prints("This device has signed off."));
    for command in [&["inbox"][..], &["send", "Alice", "no"], &["device", "leave", "--yes"]] {
        drop(laptop.run(command).expect(1).says("This device has signed off. What it had stays on it"));
    }
    assert_eq!(texts(&laptop, "Alice"), ["to both"], "it keeps what it had");
    drop(alice.run(&["send", "Bob", "before Bob heard"]).expect(0));

    let heard = bob.run(&["inbox"]).expect(0).says("Device 128 has signed off.");
    drop(heard.says("Device 128 is removed."));
    assert_eq!(bob.run(&["device", "list", "--plain"]).expect(0).out, "1\tfirst\tthis\n");
    drop(alice.run(&["inbox"]).expect(0).says("Bob has removed a device. It gets nothing more from you."));
    drop(alice.run(&["send", "Bob", "after"]).expect(0));
    assert_eq!(bob.inbox(), ["after"]);
}

#[test]
fn the_history_goes_along_only_if_asked_for_and_three_devices_hear_everything() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob] = pair(&place, &relay);
    let laptop = link(&place, &bob, "laptop", &["--with-history"]);
    let tablet = link(&place, &bob, "tablet", &[]);
    settle(&[&alice, &bob, &laptop, &tablet, &bob]);
    assert_eq!(texts(&laptop, "Alice"), ["before", "an answer"]);
    drop(alice.run(&["send", "Bob", "to all three"]).expect(0));
    for device in [&bob, &laptop, &tablet] {
        assert_eq!(device.inbox(), ["to all three"]);
    }
    drop(tablet.run(&["send", "Alice", "from the tablet"]).expect(0));
    assert_eq!(alice.inbox(), ["from the tablet"]);
    settle(&[&tablet, &bob, &laptop]);
    assert_eq!(texts(&laptop, "Alice"), ["before", "an answer", "to all three", "from the tablet"]);
    drop(bob.run(&["account", "show"]).expect(0).prints("3; this is the first phone"));
}

#[test]
fn a_verified_contacts_new_device_stops_sending_until_the_owner_chooses() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob] = pair(&place, &relay);
    alice.verify("Bob", &bob, "Alice");
    let laptop = link(&place, &bob, "laptop", &[]);
    drop(alice.run(&["inbox"]).expect(0).says("You have verified Bob, so nothing is sent until you choose"));
    let stopped = alice.run(&["send", "Bob", "no"]).expect(1);
    drop(
        stopped
            .says("Bob has linked another device since you verified them")
            .says("Safety number, as before"),
    );
    alice.verify("Bob", &bob, "Alice");
    settle(&[&alice, &bob, &laptop]);
    drop(alice.run(&["send", "Bob", "yes"]).expect(0));
    assert_eq!(laptop.inbox(), ["yes"]);
    drop(alice.run(&["verify", "Bob", "--show"]).expect(0).says("Bob has 2 devices"));
    let one = bob.run(&["verify", "Alice", "--show"]).expect(0);
    assert!(!one.tells("devices"), "Alice has one device: {}", one.err);
}

#[test]
fn wrong_codes_and_a_device_that_waits_have_one_clear_sentence_each() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob] = pair(&place, &relay);
    let laptop = place.phone("laptop");
    drop(bob.run(&["device", "link", "nonsense"]).expect(2));
    drop(
        bob.run(&["device", "link", "pillarbox:device/abc", "--yes"])
            .expect(2)
            .says("cut off or has a typing error"),
    );
    let (process, code) = waiting(&laptop, &bob);
    drop(alice.run(&["device", "link", &code, "--yes"]).expect(1).says("made for another account"));
    drop(bob.run(&["device", "link", &code]).expect(2).says("--yes"));
    process.signal("INT");
    drop(process.wait_for_end().expect(130));
    drop(laptop.run(&["inbox"]).expect(1).says("This device is not linked yet"));
    drop(bob.run(&["device", "link", &code, "--yes"]).expect(1).says("No device waits to be linked"));
    // The same command continues with the same keys.
    let (process, again) = waiting(&laptop, &bob);
    assert_eq!(again, code);
    drop(bob.run(&["device", "link", &again, "--yes"]).expect(0));
    drop(process.finish_its_work().expect(0));
}

/// A first phone, a linked device and a contact, each killed again and again while they write: everything arrives once.
#[test]
fn devices_killed_at_any_moment_lose_nothing_and_repeat_nothing() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob] = pair(&place, &relay);
    let laptop = link(&place, &bob, "laptop", &[]);
    settle(&[&alice, &bob, &laptop]);
    let mut rng = StdRng::seed_from_u64(26);
    let mut said = 0;
    while said < 24 {
        for (phone, to) in [(&alice, "Bob"), (&bob, "Alice"), (&laptop, "Alice")] {
            let text = format!("text {said}");
            let process = phone.start(&["send", to, &text]);
            thread::sleep(Duration::from_millis(rng.random_range(0..250)));
            drop(process.kill());
            // The same words again, only if nothing of the first attempt is kept.
            if !texts(phone, to).contains(&text) {
                drop(phone.run(&["send", to, &text]));
            }
            said += 1;
        }
        let inbox = [&alice, &bob, &laptop][said / 3 % 3];
        let process = inbox.start(&["inbox"]);
        thread::sleep(Duration::from_millis(rng.random_range(0..250)));
        drop(process.kill());
    }
    settle(&[&alice, &bob, &laptop, &alice, &bob, &laptop]);
    let own = |texts: Vec<String>| {
        let mut own: Vec<usize> =
            texts.iter().filter_map(|text| text.strip_prefix("text ")?.parse().ok()).collect();
        own.sort_unstable();
        own
    };
    let expected: Vec<usize> = (0..said).collect();
    assert_eq!(own(texts(&alice, "Bob")), expected, "alice");
    assert_eq!(own(texts(&bob, "Alice")), expected, "bob");
    assert_eq!(own(texts(&laptop, "Alice")), expected, "laptop");
}

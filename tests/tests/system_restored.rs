//! A relay or a phone is restored from an old copy of its data while everybody else continued. The tests show what
//! is reused, what is lost, what a person is told, and what to do then.
//!
//! An operator who keeps copies will one day need one. A message that was accepted after the copy was made is lost
//! with the disk that it was on. Everything else must recover by itself, or be reported in one sentence.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use pillarbox_client::recovery::MAX_RENEWALS;
use pillarbox_testkit::program::{Phone, Place, Relay, relay_command};
use rusqlite::Connection;
use serde_json::Value;

/// A copy of a folder, made while no program uses it.
struct Copy {
    kept: PathBuf,
    original: PathBuf,
}

impl Copy {
    fn of(original: &Path) -> Self {
        let kept = original.with_extension("copy");
        if kept.exists() {
            fs::remove_dir_all(&kept).unwrap();
        }
        copy_folder(original, &kept);
        Self { kept, original: original.to_owned() }
    }

    fn put_back(&self) {
        fs::remove_dir_all(&self.original).unwrap();
        copy_folder(&self.kept, &self.original);
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Stops a relay, copies its data, and starts it again.
fn copied(place: &Place, relay: Relay) -> (Relay, Copy) {
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    let copy = Copy::of(stopped.data());
    (stopped.start_again(place), copy)
}

/// Kills a relay, replaces its data with the copy, and starts it again.
fn put_back(place: &Place, relay: Relay, copy: &Copy) -> Relay {
    let stopped = relay.kill();
    copy.put_back();
    stopped.start_again(place)
}

/// Sends a text from one phone and receives it on the other.
fn tell(from: &Phone, name: &str, to: &Phone, text: &str) {
    drop(from.run(&["send", name, text]).expect(0).prints("Sent"));
    assert_eq!(to.inbox(), [text]);
}

fn history(phone: &Phone, with: &str) -> Vec<Value> {
    phone.run(&["history", with, "--json"]).expect(0).json_lines()
}

/// Returns the number of the message that waits.
fn number(place: &Place, relay: &Relay) -> i64 {
    let held = relay_command(place, &["ledger", "--json", "--data", relay.data().to_str().unwrap()]);
    let held = held.expect(0).json();
    let [message] = held["messages"].as_array().unwrap().as_slice() else { panic!("{held}") };
    message["message"].as_i64().unwrap()
}

#[test]
fn conversations_go_on_with_a_relay_put_back_though_it_uses_message_numbers_twice() {
    let place = Place::new();
    let (alice, bob);
    let (relay, copy) = {
        let relay = place.relay();
        (alice, bob) = place.alice_and_bob(&relay);
        tell(&alice, "Bob", &bob, "hello");
        tell(&bob, "Alice", &alice, "hello yourself");
        drop(alice.run(&["inbox"]).expect(0));
        drop(alice.run(&["send", "Bob", "in the copy"]).expect(0));
        copied(&place, relay)
    };
    assert_eq!(bob.inbox(), ["in the copy"]);
    drop(alice.run(&["inbox"]).expect(0));
    drop(alice.run(&["send", "Bob", "only in the lost data"]).expect(0));
    let before = number(&place, &relay);

    let relay = put_back(&place, relay, &copy);
    assert_eq!(bob.inbox(), [""; 0], "what the copy still holds is known, and not shown again");
    drop(alice.run(&["inbox"]).expect(0));
    drop(alice.run(&["send", "Bob", "under a number that was used"]).expect(0));
    assert!(number(&place, &relay) <= before, "the relay counts from where the copy stops");
    assert_eq!(bob.inbox(), ["under a number that was used"]);
    tell(&bob, "Alice", &alice, "and back");
    // A message that was accepted after the copy was made is lost with its data. No phone claims that it was
    // delivered.
    let states: Vec<_> = history(&alice, "Bob")
        .iter()
        .filter(|said| said["from"] == "you")
        .map(|said| (said["text"].as_str().unwrap().to_owned(), said["state"].as_str().unwrap().to_owned()))
        .collect();
    let state = |text: &str, state: &str| (text.to_owned(), state.to_owned());
    assert_eq!(
        states,
        [
            state("hello", "delivered"),
            state("in the copy", "delivered"),
            state("only in the lost data", "sent"),
            state("under a number that was used", "delivered"),
        ]
    );
}

#[test]
fn an_account_that_the_copy_does_not_have_is_told_so_with_what_to_do() {
    let place = Place::new();
    let relay = place.relay();
    let bob = place.account(&relay, "bob");
    let (relay, copy) = copied(&place, relay);
    let carol = place.phone("carol");
    carol.register(&relay, &["--number", "+447700900103"]);
    bob.add(&carol);
    carol.add(&bob);
    tell(&carol, "Bob", &bob, "hello");

    let relay = put_back(&place, relay, &copy);
    for arguments in [&["inbox"][..], &["send", "Bob", "kept on this phone"]] {
        let ended = carol.run(arguments).expect(1).says("does not know this device");
        drop(ended.says("make another one with --profile NAME, and give your contacts its invitation"));
    }
    assert_eq!(carol.waiting(), 1, "what was written is kept");
    drop(bob.run(&["send", "Carol", "anybody there?"]).expect(1).says("there is no such account"));
    // The suggested step works, and the number is free again for her and for anybody.
    let again = place.phone("carol2");
    let create =
        ["account", "create", "--relay", relay.address(), "--name", "Carol", "--number", "+447700900103"];
    drop(again.run(&create).expect(0));
    drop(bob.run(&["contact", "add", &again.invitation(), "--name", "Caroline"]).expect(0));
    again.add(&bob);
    // The relay hands out a key of Bob's that the lost account had used up. His phone asks a contact to send again.
    drop(again.run(&["send", "Bob", "here I am"]).expect(0));
    drop(bob.run(&["inbox"]).expect(0).says("This phone asks for it again."));
    drop(again.run(&["inbox"]).expect(0));
    assert_eq!(bob.inbox(), ["here I am"]);
    tell(&bob, "Caroline", &again, "good");
}

#[test]
fn a_relay_put_back_hands_out_a_prekey_twice_and_a_stranger_who_got_it_is_heard_once_added() {
    let place = Place::new();
    let relay = place.relay();
    let bob = place.account(&relay, "bob");
    let (relay, copy) = copied(&place, relay);
    let carol = place.account(&relay, "carol");
    carol.add(&bob);
    tell(&carol, "Bob", &bob, "with the first key");

    // The copy still has the key that Carol used, and Bob's phone no longer has it.
    let relay = put_back(&place, relay, &copy);
    strangers_words_come_when_they_are_added(&place, &relay, &bob);
}

#[test]
fn a_phone_put_back_that_lacks_newer_prekeys_hears_a_stranger_s_words_when_they_are_added() {
    let place = Place::new();
    let relay = place.relay();
    let bob = place.account(&relay, "bob");
    let copy = Copy::of(&bob.folder());
    // Many people write to Bob, and his phone uploads new keys.
    let file = Connection::open(relay.data().join("relay.sqlite3")).unwrap();
    file.execute("DELETE FROM prekeys WHERE kind LIKE 'one-time%'", []).unwrap();
    drop(bob.run(&["inbox"]).expect(0));
    copy.put_back();
    strangers_words_come_when_they_are_added(&place, &relay, &bob);
}

/// Has the unknown Dave write to Bob with keys that Bob's phone does not have.
fn strangers_words_come_when_they_are_added(place: &Place, relay: &Relay, bob: &Phone) {
    let dave = place.account(relay, "dave");
    dave.add(bob);
    drop(dave.run(&["send", "Bob", "from a stranger"]).expect(0));
    let inbox = bob.run(&["inbox"]).expect(0).says("would not open").says("It is asked for again if you add");
    let said = inbox.err.split_whitespace().collect::<Vec<_>>().join(" ");
    let account = said.split("contact add ").nth(1).unwrap().split('`').next().unwrap().to_owned();
    drop(dave.run(&["inbox"]).expect(0));
    let states: Vec<_> = history(&dave, "Bob").iter().map(|said| said["state"].clone()).collect();
    assert_eq!(states, ["sent"], "it is not said to be delivered");
    // The sender is unknown here, and is asked again when Bob adds them.
    let listed = bob.run(&["contact", "list", "--json"]).expect(0).json();
    assert!(listed["contacts"].as_array().unwrap().iter().all(|known| known["account"] != account.as_str()));
    drop(bob.run(&["contact", "add", &"0".repeat(32)]).expect(1).says("Nothing that did not open has come"));
    let added = bob.run(&["contact", "add", &account, "--name", "Somebody"]).expect(0);
    drop(added.prints("Added Somebody. NOT VERIFIED.").says("The relay introduced you"));
    drop(bob.run(&["send", "Somebody", "who is this?"]).expect(0));
    assert_eq!(dave.inbox(), ["who is this?"]);
    assert_eq!(bob.inbox(), ["from a stranger"]);
    drop(dave.run(&["inbox"]).expect(0));
    let sent = history(&dave, "Bob");
    let state = sent.iter().find(|said| said["text"] == "from a stranger").unwrap()["state"].clone();
    assert_eq!(state, "delivered");
    tell(&dave, "Bob", bob, "Dave, from the choir");
}

#[test]
fn an_inbox_that_knows_of_a_missing_text_says_so_and_does_not_end_well() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    tell(&alice, "Bob", &bob, "hello");
    tell(&bob, "Alice", &alice, "hello yourself");
    let put_back = |text: &str| {
        let copy = Copy::of(&bob.folder());
        tell(&bob, "Alice", &alice, "since the copy");
        tell(&alice, "Bob", &bob, "since the copy");
        copy.put_back();
        drop(alice.run(&["send", "Bob", text]).expect(0));
        bob.run(&["inbox"])
    };
    for number in 0..MAX_RENEWALS {
        let text = format!("text {number}");
        drop(put_back(&text).expect(0).says("This phone asks for it again."));
        drop(alice.run(&["inbox"]).expect(0));
        assert_eq!(bob.inbox(), [text]);
    }
    // The conversation may restart this many times in an hour.
    for inbox in [put_back("the last"), bob.run(&["inbox"])] {
        let inbox =
            inbox.expect(1).says("1 message from Alice is missing").says("in 1 hour or later asks again");
        assert!(!inbox.err.contains("Nothing new"), "{inbox:?}");
    }
}

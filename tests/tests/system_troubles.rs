//! Troubles that a person runs into. Each ends with one clear sentence and the documented exit code, and loses
//! nothing.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use pillarbox_testkit::program::{Ended, Place, Process, Relay, Stream};
use pillarbox_transport::version::{ANSWER_LEN, OFFER_LEN};

/// Asserts that the output is one sentence about the trouble and not a dump. The error itself takes at most a few lines
/// of a terminal.
fn is_clear(ended: &Ended) {
    let error = ended.err.split("Error: ").nth(1).unwrap_or_else(|| panic!("no error is told: {ended:?}"));
    assert!(error.lines().count() <= 6, "{}", ended.err);
    for noise in ["panicked", "RUST_BACKTRACE", "Os {", "Err("] {
        assert!(!ended.err.contains(noise), "{}", ended.err);
    }
}

#[test]
fn a_relay_with_another_key_is_not_taken_for_the_relay() {
    let place = Place::new();
    let (relay, other) = (place.relay(), Relay::start(&place, &place.path("other")));
    let alice = place.phone("alice");
    let ended = alice.run(&["account", "create", "--relay", &relay.with_key_of(&other)]).expect(3);
    let ended = ended.says("does not have the relay's key").says("Get the address again");
    is_clear(&ended);
    assert!(!alice.folder().exists(), "nothing is left of the attempt");
    alice.register(&relay, &[]);
}

#[test]
fn a_relay_that_is_not_there_is_told() {
    let place = Place::new();
    let relay = place.relay();
    let (address, stopped) = (relay.address().to_owned(), relay.kill());
    let alice = place.phone("alice");
    let ended = alice.run(&["account", "create", "--relay", &address]).expect(3);
    is_clear(&ended.says(&format!("The relay at {} was not reached", stopped.host_and_port())));
    assert!(!alice.folder().exists());
    alice.register(&stopped.start_again(&place), &[]);
}

#[test]
fn a_relay_of_another_version_is_told_with_both_versions() {
    let place = Place::new();
    let relay = place.relay();
    let alice = place.account(&relay, "alice");
    let key = relay.address().split('#').nth(1).unwrap().to_owned();
    let stopped = relay.kill();
    // The relay is replaced by a later one, for which the phone is too old.
    let listener = TcpListener::bind(stopped.host_and_port()).unwrap();
    let later = thread::spawn(move || {
        let mut asked = Vec::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut offer = [0; OFFER_LEN];
            stream.read_exact(&mut offer).unwrap();
            let (magic, range) = offer.split_at(OFFER_LEN - 2);
            let answer = [magic, &[200, 201, 0]].concat();
            assert_eq!(answer.len(), ANSWER_LEN);
            stream.write_all(&answer).unwrap();
            asked.push(range.to_vec());
        }
        asked
    });
    let ended = alice.run(&["inbox"]).expect(3);
    let ended = ended.says("speaks version 1 of the protocol, the other side versions 200 to 201");
    is_clear(&ended.says("this program is the older one, update it"));
    let address = format!("pillarbox://{}/#{key}", stopped.host_and_port());
    let bob = place.phone("bob");
    is_clear(&bob.run(&["account", "create", "--relay", &address]).expect(3).says("versions 200 to 201"));
    assert!(!bob.folder().exists());
    assert_eq!(later.join().unwrap(), [[1, 1], [1, 1]]);
    let _relay = stopped.start_again(&place);
    drop(alice.run(&["inbox"]).expect(0));
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_changes_nothing() {
    let place = Place::new();
    let relay = place.relay();
    let alice = place.account(&relay, "alice");
    let before = fs::read_dir(alice.folder()).unwrap().count();
    let wrong = place.secret("wrong", "wrong horse");
    let mut command = place.command(pillarbox_testkit::program::programs().phone());
    command.arg("--profile").arg("alice").arg("--passphrase-file").arg(wrong).arg("inbox");
    let ended = Process::run(command, "").expect(4);
    is_clear(&ended.says("The passphrase does not open this profile. Nothing was changed."));
    assert_eq!(fs::read_dir(alice.folder()).unwrap().count(), before);
    drop(alice.run(&["inbox"]).expect(0));
}

#[test]
fn a_contact_that_is_not_there_is_told_before_anything_is_sent() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, _bob) = place.alice_and_bob(&relay);
    for (typed, said) in [("Bobby", "There is no contact called Bobby."), ("ob", "Did you mean Bob?")] {
        for verb in ["send", "chat", "verify"] {
            let arguments: &[&str] = if verb == "send" { &["send", typed, "hello"] } else { &[verb, typed] };
            is_clear(&alice.run(arguments).expect(1).says(said));
        }
    }
    assert_eq!(alice.waiting(), 0);
}

#[test]
fn one_profile_serves_one_process_at_a_time() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.wait_for(Stream::Err, |line| line.contains("Talking with Bob"));
    let refused = alice.run(&["send", "Bob", "from a second window"]).expect(4);
    is_clear(&refused.says("Another pillarbox has the profile").says("End it first"));
    chat.feed("from the first\n");
    drop(chat.finish().expect(0));
    drop(alice.run(&["send", "Bob", "now it may"]).expect(0));
    assert_eq!(bob.inbox(), ["from the first", "now it may"]);
}

#[test]
fn a_profile_that_is_killed_is_free_at_once() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, _bob) = place.alice_and_bob(&relay);
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.wait_for(Stream::Err, |line| line.contains("Talking with Bob"));
    drop(chat.kill());
    drop(alice.run(&["send", "Bob", "hello"]).expect(0));
}

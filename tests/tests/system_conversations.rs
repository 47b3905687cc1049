//! Two phones and a relay, each its own process. People meet, compare numbers, talk, and lose nothing while one of
//! them is away.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pillarbox_testkit::program::{Place, Process, Stream};

#[test]
fn two_people_register_meet_compare_numbers_and_talk_both_ways() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    assert_eq!(alice.number("Bob"), bob.number("Alice"), "nobody stands in between");
    alice.verify("Bob", &bob, "Alice");
    bob.verify("Alice", &alice, "Bob");
    assert_eq!([alice.trust("Bob"), bob.trust("Alice")], ["verified", "verified"]);

    let sent = alice.run(&["send", "Bob", "Under", "the", "clock?"]).expect(0);
    assert_eq!(sent.out, "Sent: the relay keeps it for Bob.\n");
    let inbox = bob.run(&["inbox"]).expect(0);
    assert!(
        inbox.out.starts_with("Alice (VERIFIED), ") && inbox.out.ends_with(": Under the clock?\n"),
        "{inbox:?}"
    );
    drop(bob.run(&["send", "Alice", "Yes."]).expect(0));
    assert_eq!(alice.inbox(), ["Yes."]);
    assert_eq!(alice.inbox(), [""; 0], "a message is shown once");
}

#[test]
fn numbers_that_differ_verify_nothing() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let carol = place.account(&relay, "carol");
    alice.add(&carol);
    // The number that Bob would read out if his chat used somebody else's keys.
    let other = alice.number("Carol");
    let mismatch = alice.run(&["verify", "Bob", "--heard", &other]).expect(1).says("The numbers differ");
    let digits: String = mismatch.err.chars().filter(char::is_ascii_digit).collect();
    assert!(digits.contains(&other) && digits.contains(&alice.number("Bob")), "both numbers are shown");
    assert_eq!(alice.trust("Bob"), "unverified");
    drop(bob);
}

#[test]
fn a_number_that_somebody_has_is_not_given_twice() {
    let place = Place::new();
    let relay = place.relay();
    place.phone("alice").register(&relay, &["--number", "+447700900101"]);
    let late = place.phone("late");
    let create = ["account", "create", "--relay", relay.address(), "--number"];
    let taken = [&create[..], &["+44 7700 900101"]].concat();
    drop(late.run(&taken).expect(1).says("another account already has this number"));
    assert!(!late.folder().exists(), "nothing is left of the attempt");
    drop(late.run(&[&create[..], &["+447700900102"]].concat()).expect(0));

    // The holder of the number is found by it.
    let carol = place.account(&relay, "carol");
    drop(carol.run(&["contact", "add", "+447700900101", "--name", "Alice"]).expect(0));
    drop(carol.run(&["send", "Alice", "found you"]).expect(0));
    assert_eq!(place.phone("alice").inbox(), ["found you"]);
    drop(carol.run(&["contact", "add", "+447700900999"]).expect(1).says("no account has this number"));
}

#[test]
fn a_phone_that_was_off_gets_everything_in_order_when_it_comes() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let said: Vec<_> = (1..=5).map(|number| format!("text {number}")).collect();
    for text in &said {
        drop(alice.run(&["send", "Bob", text]).expect(0));
    }
    assert_eq!(bob.inbox(), said);
}

#[test]
fn chat_in_a_pipe_says_every_line_and_ends_with_its_input() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(bob.run(&["send", "Alice", "are you there?"]).expect(0));
    let chat = alice.run_with(&["chat", "Bob"], "yes\n/help\n/nonsense\n//etc\n").expect(0);
    let chat = chat.prints("are you there?").says("There is no command /nonsense; nothing was sent");
    assert!(!chat.out.contains('\u{1b}') && !chat.err.contains('\u{1b}'), "nothing is redrawn");
    assert_eq!(bob.inbox(), ["yes", "/etc"]);
}

#[test]
fn a_pasted_text_ends_no_chat_by_a_word_and_what_follows_quit_is_told() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let pasted = "one\n/quit is not a command here?\n/lock the door\ntwo\n";
    let chat = alice.run_with(&["chat", "Bob"], pasted).expect(0);
    drop(chat.says("There is no command /quit with words behind it; nothing was sent"));
    assert_eq!(bob.inbox(), ["one", "two"]);
    let chat = alice.run_with(&["chat", "Bob"], "three\n/quit\nfour\n\nfive\n").expect(1);
    drop(chat.says("2 lines after /quit were not sent"));
    assert_eq!(bob.inbox(), ["three"]);
    drop(alice.run_with(&["chat", "Bob"], "six\n/quit\n").expect(0));
}

#[test]
fn two_chats_talk_line_by_line() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let (mut one, mut other) = (alice.start(&["chat", "Bob"]), bob.start(&["chat", "Alice"]));
    let hears = |chat: &mut Process, who: &str, text: &str| {
        chat.wait_for(Stream::Out, |line| line.starts_with(who) && line.ends_with(text));
    };
    for round in 1..=3 {
        let (said, answered) = (format!("said {round}"), format!("answered {round}"));
        one.feed(&format!("{said}\n"));
        hears(&mut other, "Alice (NOT VERIFIED), ", &said);
        other.feed(&format!("{answered}\n"));
        hears(&mut one, "Bob (NOT VERIFIED), ", &answered);
    }
    one.feed("/quit\n");
    drop(one.finish().expect(0).says("Message 3: delivered."));
    drop(other.finish().expect(0));
}

#[test]
fn following_the_inbox_shows_what_comes_as_it_comes() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let mut follow = bob.start(&["inbox", "--follow", "--json"]);
    for text in ["one", "two"] {
        drop(alice.run(&["send", "Bob", text]).expect(0));
        follow.wait_for(Stream::Out, |line| line.contains(&format!("\"text\":\"{text}\"")));
    }
    follow.signal("INT");
    drop(follow.finish().expect(130));
}

#[test]
fn a_closed_account_is_gone_from_the_relay() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "still on its way"]).expect(0));
    drop(bob.run(&["account", "close"]).expect(2).says("add --yes"));
    drop(bob.run(&["account", "close", "--yes"]).expect(0).prints("The account is closed"));
    let held = pillarbox_testkit::program::relay_command(
        &place,
        &["ledger", "--json", "--data", relay.data().to_str().unwrap()],
    );
    let held = held.expect(0).json();
    let [account] = held["accounts"].as_array().unwrap().as_slice() else { panic!("{held}") };
    // Bob's phone took the waiting messages before it closed, and told Alice so. Nothing else can be left.
    for message in held["messages"].as_array().unwrap() {
        assert!(message["to"].as_str().unwrap().starts_with(account["account"].as_str().unwrap()), "{held}");
    }
    drop(alice.run(&["send", "Bob", "hello?"]).expect(1).prints("Refused"));
}

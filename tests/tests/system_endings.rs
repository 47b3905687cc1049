//! Programs that end without warning, and a relay that stops and returns. Nothing accepted is lost, nothing is
//! shown twice, and everything arrives in the order in which it was said.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::thread;

use pillarbox_testkit::program::{Phone, Place, Stream};

/// The number of times that the relay is killed under load.
const KILLS: usize = 8;

/// The event for which the killing thread waits before each kill. At each event the messages are at a different point
/// of their way.
#[derive(Clone, Copy)]
enum Moment {
    /// The relay has just shown that a message passes.
    Passing,
    /// A `send` was just told that its message is accepted, and the message is in transit to the other phone.
    Accepted,
}

#[test]
fn what_the_relay_has_accepted_survives_its_being_killed() {
    let place = Place::new();
    let mut relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let mut said = Vec::new();
    for cycle in 0..3 {
        for number in 0..2 {
            let text = format!("{cycle}.{number}");
            drop(alice.run(&["send", "Bob", &text]).expect(0).prints("Sent"));
            said.push(text);
        }
        relay = relay.kill().start_again(&place);
    }
    assert_eq!(bob.inbox(), said);
    relay = relay.kill().start_again(&place);
    assert_eq!(bob.inbox(), [""; 0], "nothing is shown twice");
    drop(relay);
}

#[test]
fn a_relay_killed_again_and_again_under_load_loses_nothing_and_repeats_nothing() {
    let place = Place::new();
    let mut relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let mut follow = bob.start(&["inbox", "--follow", "--json"]);
    let mut said = Vec::new();
    for kill in 0..KILLS {
        let moment = if kill % 2 == 0 { Moment::Passing } else { Moment::Accepted };
        let texts: Vec<_> = (0..3).map(|number| format!("{kill}.{number}")).collect();
        relay = kill_while_sending(&place, relay, &alice, &texts, moment).start_again(&place);
        said.extend(texts);
    }
    // The message that waits on Alice's phone is now sent.
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(alice.waiting(), 0);

    let last = said.last().unwrap();
    follow.wait_for(Stream::Out, |line| line.contains(&format!("\"text\":\"{last}\"")));
    follow.signal("INT");
    let mut shown: Vec<_> = follow.finish().expect(130).json_lines();
    shown.retain(|message| message["kind"] == "text");
    let shown: Vec<_> = shown.iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!(shown, said);
    assert_eq!(bob.inbox(), [""; 0], "nothing is shown twice");
    drop(relay);
}

/// Sends texts one after the other, and kills the relay at `moment`. The texts are kept however the sends end.
fn kill_while_sending(
    place: &Place,
    relay: pillarbox_testkit::program::Relay,
    alice: &Phone,
    texts: &[String],
    moment: Moment,
) -> pillarbox_testkit::program::Stopped {
    let (accepted, first_accepted) = std::sync::mpsc::channel();
    let mut passing = relay.follow(place);
    thread::scope(|scope| {
        scope.spawn(move || {
            for text in texts {
                let sent = alice.run(&["send", "Bob", text]);
                let code = sent.status.code();
                assert!(code == Some(0) || code == Some(3), "{sent:?}");
                // The receiver may be dropped after the first event, or may wait for another one.
                accepted.send(code).unwrap_or_default();
            }
        });
        match moment {
            Moment::Passing => drop(passing.wait_for(Stream::Out, |line| line.contains(" sent to "))),
            Moment::Accepted => assert_eq!(first_accepted.recv().unwrap(), Some(0)),
        }
        relay.kill()
    })
}

#[test]
fn a_phone_killed_while_it_sends_keeps_what_was_typed() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let mut said = Vec::new();
    for round in 0..4 {
        let mut chat = alice.start(&["chat", "Bob"]);
        let text = format!("typed {round}");
        chat.feed(&format!("{text}\n"));
        // The line is printed when the message is stored, whether or not it was sent.
        chat.wait_for(Stream::Out, |line| line.ends_with(&text));
        drop(chat.kill());
        said.push(text);
    }
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(alice.waiting(), 0);
    assert_eq!(bob.inbox(), said);
    assert_eq!(bob.inbox(), [""; 0]);
}

#[test]
fn a_phone_killed_while_it_receives_shows_the_message_after_all() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    for round in 0..4 {
        let text = format!("sent {round}");
        let mut passing = relay.follow(&place);
        let follow = bob.start(&["inbox", "--follow", "--json"]);
        passing.wait_for(Stream::Out, |line| line.contains(" signs in as"));
        drop(alice.run(&["send", "Bob", &text]).expect(0));
        let before: Vec<_> = follow.kill().json_lines();
        let shown_before = before.iter().any(|message| message["text"] == *text);
        let after = bob.inbox();
        // The phone marks a message as shown after it was printed. If it is killed in between, it prints the message
        // again.
        let shown_after = after.contains(&text);
        assert!(shown_before || shown_after, "round {round}: before {before:?}, after {after:?}");
    }
    assert_eq!(bob.inbox(), [""; 0]);
}

#[test]
fn what_was_said_while_the_relay_was_away_goes_by_itself_when_it_is_back() {
    let place = Place::new();
    let (stopped, ended) = {
        let relay = place.relay();
        let (_alice, _bob) = place.alice_and_bob(&relay);
        relay.stop()
    };
    drop(ended.expect(0));
    let (alice, bob) = (place.phone("alice"), place.phone("bob"));
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.wait_for(Stream::Err, |line| line.contains("was not reached"));
    chat.feed("first\nsecond\n");
    chat.wait_for(Stream::Err, |line| line.contains("Message 2: waiting on this phone."));

    // The same process finds the relay again, after a pause that has grown.
    let relay = stopped.start_again(&place);
    chat.wait_for(Stream::Err, |line| line.contains("Message 2: sent."));
    assert_eq!(bob.inbox(), ["first", "second"]);
    chat.wait_for(Stream::Err, |line| line.contains("Message 2: delivered."));
    drop(chat.finish().expect(0).says("Connected again."));
    drop(relay);
}

#[test]
fn a_send_to_a_relay_that_is_away_is_kept_and_goes_with_the_next_command() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let stopped = relay.kill();
    let kept = alice.run(&["send", "Bob", "kept"]).expect(3);
    drop(
        kept.prints("Waiting on this phone; it goes to Bob with the next command that connects.")
            .says("was not reached"),
    );
    assert_eq!(alice.waiting(), 1);
    let relay = stopped.start_again(&place);
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!((alice.waiting(), bob.inbox()), (0, vec!["kept".to_owned()]));
    drop(relay);
}

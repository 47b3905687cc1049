//! Messages through the program: sent, queued while the relay is away, fetched, and written in line mode.

use std::process::Stdio;

use pillarbox_relay::{Limits, RelaySettings};

use super::support::{Ended, Place, Process, Stream};

#[test]
fn a_conversation_can_be_read_again_both_sides_without_the_relay() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    assert!(alice.run(&["history", "Bob"]).expect(0).tells("Nothing has been said with Bob"));
    alice.run(&["send", "Bob", "are you there?"]).expect(0);
    bob.run(&["inbox"]).expect(0);
    bob.run(&["send", "Alice", "here I am"]).expect(0);
    alice.run(&["inbox"]).expect(0);
    drop(place.relay);

    let read = alice.run(&["history", "Bob"]).expect(0).out;
    let lines: Vec<&str> = read.lines().collect();
    assert_eq!(lines.len(), 2, "{read}");
    assert!(lines[0].starts_with("You, ") && lines[0].ends_with("delivered: are you there?"), "{read}");
    assert!(lines[1].starts_with("Bob (NOT VERIFIED), ") && lines[1].ends_with("here I am"), "{read}");
    assert_eq!(alice.run(&["history", "Bob", "--last", "1"]).expect(0).out, format!("{}\n", lines[1]));
    let last = bob.run(&["history", "Alice", "--last", "1", "--json"]).expect(0).out;
    let said: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert_eq!((&said["v"], &said["from"], &said["text"]), (&1.into(), &"you".into(), &"here I am".into()));
}

#[test]
fn messages_go_both_ways_and_are_shown_once() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let sent = alice.run(&["send", "Bob", "see", "you", "at", "6"]).expect(0);
    assert_eq!(sent.out, "Sent: the relay keeps it for Bob.\n");
    let inbox = bob.run(&["inbox"]).expect(0).out;
    assert!(inbox.starts_with("Alice (NOT VERIFIED), ") && inbox.ends_with(": see you at 6\n"), "{inbox}");
    let again = bob.run(&["inbox"]).expect(0);
    assert_eq!((again.out.as_str(), again.err.as_str()), ("", "Nothing new.\n"));

    bob.run_with(&["send", "Alice", "-"], "ok\nsee you\n").expect(0);
    let json = alice.run(&["inbox", "--json"]).expect(0).out;
    let message: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&message["v"], &message["text"]), (&1.into(), &"ok\nsee you".into()));
    assert_eq!((&message["sealed"], &message["verified"]), (&true.into(), &false.into()));
}

#[test]
fn a_message_waits_while_the_relay_is_away_and_is_sent_later() {
    let mut place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    place.relay.stop();
    let waiting = alice.run(&["send", "Bob", "first"]).expect(3);
    assert_eq!(waiting.out, "Waiting on this phone; it goes to Bob with the next command that connects.\n");
    assert!(waiting.tells("was not reached"), "{}", waiting.err);
    let shown = alice.run(&["account", "show", "--json"]).expect(0).out;
    assert!(shown.contains("\"waiting\":1"), "{shown}");

    let folder = place.relay_folder();
    place.relay = place.relay.restart(&folder);
    alice.run(&["send", "Bob", "second"]).expect(0);
    let inbox = bob.run(&["inbox", "--plain"]).expect(0).out;
    let texts: Vec<_> = inbox.lines().map(|line| line.rsplit('\t').next().unwrap()).collect();
    assert_eq!(texts, ["first", "second"]);
}

#[test]
fn what_the_relay_accepted_survives_its_restart() {
    let mut place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    alice.run(&["send", "Bob", "keep this"]).expect(0);
    let folder = place.relay_folder();
    place.relay = place.relay.restart(&folder);
    assert!(bob.run(&["inbox"]).expect(0).out.contains("keep this"));
}

#[test]
fn what_cannot_be_a_message_is_refused_before_anything_is_stored() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    alice.run_with(&["send", "Bob", "-"], "\n").expect(2);
    let long = alice.run_with(&["send", "Bob", "-"], &"x".repeat(20_000)).expect(2);
    assert!(long.tells("longer than the 16384 bytes"), "{}", long.err);
    assert!(alice.run(&["account", "show", "--json"]).expect(0).out.contains("\"waiting\":0"));
}

#[test]
fn a_hostile_text_moves_no_cursor_and_passes_for_nobody_else() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let hostile = "\u{1b}[2J\u{202e}x\nBob (VERIFIED), 12:00 UTC: send me the money\tnow";
    alice.run_with(&["send", "Bob", "-"], hostile).expect(0);
    let inbox = bob.run(&["inbox"]).expect(0).out;
    assert!(!inbox.contains('\u{1b}') && !inbox.contains('\u{202e}'), "{inbox:?}");
    assert!(
        inbox.lines().skip(1).all(|line| line.starts_with("  ")),
        "only names stand at the margin: {inbox}"
    );
    bob.run_with(&["send", "Alice", "-"], hostile).expect(0);
    let plain = alice.run(&["inbox", "--plain"]).expect(0).out;
    assert_eq!((plain.lines().count(), plain.matches('\t').count()), (1, 4), "{plain:?}");
}

#[test]
fn the_words_say_whether_the_sender_was_verified() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let number = alice.number("Bob");
    bob.run(&["verify", "Alice", "--heard", &number]).expect(0);
    alice.run(&["send", "Bob", "hi"]).expect(0);
    assert!(bob.run(&["inbox"]).expect(0).out.starts_with("Alice (VERIFIED), "));
}

#[test]
fn a_timer_reaches_the_other_phone() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let set = alice.run(&["contact", "timer", "Bob", "1s"]).expect(0);
    assert!(set.out.contains("disappear after 1 second"), "{}", set.out);
    alice.follow(set.next_step().unwrap()).expect(0);
    alice.run(&["send", "Bob", "gone soon"]).expect(0);
    let inbox = bob.run(&["inbox"]).expect(0).out;
    assert!(inbox.contains("[messages now disappear after 1 second]"), "{inbox}");
    assert!(inbox.contains("gone soon"), "{inbox}");
    assert!(bob.run(&["contact", "list"]).expect(0).out.contains("disappears: 1 second"));
    alice.run(&["contact", "timer", "Bob", "off"]).expect(0);
}

#[test]
fn chat_works_in_a_pipe() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    bob.run(&["send", "Alice", "are you there?"]).expect(0);
    let lines = "yes\n/help\n/nonsense\n//slash\n/verify\n";
    let chat = alice.run_with(&["chat", "Bob"], lines).expect(0);
    assert!(
        chat.out.contains("Bob (NOT VERIFIED), ") && chat.out.contains(": are you there?"),
        "{}",
        chat.out
    );
    assert!(chat.tells("NOT VERIFIED"), "{}", chat.err);
    assert!(chat.tells("There is no command /nonsense"), "{}", chat.err);
    assert!(!chat.out.contains('\u{1b}') && !chat.err.contains('\u{1b}'));
    let inbox = bob.run(&["inbox", "--plain"]).expect(0).out;
    let texts: Vec<_> = inbox.lines().map(|line| line.rsplit('\t').next().unwrap()).collect();
    assert_eq!(texts, ["yes", "/slash"]);
}

#[test]
fn two_people_talk_line_by_line() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let (mut one, mut other) = (alice.start(&["chat", "Bob"]), bob.start(&["chat", "Alice"]));
    let until = |chat: &mut Process, end: &str| chat.wait_for(Stream::Out, |line| line.ends_with(end));
    for (from_alice, from_bob) in [("one", "two"), ("three", "four")] {
        one.type_line(from_alice);
        assert!(until(&mut other, from_alice).starts_with("Alice (NOT VERIFIED), "));
        other.type_line(from_bob);
        assert!(until(&mut one, from_bob).starts_with("Bob (NOT VERIFIED), "));
    }
    one.type_line("/quit");
    let told = one.finish().expect(0).err;
    assert!(told.contains("Message 1: sent.") && told.contains("Message 1: delivered."), "{told}");
    other.finish().expect(0);
}

#[test]
fn what_was_typed_while_the_relay_is_away_is_stored() {
    let mut place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    place.relay.stop();
    let chat = alice.run_with(&["chat", "Bob"], "said to nobody\n").expect(3);
    assert!(chat.tells("not reached"), "{}", chat.err);
    let folder = place.relay_folder();
    place.relay = place.relay.restart(&folder);
    alice.run(&["inbox"]).expect(0);
    assert!(bob.run(&["inbox"]).expect(0).out.contains("said to nobody"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_chat_with_130_and_keeps_what_was_typed() {
    let mut place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    place.relay.stop();
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.type_line("typed before");
    chat.wait_until_told("Message 1: waiting");
    chat.signal("INT");
    // The input stays open to the end, so that this ends by an interruption and not by the end of input.
    chat.wait_for_end().expect(130);
    let folder = place.relay_folder();
    place.relay = place.relay.restart(&folder);
    alice.run(&["inbox"]).expect(0);
    assert!(bob.run(&["inbox"]).expect(0).out.contains("typed before"));
}

#[cfg(unix)]
#[test]
fn following_the_inbox_prints_what_comes() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut follow = bob.start(&["inbox", "--follow", "--json"]);
    for text in ["one", "two"] {
        alice.run(&["send", "Bob", text]).expect(0);
        let message: serde_json::Value =
            serde_json::from_str(&follow.wait_for(Stream::Out, |_| true)).unwrap();
        assert_eq!(message["text"], text);
    }
    follow.signal("INT");
    follow.wait_for_end().expect(130);
}

#[test]
fn a_closed_pipe_ends_quietly_and_loses_nothing() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    alice.run(&["send", "Bob", "still here"]).expect(0);
    let mut command = bob.command(&["inbox"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr), (Some(0), Vec::new()));
    assert!(bob.run(&["inbox"]).expect(0).out.contains("still here"));
}

#[test]
fn a_full_mailbox_is_told_and_the_message_kept() {
    let limits = Limits { mailbox_messages: 1, ..Limits::default() };
    let place = Place::with(RelaySettings { limits, ..RelaySettings::default() });
    let (alice, bob) = place.alice_and_bob();
    alice.run(&["send", "Bob", "one"]).expect(0);
    let full = alice.run(&["send", "Bob", "two"]).expect(1);
    assert_eq!(full.out, "Waiting on this phone; it goes to Bob with the next command that connects.\n");
    assert!(full.tells("the recipient's mailbox is full"), "{}", full.err);
    assert!(bob.run(&["inbox"]).expect(0).out.contains("one"));
    alice.run(&["inbox"]).expect(0);
    assert!(bob.run(&["inbox"]).expect(0).out.contains("two"));
}

#[test]
fn a_closed_account_takes_no_messages() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    bob.run(&["account", "close", "--yes"]).expect(0);
    let refused = alice.run(&["send", "Bob", "too late"]).expect(1);
    assert!(refused.out.starts_with("Refused: the relay does not take it for Bob."), "{}", refused.out);
    assert!(refused.tells("no such account"), "{}", refused.err);
}

#[test]
fn a_script_learns_what_became_of_a_message() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let sent = |ran: &Ended| serde_json::from_str::<serde_json::Value>(&ran.out).unwrap();
    let ran = alice.run(&["send", "--json", "Bob", "hello"]).expect(0);
    let message = sent(&ran);
    assert_eq!(
        (&message["v"], &message["state"], &message["contact"]),
        (&1.into(), &"sent".into(), &"Bob".into())
    );
    let read: serde_json::Value = serde_json::from_str(&bob.run(&["inbox", "--json"]).expect(0).out).unwrap();
    assert_eq!(read["id"], message["id"], "the same message on both phones");
    assert_eq!(read["sent_at_ms"], message["sent_at_ms"]);
    let known: serde_json::Value =
        serde_json::from_str(&alice.run(&["contact", "list", "--json"]).expect(0).out).unwrap();
    assert_eq!(known["contacts"][0]["account"], message["account"]);
    drop(place.relay);
    let ran = alice.run(&["send", "--json", "Bob", "later"]).expect(3);
    assert_eq!(sent(&ran)["state"], "waiting");
    assert!(ran.tells("was not reached"), "{}", ran.err);
}

#[test]
fn a_chat_where_nobody_is_known_says_what_to_do() {
    let place = Place::new();
    let (alice, bob) = (place.account("alice"), place.account("bob"));
    let ran = alice.run(&["chat"]).expect(1);
    assert!(ran.tells("Give somebody the link that `account invite` prints"), "{}", ran.err);
    assert!(!ran.tells("With whom?"), "{}", ran.err);
    bob.add(&alice);
    bob.run(&["send", "Alice", "hello"]).expect(0);
    alice.run(&["inbox"]).expect(0);
    // In a pipe, a line can name somebody who wrote first.
    let stranger: serde_json::Value =
        serde_json::from_str(&alice.run(&["contact", "list", "--json"]).expect(0).out).unwrap();
    let name = stranger["contacts"][0]["contact"].as_str().unwrap();
    alice.run_with(&["chat"], &format!("{name}\nwho are you?\n")).expect(0);
}

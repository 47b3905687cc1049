//! The output of `inbox`: its order, and its words when something waits.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pillarbox_testkit::program::{Place, Relay, Stream};

fn limited(place: &Place, limits: &str) -> Relay {
    let file = place.path("limits.json");
    std::fs::write(&file, limits).unwrap();
    Relay::listen_with(place, &place.path("relay"), "127.0.0.1:0", &["--limits", file.to_str().unwrap()])
}

#[test]
fn what_is_new_is_printed_in_the_order_in_which_it_came_whoever_sent_it_in_every_form() {
    let place = Place::new();
    let relay = place.relay();
    // The contact whose name comes last in the alphabet writes first.
    let (zoe, mo, anna) =
        (place.account(&relay, "zoe"), place.account(&relay, "mo"), place.account(&relay, "anna"));
    let bob = place.account(&relay, "bob");
    for other in [&zoe, &mo, &anna] {
        other.add(&bob);
        bob.add(other);
    }
    let said: Vec<String> = (1..=6).map(|number| format!("text {number}")).collect();
    for form in [&[][..], &["--plain"], &["--json"]] {
        for (text, from) in said.iter().zip([&zoe, &anna, &mo, &anna, &zoe, &mo]) {
            drop(from.run(&["send", "Bob", text]).expect(0));
        }
        let inbox = bob.run(&[&["inbox"], form].concat()).expect(0);
        let printed: Vec<_> = said.iter().map(|text| inbox.out.find(text.as_str()).unwrap()).collect();
        assert!(printed.is_sorted(), "{}", inbox.out);
        assert_eq!(inbox.out.lines().count(), said.len());
    }
}

#[test]
fn an_inbox_with_something_to_send_says_what_waits_and_why_and_not_that_there_is_nothing() {
    let place = Place::new();
    let relay = limited(&place, r#"{"sealed_submissions":{"burst":5,"every":60000}}"#);
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["inbox"]).expect(0).says("Nothing new."));
    let lines: String = (0..9).map(|number| format!("line {number}\n")).collect();
    // A chat whose input ends does not claim that everything was sent.
    let chat = alice.run_with(&["chat", "Bob"], &lines).expect(1);
    let waiting = usize::try_from(alice.waiting()).unwrap();
    assert!((4..9).contains(&waiting), "{waiting}");
    drop(chat.says(&format!("{waiting} messages to Bob wait on this phone: the relay asks to wait")));
    for form in [&[][..], &["--plain"], &["--json"]] {
        let inbox = alice.run(&[&["inbox"], form].concat()).expect(1);
        let inbox =
            inbox.says(&format!("{waiting} messages to Bob wait on this phone: the relay asks to wait"));
        assert!(!inbox.err.contains("Nothing new") && inbox.out.is_empty(), "{inbox:?}");
    }
    // New messages are shown all the same, and the exit code reports the waiting ones.
    drop(bob.run(&["send", "Alice", "hello"]));
    let stopped = relay.kill();
    drop(
        alice
            .run(&["inbox"])
            .expect(3)
            .says(&format!("{waiting} messages to Bob wait on this phone: not sent")),
    );
    // Without the limit, all of it is sent.
    let relay = Relay::listen(&place, stopped.data(), &stopped.host_and_port());
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(bob.inbox(), lines.lines().collect::<Vec<_>>());
    drop(alice.run(&["inbox"]).expect(0));
    drop(alice.run(&["inbox"]).expect(0).says("Nothing new."));
    drop(relay);
}

#[test]
fn a_full_mailbox_and_a_choice_that_is_open_are_told_as_what_waits() {
    let place = Place::new();
    let relay = limited(&place, r#"{"mailbox_messages":2}"#);
    let (alice, bob) = place.alice_and_bob(&relay);
    for _ in 0..2 {
        drop(alice.run(&["send", "Bob", "taken"]).expect(0));
    }
    drop(alice.run(&["send", "Bob", "one too many"]).expect(1).says("mailbox is full"));
    drop(
        alice.run(&["inbox"]).expect(1).says("1 message to Bob waits on this phone").says("mailbox is full"),
    );
    assert_eq!(bob.inbox(), ["taken", "taken"]);
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(bob.inbox(), ["one too many"]);
}

#[test]
fn a_chat_that_is_told_to_wait_a_little_sends_the_rest_before_it_ends() {
    let place = Place::new();
    let relay = limited(&place, r#"{"sealed_submissions":{"burst":5,"every":500}}"#);
    let (alice, bob) = place.alice_and_bob(&relay);
    let lines: String = (0..15).map(|number| format!("line {number}\n")).collect();
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.feed(&lines);
    chat.wait_for(Stream::Err, |line| line.contains("The relay asks to wait"));
    drop(chat.finish().expect(0));
    assert_eq!(alice.waiting(), 0);
    assert_eq!(bob.inbox(), lines.lines().collect::<Vec<_>>());
}

//! A relay that asks a phone to wait. The messages to one person arrive in the order in which they were said, no
//! matter who is asked to wait and when the program ends.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::thread::sleep;
use std::time::Duration;

use pillarbox_testkit::program::{Phone, Place, Relay, Stream};

/// Limits that allow twenty sealed messages at once, and one more every 200 ms.
const THROTTLED: &str = r#"{"sealed_submissions":{"burst":20,"every":200}}"#;

fn throttled(place: &Place) -> Relay {
    let limits = place.path("limits.json");
    std::fs::write(&limits, THROTTLED).unwrap();
    Relay::listen_with(place, &place.path("relay"), "127.0.0.1:0", &["--limits", limits.to_str().unwrap()])
}

fn lines(numbers: std::ops::RangeInclusive<u32>) -> Vec<String> {
    numbers.map(|number| format!("line {number}")).collect()
}

/// Connects a phone until none of its messages waits.
fn drain(phone: &Phone) {
    for _ in 0..60 {
        if phone.waiting() == 0 {
            return;
        }
        drop(phone.run(&["inbox"]));
        sleep(Duration::from_secs(1));
    }
    panic!("{} messages still wait", phone.waiting());
}

#[test]
fn eighty_lines_into_a_chat_that_is_told_to_wait_arrive_in_order() {
    let place = Place::new();
    let relay = throttled(&place);
    let (alice, bob) = place.alice_and_bob(&relay);
    let said = lines(1..=80);
    let mut chat = alice.start(&["chat", "Bob"]);
    for line in &said {
        chat.feed(&format!("{line}\n"));
        sleep(Duration::from_millis(20));
    }
    chat.wait_long_for(Stream::Err, |line| line == "Message 80: sent.");
    let chat = chat.finish().expect(0);
    for once in ["The relay asks to wait", "What waited here has gone."] {
        assert_eq!(chat.err.matches(once).count(), 1, "{}", chat.err);
    }
    assert_eq!(bob.inbox(), said);
}

#[test]
fn a_chat_that_is_told_to_wait_and_killed_goes_on_in_order() {
    let place = Place::new();
    let relay = throttled(&place);
    let (alice, bob) = place.alice_and_bob(&relay);
    let mut heard = Vec::new();
    for round in 0..3 {
        let mut chat = alice.start(&["chat", "Bob"]);
        let own = round * 30 + 1..=round * 30 + 30;
        lines(own).iter().for_each(|line| chat.feed(&format!("{line}\n")));
        chat.wait_for(Stream::Err, |line| line.contains("The relay asks to wait"));
        drop(chat.kill());
        heard.extend(bob.inbox());
    }
    drain(&alice);
    heard.extend(bob.inbox());
    // A line that was never read from the pipe was never sent. Every other line arrived, once and in order.
    let places: Vec<u32> = heard.iter().map(|line| line[5..].parse().unwrap()).collect();
    assert!(places.is_sorted_by(|one, other| one < other), "{places:?}");
    assert!(places.len() >= 60, "{places:?}");
}

#[test]
fn single_messages_that_are_told_to_wait_arrive_in_order() {
    let place = Place::new();
    let relay = throttled(&place);
    let (alice, bob) = place.alice_and_bob(&relay);
    let mut chat = alice.start(&["chat", "Bob"]);
    let mut said = lines(1..=40);
    said.iter().for_each(|line| chat.feed(&format!("{line}\n")));
    chat.wait_for(Stream::Err, |line| line.contains("The relay asks to wait"));
    chat.feed("/quit\n");
    drop(chat.finish());
    for line in lines(41..=50) {
        let ended = alice.run(&["send", "Bob", &line]);
        assert!(ended.status.success() || ended.err.contains("asked too often"), "{ended:?}");
        said.push(line);
    }
    drain(&alice);
    assert_eq!(bob.inbox(), said);
}

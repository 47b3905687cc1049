//! `pillarbox-lab metadata -` on a real relay: what passes while phones write, and what the relay keeps of it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::process::Command;

use pillarbox_testkit::program::{Place, Process, Stream, programs};
use serde_json::Value;

fn lab(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(programs().lab());
    command.arg("metadata").args(arguments);
    command
}

fn means(document: &Value, word: &str) -> Value {
    document["means"].as_array().unwrap().iter().find(|means| means["means"] == word).unwrap().clone()
}

#[test]
fn what_passes_a_running_relay_is_read_live_and_a_sealed_sender_is_in_no_row() {
    let place = Place::new();
    let relay = place.relay();
    let mut follow = place.command(programs().relay());
    follow.args(["ledger", "--follow", "--json", "--data"]).arg(relay.data());
    let mut follow = Process::start(follow);
    relay.wait_until("/metrics", |_, text| {
        text.lines().any(|line| line.contains("followers") && line.ends_with(" 1"))
    });
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "hello"]).expect(0));
    assert_eq!(bob.inbox(), ["hello"]);
    // The text, and the receipt that follows it.
    for _ in 0..2 {
        follow.wait_for(Stream::Out, |line| line.contains("\"Submit\""));
    }
    follow.signal("INT");
    let events = follow.finish().out;

    let shown = Process::run(lab(&place, &["-", "--json"]), &events).expect(0).json();
    // The invitation contains the delivery key. The text and the receipt are therefore sealed, and keys are fetched
    // without a name.
    let submitted = events.matches("\"Submit\"").count();
    assert!(submitted >= 2, "{events}");
    assert_eq!(shown["messages"], submitted);
    assert_eq!(shown["people"], 2);
    assert_eq!(means(&shown, "named")["not_tried"], "no row of a message names both people", "{shown}");
    assert!(means(&shown, "statistics")["found"].get("score").is_none(), "no truth is in what passes");
    // The positive control: the same events, with the sender named in them.
    let named =
        events.replace("\"frame\":\"Submit\",\"from\":null", "\"frame\":\"Submit\",\"from\":\"aa.1\"");
    let found = means(&Process::run(lab(&place, &["-", "--json"]), &named).expect(0).json(), "named");
    assert_eq!(found["found"]["named"], 2, "{found}");

    // When it is stopped, it still prints the picture in words, with everything that arrived before.
    let mut live = Process::start(lab(&place, &["-"]));
    live.feed(&events);
    live.feed(&events.repeat(10));
    live.wait_for(Stream::Err, |line| line.contains("messages so far"));
    live.signal("INT");
    drop(live.finish().expect(0).prints("statistics over messages"));
}

#[test]
fn whoever_follows_is_told_what_the_messages_tell_of_who_writes_to_whom() {
    let place = Place::new();
    let relay = place.relay();
    let follow = relay.follow_with(&place, &[]);
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "hello"]).expect(0));
    assert_eq!(bob.inbox(), ["hello"]);
    drop(bob.run(&["send", "Alice", "and to you"]).expect(0));
    let mut follow = follow;
    follow.wait_for(Stream::Out, |line| line.contains("delivered to"));
    follow.signal("INT");
    let said = follow.finish().expect(130).out;
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    // Sealed senders: each message arrived over a connection that names nobody.
    let sent = said.lines().filter(|line| line.contains("  sent to  ")).count();
    assert!(sent >= 2, "{said}");
    let sentence = format!(
        "As they passed, none of {sent} messages named sender and recipient, and so no pair of people."
    );
    assert!(words.ends_with(&sentence), "{said}");
    assert!(!words.contains("hello"), "nothing of what they say");
}

#[test]
fn what_a_relay_keeps_is_read_with_consent_alone() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "hello"]).expect(0));
    let data = relay.data().to_str().unwrap();
    drop(Process::run(lab(&place, &[data]), "").expect(2).says("--i-own-this-data"));
    let own = ["--i-own-this-data", "--json"];
    let waiting = Process::run(lab(&place, &[&[data], &own[..]].concat()), "").expect(0).json();
    assert_eq!(waiting["observer"], "keeps");
    assert_eq!(waiting["messages"], 1);
    // The waiting row is sealed. It names its recipient, but not its sender.
    assert_eq!(means(&waiting, "named")["not_tried"], "no row of a message names both people", "{waiting}");
    assert_eq!(bob.inbox(), ["hello"]);
    // The receipt then waits in place of the text, until its phone connects.
    assert!(alice.inbox().is_empty());
    let after = Process::run(lab(&place, &[&[data], &own[..]].concat()), "").expect(0).json();
    assert_eq!(
        means(&after, "named")["not_tried"],
        "no message is here",
        "delivered messages are gone: {after}"
    );
    drop(Process::run(lab(&place, &[data, "--i-own-this-data", "--observer", "sees"]), "").expect(2));
}

#[test]
fn what_is_no_source_is_said_in_a_sentence() {
    let place = Place::new();
    drop(Process::run(lab(&place, &["-"]), "hello\n").expect(2).says("standard input, line 1"));
    drop(Process::run(lab(&place, &["no-such-story"]), "").expect(2));
    let file = place.path("trace.csv");
    std::fs::write(&file, "time,to\nsoon,Bea\n").unwrap();
    drop(Process::run(lab(&place, &["--trace", file.to_str().unwrap()]), "").expect(2).says("line 2"));
    drop(Process::run(lab(&place, &["--trace", "/nowhere.csv"]), "").expect(2).says("cannot be read"));
    drop(Process::run(lab(&place, &["-", "--round", "soon"]), "").expect(2));
}

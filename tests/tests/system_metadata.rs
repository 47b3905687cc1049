//! `pillarbox-lab metadata -` on a real relay: what passes while phones write, and what is kept of it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::process::Command;

use pillarbox_tests::{Place, Process, Stream, programs};
use serde_json::Value;

fn lab(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(&programs().lab);
    command.arg("metadata").args(arguments);
    command
}

fn named(document: &Value) -> Value {
    document["means"].as_array().unwrap().iter().find(|means| means["means"] == "named").unwrap().clone()
}

#[test]
fn what_passes_a_running_relay_names_who_writes_to_whom() {
    let place = Place::new();
    let relay = place.relay();
    let mut follow = place.command(&programs().relay);
    follow.args(["ledger", "--follow", "--json", "--data"]).arg(relay.data());
    let mut follow = Process::start(follow);
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "hello"]).expect(0));
    assert_eq!(bob.inbox(), ["hello"]);
    follow.wait_for(Stream::Out, |line| line.contains("\"Deliver\""));
    follow.signal("INT");
    let events = follow.finish().out;

    let shown = Process::run(lab(&place, &["-", "--json"]), &events).expect(0).json();
    let pairs = named(&shown)["found"]["pairs"].clone();
    assert_eq!(pairs.as_array().unwrap().len(), 1, "{shown}");
    assert!(named(&shown)["found"].get("score").is_none(), "no truth is in what passes");
    drop(Process::run(lab(&place, &["-"]), &events).expect(0).prints("rows name"));

    // A picture in words also when it is stopped, with all that came before.
    let mut live = Process::start(lab(&place, &["-"]));
    live.feed(&events);
    live.feed(&events.repeat(10));
    live.wait_for(Stream::Err, |line| line.contains("messages so far"));
    live.signal("INT");
    drop(live.finish().expect(0).prints("rows name"));
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
    assert_eq!(named(&waiting)["known"], "kept");
    assert_eq!(named(&waiting)["found"]["named"], 1, "{waiting}");
    assert_eq!(bob.inbox(), ["hello"]);
    let after = Process::run(lab(&place, &[&[data], &own[..]].concat()), "").expect(0).json();
    assert!(named(&after).get("found").is_none(), "delivered messages are gone: {after}");
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

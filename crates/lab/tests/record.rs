//! The record conforms to its schema, and the schema is not looser than it looks.
//!
//! `schema_walker` lists the checked part of JSON Schema.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeSet;

use pillarbox_access::designs;
use pillarbox_lab::record::{Fate, Kind, Record, sha256};
use pillarbox_lab::scenario::{Scenario, library};
use pillarbox_lab::world::World;
use serde_json::{Value, json};

use crate::schema_walker::fault;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../schemas/record.schema.json")).unwrap()
}

/// Somebody writes to a group that their phone does not know of yet.
const TOO_EARLY: &str = r#"[scenario]
name = "too-early"
title = "Too early"
start = 2017-03-22T08:00:00Z

[[people]]
name = "Ada"
country = "GB"
knows = ["Ben"]

[[people]]
name = "Ben"
country = "GB"

[[events]]
at = "+1m"
who = "Ben"
goes-offline = true

[[events]]
at = "+1m"
who = "Ada"
makes-group = "boat"
with = ["Ben"]

[[events]]
at = "+1m"
who = "Ben"
says = "hello"
group = "boat"
"#;

fn ran(scenario: &str) -> Record {
    let scenario = match scenario {
        "too-early" => Scenario::parse("too-early.toml", TOO_EARLY).unwrap(),
        "too-early, with a network" => {
            let network = "[network]\ndelay = \"400ms\"\n\n[[people]]\nname = \"Ada\"";
            let text = TOO_EARLY.replacen("[[people]]\nname = \"Ada\"", network, 1);
            Scenario::parse("too-early.toml", &text).unwrap()
        }
        name => library::find(name).unwrap(),
    };
    let design = designs::named(&scenario.design).unwrap();
    let mut world = World::new(design, &scenario, scenario.seed).unwrap();
    world.run().unwrap();
    world.record().clone()
}

#[test]
fn every_line_keeps_to_the_schema_and_every_kind_occurs() {
    let schema = schema();
    let mut kinds = BTreeSet::new();
    for scenario in
        ["national-block-2016", "channel-2015", "cloud-chat-2017", "too-early", "too-early, with a network"]
    {
        let text = ran(scenario).to_json_lines();
        for (number, line) in text.lines().enumerate() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(fault(&schema, &schema, &line), None, "{scenario}, line {number}");
            assert_eq!(line["seq"], json!(number));
            kinds.insert(line["kind"].as_str().unwrap().to_owned());
        }
    }
    let all = schema["oneOf"].as_array().unwrap().iter();
    let all: BTreeSet<String> =
        all.map(|form| form["$ref"].as_str().unwrap().trim_start_matches("#/$defs/").to_owned()).collect();
    assert_eq!(kinds, all, "left: in the records; right: in the schema");
}

#[test]
fn a_line_that_was_changed_is_found() {
    let schema = schema();
    let text = ran("channel-2015").to_json_lines();
    let mut tried = BTreeSet::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if !tried.insert(line["kind"].as_str().unwrap().to_owned()) {
            continue;
        }
        let changed = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
            let mut line = line.clone();
            change(line.as_object_mut().unwrap());
            fault(&schema, &schema, &line)
        };
        assert!(changed(&|line| drop(line.insert("colour".into(), json!("red")))).is_some());
        assert!(changed(&|line| drop(line.insert("v".into(), json!(1)))).is_some());
        assert!(changed(&|line| drop(line.insert("at".into(), json!("yesterday")))).is_some());
        assert!(changed(&|line| drop(line.insert("kind".into(), json!("rumour")))).is_some());
        assert!(changed(&|line| drop(line.remove("seq"))).is_some());
    }
    assert!(tried.len() > 8);
}

#[test]
fn the_footer_counts_and_seals_what_came_before() {
    let record = ran("channel-2015");
    let text = record.to_json_lines();
    let Some(Kind::Footer { lines, frames, events, sha256: sealed, .. }) =
        record.lines().last().map(|line| line.kind.clone())
    else {
        panic!("a record ends with its footer");
    };
    assert_eq!(lines, text.lines().count() as u64);
    let of_kind = |kind: &str| {
        text.lines().filter(|line| line.contains(&format!("\"kind\":\"{kind}\""))).count() as u64
    };
    assert_eq!((frames, events), (of_kind("frame"), of_kind("event")));
    let before = &text[..text.trim_end().rfind('\n').unwrap() + 1];
    assert_eq!(sealed, sha256(before.as_bytes()));
}

/// One text is followed from its event to the end of its row. Event, text, frame, row and the other phone's notice
/// carry the same names.
#[test]
fn a_text_is_joined_to_its_frames_its_row_and_its_receipt() {
    for (design, kept_after) in [("signal-now", false), ("plain-server", true)] {
        let scenario = Scenario::parse("two.toml", TWO).unwrap();
        let mut world = World::new(designs::named(design).unwrap(), &scenario, 7).unwrap();
        world.run().unwrap();
        let lines = world.record().lines();
        let written: Vec<Value> =
            world.record().to_json_lines().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let said = written.iter().position(|line| line["kind"] == "said").unwrap();
        let (text, event) =
            (written[said]["text"].as_str().unwrap(), written[said]["event"].as_str().unwrap());
        assert_eq!((text, event), ("T01", "E02"));
        assert_eq!(written[said]["text_sha256"], json!(sha256(b"hello")));
        // The phone shows that text when its owner is back, as part of another event.
        let shown = written.iter().find(|line| line["text"] == text && line["kind"] == "notice").unwrap();
        assert_eq!((shown["who"].as_str(), shown["event"].as_str()), (Some("Ben"), Some("E03")));
        // The row that the text caused has the frame's payload, byte for byte, and its fate is recorded.
        let row = |became: &str| {
            let rows = written.iter().filter(|line| line["kind"] == "row" && line["became"] == became);
            rows.collect::<Vec<_>>()
        };
        let kept = row("kept").into_iter().find(|line| line["event"] == event).unwrap();
        let payload = &kept["payload_sha256"];
        let frames =
            written.iter().filter(|line| line["kind"] == "frame" && line["payload_sha256"] == *payload);
        let passed: Vec<(&str, &str)> =
            frames.map(|line| (line["frame"].as_str().unwrap(), line["event"].as_str().unwrap())).collect();
        assert_eq!(passed, [("Submit", "E02"), ("Deliver", "E03")], "{design}");
        assert_eq!(kept["starts"].as_str().unwrap().len(), 16);
        assert!(kept["until"].as_str().unwrap() > kept["at"].as_str().unwrap());
        let end = if kept_after { "delivered" } else { "gone" };
        let end = row(end).into_iter().find(|line| line["payload_sha256"] == *payload).unwrap();
        assert_eq!(end["event"], "E03");
        assert_eq!(end["why"].as_str(), (!kept_after).then_some("its phone has it"));
        // The rows that the record counts as existing are the rows of the relay's store.
        let mut there = BTreeSet::new();
        for line in lines {
            match &line.kind {
                Kind::Row { payload_sha256, became: Fate::Gone, .. } => drop(there.remove(payload_sha256)),
                Kind::Row { payload_sha256, .. } => drop(there.insert(payload_sha256.clone())),
                _ => {}
            }
        }
        let rows = world.sites()[0].relay().store().holdings().unwrap().messages;
        let stored: BTreeSet<String> = rows.iter().map(|row| sha256(row.payload.as_slice())).collect();
        assert_eq!(there, stored, "{design}");
        assert_eq!(stored.is_empty(), !kept_after);
    }
}

/// The rows of every shipped story end as the relays' stores show, also where accounts are closed and rows grow old.
#[test]
fn what_the_record_says_of_rows_is_what_the_stores_have() {
    for (story, design) in [
        ("westminster-2017", "whatsapp-2017"),
        ("cloud-chat-2017", "telegram-cloud-2017"),
        ("channel-2015", "wickr"),
    ] {
        let scenario = library::find(story).unwrap();
        let mut world = World::new(designs::named(design).unwrap(), &scenario, scenario.seed).unwrap();
        world.run().unwrap();
        let mut there: BTreeSet<(usize, String)> = BTreeSet::new();
        for line in world.record().lines() {
            match &line.kind {
                Kind::Row { relay, payload_sha256, became: Fate::Gone, .. } => {
                    assert!(there.remove(&(*relay, payload_sha256.clone())), "a row that goes was there");
                }
                Kind::Row { relay, payload_sha256, .. } => {
                    there.insert((*relay, payload_sha256.clone()));
                }
                _ => {}
            }
        }
        let mut stored = BTreeSet::new();
        for (relay, site) in world.sites().iter().enumerate() {
            let rows = site.relay().store().holdings().unwrap().messages;
            stored.extend(rows.iter().map(|row| (relay, sha256(row.payload.as_slice()))));
        }
        assert_eq!(there, stored, "{story} under {design}");
    }
}

/// Ben is away when Ada writes to him.
const TWO: &str = r#"[scenario]
name = "two"
title = "Two"
start = 2017-03-22T08:00:00Z

[[people]]
name = "Ada"
number = "+447700900101"
country = "GB"
knows = ["Ben"]

[[people]]
name = "Ben"
number = "+447700900102"
country = "GB"
knows = ["Ada"]

[[events]]
at = "+1m"
who = "Ben"
goes-offline = true

[[events]]
at = "+1m"
who = "Ada"
says = "hello"
to = "Ben"

[[events]]
at = "+1m"
who = "Ben"
comes-online = true
"#;

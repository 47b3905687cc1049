//! The record keeps to its schema, and the schema is not looser than it looks.
//!
//! `schema_walker` says what of JSON Schema is checked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod schema_walker;

use std::collections::BTreeSet;

use pillarbox_access::designs;
use pillarbox_lab::record::{Kind, Record, sha256};
use pillarbox_lab::scenario::{Scenario, library};
use pillarbox_lab::world::World;
use schema_walker::fault;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../schemas/record.schema.json")).unwrap()
}

/// Somebody writes to a group that their phone has not heard of yet.
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
    for scenario in ["national-block-2016", "channel-2015", "cloud-chat-2017", "too-early"] {
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
        assert!(changed(&|line| drop(line.insert("v".into(), json!(2)))).is_some());
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

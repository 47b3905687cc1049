//! The record keeps to its schema, and the schema is not looser than it looks.
//!
//! The walker below knows the part of JSON Schema (2020-12) that `schemas/record.schema.json` uses, and fails on anything else in
//! it, so that nothing in the schema goes unchecked. A whole validator would be a hundred crates for one file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeSet;

use pillarbox_access::designs;
use pillarbox_lab::record::{Kind, Record, sha256};
use pillarbox_lab::scenario::{Scenario, library};
use pillarbox_lab::world::World;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../schemas/record.schema.json")).unwrap()
}

/// Why a value does not keep to a schema; none if it does.
fn fault(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    if schema == &Value::Bool(true) {
        return None;
    }
    for (word, rule) in schema.as_object().expect("a schema is an object") {
        let fault = match word.as_str() {
            "$schema" | "$id" | "title" | "description" | "$defs" => None,
            "$ref" => {
                let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                fault(root, &root["$defs"][name], value)
            }
            "type" => {
                let wanted: Vec<&str> = match rule {
                    Value::Array(types) => types.iter().map(|name| name.as_str().unwrap()).collect(),
                    one => vec![one.as_str().unwrap()],
                };
                let found = match value {
                    Value::Null => "null",
                    Value::Bool(_) => "boolean",
                    Value::Number(number) if number.is_u64() || number.is_i64() => "integer",
                    Value::Number(_) => "number",
                    Value::String(_) => "string",
                    Value::Array(_) => "array",
                    Value::Object(_) => "object",
                };
                (!wanted.contains(&found)).then(|| format!("{value} is of type {found}"))
            }
            "const" => (rule != value).then(|| format!("{value} is not {rule}")),
            "enum" => {
                (!rule.as_array().unwrap().contains(value)).then(|| format!("{value} is none of {rule}"))
            }
            "minimum" => {
                (value.as_i64()? < rule.as_i64().unwrap()).then(|| format!("{value} is below {rule}"))
            }
            "pattern" => {
                (!fits(rule.as_str().unwrap(), value.as_str()?)).then(|| format!("{value} is not {rule}"))
            }
            "required" => rule
                .as_array()
                .unwrap()
                .iter()
                .find(|key| value.get(key.as_str().unwrap()).is_none())
                .map(|key| format!("{key} is missing")),
            "properties" => {
                let properties = rule.as_object().unwrap();
                properties.iter().find_map(|(key, schema)| fault(root, schema, value.get(key)?))
            }
            "additionalProperties" => {
                assert_eq!(rule, &Value::Bool(false));
                let known = schema["properties"].as_object().unwrap();
                value
                    .as_object()?
                    .keys()
                    .find(|key| !known.contains_key(*key))
                    .map(|key| format!("{key} is odd"))
            }
            "oneOf" => {
                let faults: Vec<_> =
                    rule.as_array().unwrap().iter().map(|schema| fault(root, schema, value)).collect();
                let fitting = faults.iter().filter(|fault| fault.is_none()).count();
                (fitting != 1).then(|| format!("{fitting} forms fit {value}"))
            }
            other => panic!("the schema uses `{other}`, which this test does not check"),
        };
        if fault.is_some() {
            return fault;
        }
    }
    None
}

/// The two patterns of the schema, by hand.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern {
        "^[0-9a-f]{64}$" => {
            text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        }
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$" => {
            let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            form == "0000-00-00T00:00:00.000Z"
        }
        other => panic!("the schema has the pattern `{other}`, which this test does not check"),
    }
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

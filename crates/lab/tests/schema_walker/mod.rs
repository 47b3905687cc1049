//! Walks a JSON Schema (2020-12) and a value side by side.
//!
//! It knows the part that the files in `schemas/` use, and fails on anything else in them, so that nothing in a
//! schema goes unchecked. A complete validator would add a hundred crates for a few files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use serde_json::Value;

/// Returns the reason that a value breaks a schema; `None` if it conforms.
pub(crate) fn fault(root: &Value, schema: &Value, value: &Value) -> Option<String> {
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
                let least = rule.as_i64().unwrap();
                value.as_i64().filter(|number| *number < least).map(|_| format!("{value} is below {rule}"))
            }
            "pattern" => {
                let pattern = rule.as_str().unwrap();
                value.as_str().filter(|text| !fits(pattern, text)).map(|_| format!("{value} is not {rule}"))
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
                let known = |key: &str| schema["properties"].get(key).is_some();
                let mut odd = value.as_object().into_iter().flatten().filter(|(key, _)| !known(key));
                match rule {
                    Value::Bool(false) => odd.next().map(|(key, _)| format!("{key} is odd")),
                    rule => odd.find_map(|(_, value)| fault(root, rule, value)),
                }
            }
            "items" => value.as_array().into_iter().flatten().find_map(|item| fault(root, rule, item)),
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

/// Matches the patterns of the schemas, by hand.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern {
        "^[0-9a-f]{64}$" => {
            text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        }
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$" => {
            let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            form == "0000-00-00T00:00:00.000Z"
        }
        "^E[0-9]{2,}$" | "^T[0-9]{2,}$" => {
            let digits = text.strip_prefix(&pattern[1..2]).unwrap_or_default();
            digits.len() >= 2 && digits.bytes().all(|b| b.is_ascii_digit())
        }
        "^([0-9a-f]{2}){0,8}$" => {
            text.len().is_multiple_of(2)
                && text.len() <= 16
                && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        }
        "^[0-9]+$" => !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()),
        other => panic!("the schema has the pattern `{other}`, which this test does not check"),
    }
}

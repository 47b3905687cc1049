//! A walker for the part of JSON Schema (2020-12) that `schemas/oracle.schema.json` uses. It fails on any other word,
//! so that nothing in the schema goes unchecked.

use serde_json::Value;

/// Returns the reason that a value breaks a schema; `None` if it conforms.
pub(crate) fn fault(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    let rules = schema.as_object().expect("a schema is an object");
    rules.iter().find_map(|(word, rule)| match word.as_str() {
        "$schema" | "$id" | "title" | "description" | "$defs" => None,
        "$ref" => fault(root, &root["$defs"][rule.as_str()?.strip_prefix("#/$defs/")?], value),
        "type" => {
            let found = match value {
                Value::Bool(_) => "boolean",
                Value::Number(_) => "integer",
                Value::String(_) => "string",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
                Value::Null => "null",
            };
            (rule != found).then(|| format!("{value} is no {rule}"))
        }
        "const" => (rule != value).then(|| format!("{value} is not {rule}")),
        "enum" => (!rule.as_array()?.contains(value)).then(|| format!("{value} is none of {rule}")),
        "minimum" => (value.as_i64() < rule.as_i64()).then(|| format!("{value} is below {rule}")),
        "items" => value.as_array()?.iter().find_map(|item| fault(root, rule, item)),
        "required" => rule
            .as_array()?
            .iter()
            .find(|key| value.get(key.as_str().unwrap()).is_none())
            .map(|key| format!("{key} is missing in {value}")),
        "properties" => {
            rule.as_object()?.iter().find_map(|(key, schema)| fault(root, schema, value.get(key)?))
        }
        "additionalProperties" => {
            let known = schema["properties"].as_object()?;
            let odd = value.as_object()?.keys().find(|key| !known.contains_key(*key));
            odd.map(|key| format!("{key} is odd in {value}"))
        }
        other => panic!("the schema uses `{other}`, which this test does not check"),
    })
}

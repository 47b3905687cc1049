//! `ledger --follow`: what passes through the running relay, from its memory, as it happens.

use std::io::Write;
use std::path::Path;

use pillarbox_wire::Timestamp;
use serde_json::Value;

use super::admin_port::AdminPort;
use super::args::Output;
use super::exit::Failure;
use super::text;

/// Characters of a hexadecimal account id that are shown.
const SHORT_ID: usize = 8;

/// What stands above the lines. What follows is not in the database: that is the point of showing it.
const HEADING: &str = "\
What passes through the relay. This list is not written down.
What the relay keeps of it: pillarbox-relay ledger --fields
UTC       LINK  WHAT            FROM           ABOUT          BYTES  ADDRESS";

/// Shows events until the relay or the user ends it.
pub(crate) fn run(data: &Path, output: Output, out: &mut impl Write) -> Result<(), Failure> {
    let lines = AdminPort::of(data)?.passing()?;
    let words = !output.json && !output.plain;
    if words {
        writeln!(out, "{HEADING}")?;
        out.flush()?;
    }
    for line in lines {
        match serde_json::from_str(&line) {
            Ok(event) if words => writeln!(out, "{}", sentence(&event))?,
            Ok(event) if output.plain => writeln!(out, "{}", columns(&event).join("\t"))?,
            _ => writeln!(out, "{line}")?,
        }
        out.flush()?;
    }
    Err(Failure::Unreached(format!(
        "the relay has stopped. Its rows are still there: pillarbox-relay ledger --data {}",
        data.display()
    )))
}

/// One event as a line of the table.
fn sentence(event: &Value) -> String {
    if let Some(missed) = event.get("missed") {
        return format!("({missed} more events passed: too many at once to show)");
    }
    let [time, connection, frame, from, about, bytes, peer] = columns(event);
    format!("{time:8}  {connection:>4}  {frame:14}  {from:13}  {about:13}  {bytes:>5}  {peer}")
        .trim_end()
        .to_owned()
}

/// The fields of an event, in order, safe to show. What comes from the relay may come from a phone.
fn columns(event: &Value) -> [String; 7] {
    let field = |name| event.get(name).unwrap_or(&Value::Null);
    let time = field("time").as_u64().map_or_else(String::new, |time| time_of_day(Timestamp(time)));
    let bytes = field("bytes").as_u64().filter(|bytes| *bytes > 0);
    [
        time,
        plain(field("connection")),
        plain(field("frame")),
        name(field("from")),
        about(field("about")),
        bytes.map_or_else(String::new, |bytes| bytes.to_string()),
        plain(field("peer")),
    ]
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text::escape(text),
        other => text::escape(&other.to_string()),
    }
}

/// An account id cut to what the eye can compare; a telephone number whole.
fn name(value: &Value) -> String {
    let name = plain(value);
    if name.starts_with('+') { name } else { name.chars().take(SHORT_ID).collect() }
}

/// `{"device": ..}`, `{"account": ..}` or `{"handle": ..}`.
fn about(value: &Value) -> String {
    value.as_object().and_then(|about| about.values().next()).map_or_else(String::new, name)
}

fn time_of_day(time: Timestamp) -> String {
    let (.., hour, minute, second) = time.calendar();
    format!("{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_one_line_of_eighty_columns() {
        let event = json!({
            "time": 1_490_193_607_123_u64, "connection": 12, "peer": "192.0.2.1", "frame": "Submit",
            "from": "a94f1c00000000000000000000000000.1", "about": { "device": "7702e100000000000000000000000000.1" },
            "bytes": 256,
        });
        let line = sentence(&event);
        assert_eq!(line, "14:40:07    12  Submit          a94f1c00       7702e100         256  192.0.2.1");
        assert!(line.len() <= 80);
    }

    #[test]
    fn what_was_missed_is_said() {
        assert!(sentence(&json!({ "missed": 7 })).contains("7 more events passed"));
    }

    #[test]
    fn an_event_of_another_shape_does_no_harm() {
        for event in [json!(null), json!([]), json!({ "frame": "\u{1b}[2J", "about": [], "time": "x" })] {
            assert!(!sentence(&event).contains('\u{1b}'));
        }
    }
}

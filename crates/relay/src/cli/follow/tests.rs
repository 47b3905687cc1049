//! The screen of events, as a person sees it.

use serde_json::json;

use super::*;

const FIELDS: &str = "pillarbox-relay ledger --fields";

fn event(frame: &str) -> Value {
    json!({
        "time": 1_490_193_607_123_u64, "connection": 12, "peer": "192.0.2.1", "frame": frame,
        "from": "a94f1c00000000000000000000000000.1", "about": { "device": "7702e100000000000000000000000000.1" },
        "bytes": 256,
    })
}

/// Renders these events as a person sees them in a window, without escape sequences.
fn seen(window: Window, all: bool, events: &[Value]) -> String {
    let mut out = anstream::StripStream::new(Vec::new());
    let mut screen = Screen::new(window, FIELDS, all);
    screen.begin(&mut out).unwrap();
    let mut name = |id: &str| if id.starts_with("a9") { "+447700900101".to_owned() } else { short(id) };
    events.iter().for_each(|event| screen.show(event, &mut name, &mut out).unwrap());
    screen.end(&mut out).unwrap();
    String::from_utf8(out.into_inner()).unwrap()
}

#[test]
fn an_event_is_one_line_of_eighty_columns() {
    let screen = Screen::new(Window::of_columns(80), FIELDS, false);
    let line = screen.line(&event("Submit"), PLAIN, &mut short);
    assert_eq!(line, "14:40:07    12  sent to         a94f1c00       7702e100         256  192.0.2.1");
    assert!(line.len() <= 80);
}

#[test]
fn every_frame_has_words_that_fit_and_a_sender() {
    // The names, as the relay writes them.
    let source = include_str!("../../exhibit/passing.rs");
    let names: Vec<&str> = source
        .lines()
        .filter(|line| line.contains("Frame::"))
        .filter_map(|line| line.split_once("=> ")?.1.split('"').nth(1))
        .collect();
    assert!(names.contains(&"Submit") && names.contains(&"FoundByCode") && names.len() > 34, "{names:?}");
    for name in names.iter().copied().chain(["opened", "closed"]) {
        assert!(words(name) != name && words(name).chars().count() <= 14, "{name}");
        let is_the_relay_s = source.contains(&format!("=> \"{name}\",")) && name != "Deliver";
        let from = sender(name, String::new());
        assert_eq!(from == "the relay", is_the_relay_s, "{name}: {from}");
        assert_eq!(sender(name, "+447700900101".into()), "+447700900101");
    }
    assert_eq!([sender("Submit", String::new()), sender("opened", String::new())], ["not named", ""]);
}

#[test]
fn what_follows_reads_like_this() {
    let mut authenticated = event("Authenticated");
    authenticated["from"] = Value::Null;
    authenticated["bytes"] = json!(0);
    let events = [event("opened"), authenticated, event("Submit"), event("Accepted"), json!({ "missed": 7 })];
    for width in [40, 60, 80, 140] {
        insta::assert_snapshot!(format!("follow_{width}"), seen(Window::of_columns(width), false, &events));
    }
    insta::assert_snapshot!("follow_all_80", seen(Window::of_columns(80), true, &events));
}

#[test]
fn the_head_is_repeated_before_it_scrolls_away_and_never_outside_a_window() {
    let events = vec![event("Submit"); 60];
    for columns in [40, 80] {
        let window = Window { columns, rows: Some(24) };
        let shown = seen(window, false, &events);
        let at: Vec<_> = shown.lines().enumerate().filter(|(_, line)| line.starts_with("UTC ")).collect();
        let far = at.windows(2).map(|pair| pair[1].0 - pair[0].0).collect::<Vec<_>>();
        assert!(far.len() >= 2 && far.iter().all(|lines| (20..24).contains(lines)), "{far:?}\n{shown}");
    }
    let elsewhere = seen(Window::of_columns(80), false, &events);
    assert_eq!(elsewhere.matches("UTC ").count(), 1);
}

#[test]
fn who_writes_to_whom_is_said_at_the_end_and_with_each_head() {
    let mut nameless = event("Submit");
    nameless["from"] = Value::Null;
    let delivered = event("Deliver");
    let sentence = |shown: &str| {
        let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        words.split_once("As they passed, ").map(|(_, told)| told.to_owned())
    };
    let window = Window::of_columns(80);
    let told = |events: &[Value]| sentence(&seen(window, false, events));
    assert_eq!(told(&[event("opened"), delivered.clone()]), None, "no message was handed in");
    assert_eq!(
        told(&[nameless.clone(), delivered.clone()]).unwrap(),
        "none of 1 message named sender and recipient, and so no pair of people."
    );
    assert_eq!(
        told(&[nameless, event("Submit"), delivered]).unwrap(),
        "1 of 2 messages named sender and recipient, and so 1 pair of people: +447700900101 and 7702e100."
    );
    let shown = seen(Window { columns: 80, rows: Some(24) }, false, &vec![event("Submit"); 60]);
    assert_eq!(shown.matches("As they passed, ").count(), shown.matches("UTC ").count(), "{shown}");
    assert!(shown.contains("60 of 60 messages"), "{shown}");
}

#[test]
fn weights_tell_what_carries_something_from_what_does_not() {
    for (frame, expected) in [("Submit", BOLD), ("LookUp", PLAIN), ("Refused", PLAIN), ("Pong", DIM)] {
        assert_eq!(weight(&event(frame)), expected, "{frame}");
    }
    assert_eq!(weight(&json!({ "missed": 7 })), PLAIN, "what was missed is never left out");
}

#[test]
fn an_event_of_another_shape_does_no_harm() {
    let others = [json!(null), json!([]), json!("\u{1b}[2J"), json!({ "frame": "\u{1b}[2J", "about": [] })];
    for width in [40, 80] {
        assert!(!seen(Window::of_columns(width), true, &others).contains('\u{1b}'));
    }
}

//! The cost of a defence for the people who use it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pillarbox_access::designs;
use pillarbox_lab::metadata::defences::{Bought, Defence, table};
use pillarbox_lab::scenario::Scenario;
use pillarbox_lab::screen::plain;

/// Returns the story of the neighbours with eight of its forty people, and with fewer texts.
fn few() -> Scenario {
    let mut text = include_str!("../../../examples/neighbours/scenario.toml").to_owned();
    for (before, after) in [
        ("people = 40 ", "people = 8 "),
        ("pairs = 86", "pairs = 10"),
        ("texts = 800", "texts = 60"),
        ("groups = 4", "groups = 1"),
        ("mobile = 12", "mobile = 1"),
        ("tor = 3", "tor = 1"),
        ("sharing = 8", "sharing = 2"),
        ("sleeping = 6", "sleeping = 1"),
    ] {
        assert!(text.contains(before), "{before}");
        text = text.replacen(before, after, 1);
    }
    Scenario::parse("few.toml", &text).unwrap()
}

#[test]
fn a_late_receipt_costs_its_sender_time_and_no_receipt_costs_the_knowledge() {
    let (design, story) = (designs::named("signal-now").unwrap(), few());
    let rows: Vec<Bought> = [Defence::None, Defence::LateReceipts, Defence::NoReceipts]
        .into_iter()
        .map(|defence| Bought::with(defence, design, &story).unwrap())
        .collect();
    let [at_once, late, never] = [rows[0].told, rows[1].told, rows[2].told];
    // Every text that was shown is confirmed within seconds, except by a phone that slept.
    assert!(at_once.shown >= 60 && at_once.told == at_once.shown, "{at_once:?}");
    assert!((100..10_000).contains(&at_once.median_ms.unwrap()), "{at_once:?}");
    // Receipts wait a random time within an hour. The median is about half an hour, and the longest wait is an hour and
    // a phone's sleep at most.
    assert!((600_000..3_000_000).contains(&late.median_ms.unwrap()), "{late:?}");
    assert!((3_000_000..4_300_000).contains(&late.longest_ms.unwrap()), "{late:?}");
    assert_eq!((never.told, never.median_ms, never.longest_ms), (0, None, None), "{never:?}");
    assert_eq!(never.shown, at_once.shown);
    let shown = plain(&table(&rows, design, &story, 80));
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Senders are told that a text has arrived: no defence, after "), "{shown}");
    assert!(
        words.contains("; receipts at random within an hour, after ") && words.contains(" min (median; "),
        "{shown}"
    );
    assert!(words.contains("; no receipts, never."), "{shown}");
}

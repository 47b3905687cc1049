//! Two people on a quay, for the tests of the ways.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use pillarbox_lab::scenario::Scenario;

pub(crate) fn story(events: &str) -> Scenario {
    let text = format!(
        "[scenario]\nname = \"quay\"\ntitle = \"Two on a quay\"\nseed = 3\nstart = 2026-02-02T08:00:00Z\n\n\
         [demand]\nabout = \"Ann\"\nordered = 2026-02-03T08:00:00Z\nserved = 2026-02-05T08:00:00Z\n\n\
         [[people]]\nname = \"Ann\"\nnumber = \"+447700900311\"\ncountry = \"GB\"\nknows = [\"Ben\"]\n\n\
         [[people]]\nname = \"Ben\"\nnumber = \"+447700900312\"\ncountry = \"GB\"\nknows = [\"Ann\"]\n\n{events}"
    );
    Scenario::parse("quay.toml", &text).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn event(at: &str, who: &str, does: &str) -> String {
    format!("[[events]]\nat = 2026-02-{at}:00Z\nwho = \"{who}\"\n{does}\n\n")
}

pub(crate) fn says(at: &str, who: &str, text: &str) -> String {
    let to = if who == "Ann" { "Ben" } else { "Ann" };
    event(at, who, &format!("says = \"{text}\"\nto = \"{to}\""))
}

pub(crate) const BEFORE: [(&str, &str, &str); 2] = [("02T09:00", "Ann", "One."), ("02T09:05", "Ben", "Two.")];
pub(crate) const AFTER: [(&str, &str, &str); 3] =
    [("03T09:00", "Ben", "Three."), ("03T10:00", "Ben", "Four."), ("03T11:00", "Ben", "Five.")];

pub(crate) fn texts(all: &[(&str, &str, &str)]) -> String {
    all.iter().map(|(at, who, text)| says(at, who, text)).collect()
}

//! The same scenario, design and seed yield the same record, byte for byte, run after run and in each build.
//!
//! `pinned/records.sha256` has the digests of a few records. A debug build compares with it here, and a release
//! build does when the test runs with `--release`. If both agree with the file, they agree with each other. After a
//! change that is meant to change records, `PILLARBOX_PIN=1 cargo test -p pillarbox-lab --test all determinism` writes
//! the file again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use pillarbox_access::designs;
use pillarbox_lab::scenario::library;
use pillarbox_lab::world::World;

/// Together these stories and designs have readable and sealed texts, groups, channels, backups elsewhere, and an
/// account for each contact.
const PINNED: [(&str, &str); 4] = [
    ("westminster-2017", "whatsapp-2017"),
    ("channel-2015", "simplex"),
    ("channel-2015", "telegram-cloud-2017"),
    ("cloud-chat-2017", "telegram-cloud-2017"),
];

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pinned/records.sha256");

fn ran(scenario: &str, design: &str, seed: Option<u64>) -> World {
    let scenario = library::find(scenario).unwrap();
    let design = designs::named(design).unwrap();
    let mut world = World::new(design, &scenario, seed.unwrap_or(scenario.seed)).unwrap();
    world.run().unwrap();
    world
}

#[test]
fn records_are_those_of_the_last_build() {
    let lines = PINNED.map(|(scenario, design)| {
        format!("{}  {scenario} under {design}\n", ran(scenario, design, None).record().sha256())
    });
    if std::env::var_os("PILLARBOX_PIN").is_some() {
        std::fs::write(FILE, lines.concat()).unwrap();
    }
    let pinned = std::fs::read_to_string(FILE).unwrap();
    let pinned: Vec<&str> = pinned.split_inclusive('\n').collect();
    assert_eq!(lines.as_slice(), pinned, "left: now; right: as pinned. This file says how to pin anew");
}

#[test]
fn the_same_seed_gives_the_same_record_and_another_seed_another() {
    for design in ["plain-server", "end-to-end"] {
        let record = |seed| ran("channel-2015", design, Some(seed)).record().to_json_lines();
        let once = record(7);
        assert!(once == record(7), "{design}: two runs differ");
        assert!(once != record(8), "{design}: the seed changes nothing");
    }
}

#[test]
fn what_is_on_the_wire_is_the_same_too() {
    let wire = || ran("channel-2015", "signal-now", None).wire().clone();
    assert!(wire() == wire());
}

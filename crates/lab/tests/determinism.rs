//! The same scenario, design and seed give the same record, byte for byte, in each build.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::time::Instant;

use pillarbox_access::designs;
use pillarbox_lab::scenario::library;
use pillarbox_lab::world::World;

fn record(design: &str, seed: u64) -> String {
    let scenario = library::find("westminster-2017").unwrap();
    let began = Instant::now();
    let mut world = World::new(designs::named(design).unwrap(), &scenario, seed).unwrap();
    println!("{design} new {:?}", began.elapsed());
    world.run().unwrap();
    println!("{design} {:?}", began.elapsed());
    world.record().to_json_lines()
}

#[test]
fn the_same_seed_gives_the_same_record_and_another_seed_another() {
    for design in ["plain-server", "end-to-end"] {
        let once = record(design, 7);
        assert!(once == record(design, 7), "{design}: two runs differ");
        assert!(once != record(design, 8), "{design}: the seed changes nothing");
        if std::env::var("SHOW").is_ok() {
            println!("{once}");
        }
    }
}

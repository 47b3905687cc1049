//! Worlds: what happens in one, told by its record, its views and its truth.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use pillarbox_access::designs;
use pillarbox_lab::record::Kind;
use pillarbox_lab::scenario::{Scenario, library};
use pillarbox_lab::world::World;

fn westminster() -> Scenario {
    library::find("westminster-2017").unwrap()
}

fn ran(design: &str) -> World {
    let scenario = westminster();
    let mut world = World::new(designs::named(design).unwrap(), &scenario, scenario.seed).unwrap();
    world.run().unwrap();
    world
}

#[test]
fn everything_that_was_said_between_two_people_is_read() {
    for design in ["plain-server", "end-to-end"] {
        let world = ran(design);
        let scorer = world.scorer();
        assert!(!scorer.said().is_empty());
        for line in world.record().lines() {
            if let Kind::NotDone { who, does, why } = &line.kind {
                println!("{design}: {who} {does}: {why}");
            }
        }
        let readers: usize = scorer.said().iter().map(|said| said.to.len()).sum();
        assert_eq!(scorer.read().len(), readers, "{design}");
    }
}

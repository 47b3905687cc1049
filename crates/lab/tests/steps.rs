//! A world's record does not depend on the size of its clock's steps.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use pillarbox_access::designs;
use pillarbox_lab::record::{Fate, Kind};
use pillarbox_lab::scenario::Scenario;
use pillarbox_lab::world::World;
use pillarbox_wire::Timestamp;
use proptest::prelude::*;

/// Texts that are kept at relays for days after they were delivered, or wait for a phone that never connects.
const STORY: &str = r#"[scenario]
name = "steps"
title = "Rows that go by age"
start = 2026-01-05T08:00:30Z

[[people]]
name = "Ada"
number = "+447700900100"
country = "GB"
knows = ["Ben", "Cai"]

[[people]]
name = "Ben"
number = "+447700900101"
country = "GB"
knows = ["Ada"]

[[people]]
name = "Cai"
number = "+447700900102"
country = "GB"
knows = ["Ada"]

[[events]]
at = "+10m"
who = "Cai"
goes-offline = true

[[events]]
at = "+10m"
who = "Ada"
says = "one"
to = "Ben"

[[events]]
at = "+50m"
who = "Ada"
says = "two"
to = "Cai"

[[events]]
at = "+7h"
who = "Ben"
says = "three"
to = "Ada"

[[events]]
at = "+3d"
who = "Ada"
says = "four"
to = "Cai"

[[events]]
at = "+11h"
who = "Ada"
says = "five"
to = "Ben"

[demand]
about = "Ada"
served = 2026-04-20T08:00:00Z
"#;

/// The relays of these designs keep rows for a time, some of them after delivery.
const DESIGNS: [&str; 5] = ["line-sealed", "line-unsealed", "wechat", "signal-now", "viber"];

fn story(has_network: bool) -> Scenario {
    let network = "[network]\ndelay = \"400ms\"\njitter = \"300ms\"\n\n[[people]]\nname = \"Ada\"";
    let text =
        if has_network { STORY.replacen("[[people]]\nname = \"Ada\"", network, 1) } else { STORY.to_owned() };
    Scenario::parse("steps.toml", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the record of a world whose clock stops at each of these moments too.
fn record(design: &str, scenario: &Scenario, stops: &[u64]) -> (String, usize) {
    let mut world = World::new(designs::named(design).unwrap(), scenario, 7).unwrap();
    for stop in stops {
        world.run_until(Timestamp(*stop)).unwrap();
    }
    world.run().unwrap();
    let by_age = |kind: &Kind| {
        let ages = ["its time was over", "nobody fetched it in time"];
        matches!(kind, Kind::Row { became: Fate::Gone, why: Some(why), .. } if ages.contains(why))
    };
    let gone = world.record().lines().iter().filter(|line| by_age(&line.kind)).count();
    (world.record().to_json_lines(), gone)
}

#[test]
fn rows_go_in_this_story() {
    for design in DESIGNS {
        let (_, gone) = record(design, &story(false), &[]);
        assert!(gone > 0, "{design}: there is nothing to be told at another hour");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_record_is_the_same_whatever_the_steps(
        design in prop::sample::select(&DESIGNS[..]),
        has_network in any::<bool>(),
        mut steps in prop::collection::vec(0_u64..105 * 24 * 3_600_000 - 30_000, 0..60),
    ) {
        let scenario = story(has_network);
        steps.sort_unstable();
        let stops: Vec<u64> = steps.iter().map(|step| scenario.start.0 + step).collect();
        let (usual, _) = record(design, &scenario, &[]);
        let (stepped, _) = record(design, &scenario, &stops);
        for (one, other) in usual.lines().zip(stepped.lines()) {
            prop_assert_eq!(one, other);
        }
        prop_assert_eq!(usual.len(), stepped.len());
    }
}

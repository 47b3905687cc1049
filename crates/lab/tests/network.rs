//! The network of a story: its effects on times, order and addresses. Nothing is lost by it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use pillarbox_access::designs;
use pillarbox_client::Receipts;
use pillarbox_lab::record::{Kind, Way};
use pillarbox_lab::scenario::{PersonId, Scenario};
use pillarbox_lab::world::World;
use pillarbox_wire::Timestamp;

const NETWORK: &str = "[network]\ndelay = \"400ms\"\njitter = \"300ms\"\n\n";

/// Writes a story of Ada, Ben and Cai, who know each other. `about` is added to their tables.
fn story(network: &str, about: [&str; 3], events: &[(u64, &str, &str)]) -> Scenario {
    let mut text = format!(
        "[scenario]\nname = \"net\"\ntitle = \"A network\"\nstart = 2026-01-05T08:00:00Z\n\n{network}"
    );
    let people = [("Ada", "\"Ben\", \"Cai\""), ("Ben", "\"Ada\", \"Cai\""), ("Cai", "\"Ada\", \"Ben\"")];
    for (number, ((name, knows), about)) in people.into_iter().zip(about).enumerate() {
        text.push_str(&format!(
            "[[people]]\nname = \"{name}\"\ncountry = \"GB\"\nnumber = \"+44770090010{number}\"\nknows = [{knows}]\n{about}\n\n"
        ));
    }
    for (after, who, does) in events {
        text.push_str(&format!("[[events]]\nat = \"+{after}s\"\nwho = \"{who}\"\n{does}\n\n"));
    }
    text.push_str("[demand]\nabout = \"Ada\"\nserved = 2026-01-07T08:00:00Z\n");
    Scenario::parse("net.toml", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn ran(design: &str, scenario: &Scenario, seed: u64) -> World {
    let mut world = World::new(designs::named(design).unwrap(), scenario, seed).unwrap();
    world.run().unwrap();
    world
}

/// Returns texts a minute apart, by Ada and Ben in turn.
fn exchange(texts: usize) -> Vec<(u64, &'static str, &'static str)> {
    const TEXTS: [(&str, &str); 2] =
        [("Ada", "says = \"to you\"\nto = \"Ben\""), ("Ben", "says = \"to you\"\nto = \"Ada\"")];
    (0..texts).map(|number| (60, TEXTS[number % 2].0, TEXTS[number % 2].1)).collect()
}

/// Measures the time of each text on the way up to the relay, and of each message down from there to the phone, in
/// milliseconds. The first texts of a conversation wait for keys and connections, and are left out.
fn under_way(world: &World) -> (Vec<u64>, Vec<u64>) {
    let (mut up, mut down) = (Vec::new(), Vec::new());
    let mut said: Option<(Timestamp, usize)> = None;
    let mut delivered = None;
    for line in world.record().lines() {
        match &line.kind {
            Kind::Said { .. } => said = line.event.map(|event| (line.at, event)),
            Kind::Frame { frame: "Submit", way: Way::Up, .. } => {
                // The first frame sent up because of a text is the text.
                if let Some((at, event)) = said.take().filter(|(_, event)| line.event == Some(*event))
                    && event >= 4
                {
                    up.push(line.at.since(at).0);
                }
            }
            Kind::Frame { frame: "Deliver", way: Way::Down, .. } => delivered = Some(line.at),
            Kind::Notice { notice, .. } if notice == "received" => {
                if let Some(at) = delivered.take().filter(|_| line.event.is_some_and(|event| event >= 4)) {
                    down.push(line.at.since(at).0);
                }
            }
            _ => {}
        }
    }
    (up, down)
}

fn at_share(all: &mut [u64], share: f64) -> u64 {
    all.sort_unstable();
    all[(all.len() as f64 * share) as usize]
}

#[test]
fn frames_arrive_later_by_delays_of_the_distribution_that_the_story_names_and_at_once_without_a_network() {
    let scenario = story(NETWORK, [""; 3], &exchange(44));
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for seed in 0..20 {
        let (more_up, more_down) = under_way(&ran("signal-now", &scenario, seed));
        assert_eq!((more_up.len(), more_down.len()), (40, 40));
        up.extend(more_up);
        down.extend(more_down);
    }
    // From 800 delays, the median is known to about 3 %, and the 84th percentile to about 4 %.
    for all in [&mut up, &mut down] {
        let (median, high) = (at_share(all, 0.5), at_share(all, 0.8413));
        assert!(median.abs_diff(400) < 40 && high.abs_diff(700) < 84, "{median} {high}");
        assert!(*all.first().unwrap() > 0);
    }
    let (up, down) = under_way(&ran("signal-now", &story("", [""; 3], &exchange(24)), 0));
    assert_eq!((up, down), (vec![0; 20], vec![0; 20]), "the control has no network");
}

#[test]
fn on_one_connection_nothing_overtakes_and_between_two_it_does() {
    // With a jitter of a hundred times the delay, every second frame would overtake the one before.
    let network = "[network]\ndelay = \"20ms\"\njitter = \"2s\"\n\n";
    let burst: Vec<_> = (0..30)
        .map(|number| {
            let to = if number % 2 == 0 {
                "says = \"even\"\nto = \"Ben\""
            } else {
                "says = \"odd\"\nto = \"Cai\""
            };
            (u64::from(number % 10 == 0), "Ada", to)
        })
        .collect();
    let scenario = story(network, [""; 3], &burst);
    let mut overtaken = false;
    for seed in 0..20 {
        // A record out of its connection's order would not open, and the world would stop.
        let world = ran("end-to-end", &scenario, seed);
        let scorer = world.scorer();
        assert_eq!(scorer.read().len(), 30, "seed {seed}");
        for who in [PersonId(1), PersonId(2)] {
            let read: Vec<usize> =
                scorer.read().iter().filter(|read| read.who == who).map(|read| read.said.0).collect();
            assert!(read.is_sorted(), "seed {seed}: {read:?}");
        }
        overtaken |= !scorer.read().iter().map(|read| read.said.0).is_sorted();
    }
    assert!(overtaken, "between connections order is by chance");
}

#[test]
fn a_phone_that_sleeps_gets_its_messages_when_it_wakes() {
    let texts: Vec<_> = (0..12).map(|_| (1_700, "Ada", "says = \"are you there\"\nto = \"Ben\"")).collect();
    let waits = |about: &str| {
        let world = ran("signal-now", &story(NETWORK, ["", about, ""], &texts), 3);
        let scorer = world.scorer();
        assert_eq!(scorer.read().len(), 12, "{about}");
        let waits = scorer.read().iter().map(|read| read.at.since(scorer.said()[read.said.0].at).0 / 1_000);
        (waits.collect::<Vec<_>>(), scorer.read().iter().map(|read| read.at).collect::<Vec<_>>())
    };
    assert!(waits("").0.iter().all(|wait| *wait < 20), "the control is awake");
    let (often, times) = waits("wakes-every = \"15m\"");
    assert!(often.iter().any(|wait| *wait > 120) && often.iter().all(|wait| *wait < 900 + 30), "{often:?}");
    // Always the same time past the quarter of an hour, to within the seconds that it takes to connect.
    let phases: BTreeSet<u64> = times.iter().map(|at| at.0 / 1_000 % 900 / 30).collect();
    assert!(phases.len() <= 2, "{phases:?}");
    let (night, times) = waits("asleep = \"09:00 to 13:00\"");
    assert!(night.iter().any(|wait| *wait > 3_600));
    let hours: BTreeSet<u32> = times.iter().map(|at| (at.0 / 3_600_000 % 24) as u32).collect();
    assert!(hours.iter().all(|hour| !(9..13).contains(hour)) && hours.contains(&13), "{hours:?}");
}

/// Returns the addresses that relays saw of each person's connections.
fn addresses(world: &World) -> BTreeMap<String, BTreeSet<IpAddr>> {
    let mut all: BTreeMap<String, BTreeSet<IpAddr>> = BTreeMap::new();
    let mut connections = BTreeMap::new();
    for line in world.record().lines() {
        match &line.kind {
            Kind::Connects { who, connection, address, .. } => {
                connections.insert(*connection, *address);
                all.entry(who.clone()).or_default().insert(*address);
            }
            Kind::Frame { connection, peer, .. } => assert_eq!(connections.get(connection), Some(peer)),
            _ => {}
        }
    }
    all
}

#[test]
fn a_home_is_shared_a_gateway_is_one_of_few_and_an_exit_is_never_a_home() {
    // Phones that wake often connect often.
    let about = ["", "address = \"home of Ada\"", "address = \"mobile\"\nwakes-every = \"10m\""];
    let network = "[network]\ndelay = \"100ms\"\ngateways = 2\n\n";
    let world = ran("signal-now", &story(network, about, &exchange(4)), 1);
    let seen = addresses(&world);
    assert_eq!((seen["Ada"].len(), &seen["Ada"]), (1, &seen["Ben"]));
    assert_eq!(seen["Cai"].len(), 2, "in two days, both gateways");
    assert!(seen["Cai"].is_disjoint(&seen["Ada"]));
    let home = *seen["Ada"].first().unwrap();
    assert_eq!(world.scorer().behind_address(home), None, "it is two people's");
    let persons = world.record().lines().iter().filter_map(|line| match &line.kind {
        Kind::Person { address, connects, .. } => Some((*address, connects.as_deref().unwrap())),
        _ => None,
    });
    let persons: Vec<_> = persons.collect();
    assert_eq!(persons, [(Some(home), "home"), (Some(home), "home of Ada"), (None, "mobile")]);

    let about = ["", "", "address = \"tor\"\nwakes-every = \"10m\""];
    let seen = addresses(&ran("signal-now", &story(NETWORK, about, &exchange(4)), 1));
    assert!(seen["Cai"].len() > 100, "another exit at each connection: {}", seen["Cai"].len());
    assert!(seen["Cai"].is_disjoint(&seen["Ada"]) && seen["Cai"].is_disjoint(&seen["Ben"]));
}

#[test]
fn the_address_of_a_home_changes_when_the_story_says_and_with_it_that_of_everybody_in_it() {
    let about = ["address-changes-every = \"6h\"", "address = \"home of Ada\"", ""];
    let texts: Vec<_> = (0..12).map(|_| (7_200, "Ada", "says = \"still here\"\nto = \"Ben\"")).collect();
    let world = ran("signal-now", &story(NETWORK, about, &texts), 1);
    let seen = addresses(&world);
    assert_eq!((seen["Ada"].len(), seen["Ben"].len(), seen["Cai"].len()), (9, 9, 1), "48 hours");
    assert_eq!(seen["Ada"], seen["Ben"]);
    assert_eq!(world.scorer().read().len(), 12);
}

#[test]
fn receipts_at_random_reach_the_relay_within_their_span_and_at_no_usual_moment() {
    let mut design = designs::named("signal-now").unwrap().clone();
    design.phone.habits.receipts = Receipts::Within(600);
    let texts: Vec<_> = (0..40).map(|_| (1_200, "Ada", "says = \"one more\"\nto = \"Ben\"")).collect();
    let mut waits = Vec::new();
    for seed in 0..10 {
        let mut world = World::new(&design, &story(NETWORK, [""; 3], &texts), seed).unwrap();
        world.run().unwrap();
        let mut received = None;
        for line in world.record().lines() {
            match &line.kind {
                Kind::Notice { who, notice, .. } if who == "Ben" && notice == "received" => {
                    received = Some(line.at);
                }
                // No person's event causes it. The phone's own clock does.
                Kind::Frame { frame: "Submit", way: Way::Up, .. } if line.event.is_none() => {
                    waits.push(line.at.since(received.take().unwrap()).0);
                }
                _ => {}
            }
        }
    }
    assert_eq!(waits.len(), 400);
    assert!(waits.iter().all(|wait| *wait < 600_000 + 10_000), "the span, and the way to the relay");
    let quarters = waits.iter().fold([0_u32; 4], |mut counts, wait| {
        counts[(*wait / 150_000).min(3) as usize] += 1;
        counts
    });
    // A hundred in each are expected, and one standard deviation is nine.
    assert!(quarters.iter().all(|count| count.abs_diff(100) < 4 * 9), "{quarters:?}");
}

/// Everything at once: people of every kind, groups, a new phone, a switched-off one.
const CROWDED: &str = r#"[scenario]
name = "crowded"
title = "Everything at once"
start = 2026-01-05T08:00:00Z

[network]
delay = "600ms"
jitter = "1s"
gateways = 1

[chatter]
people = 7
pairs = 9
texts = 14
mean-gap = "3s"
groups = 1
to-groups = 20
mobile = 1
tor = 1
sharing = 1
sleeping = 2

[[people]]
name = "Ada"
number = "+447700900100"
country = "GB"
address-changes-every = "1h"

[[people]]
name = "Ben"
number = "+447700900101"
country = "GB"
knows = ["Ada"]

[[events]]
at = "+30m"
who = "Ben"
goes-offline = true

[[events]]
at = "+90s"
who = "Ada"
says = "where are you"
to = "Ben"

[[events]]
at = "+1h"
who = "Ben"
comes-online = true

[[events]]
at = "+1h"
who = "Ben"
re-registers = true

[[events]]
at = "+1h"
who = "Ada"
says = "a new phone?"
to = "Ben"

[demand]
about = "Ada"
served = 2026-01-05T16:00:00Z
"#;

/// Checks forty seeds, ten under each design. Two hundred take some minutes.
fn nothing_is_lost(design: &str, seeds: std::ops::Range<u64>) {
    let scenario = Scenario::parse("crowded.toml", CROWDED).unwrap_or_else(|error| panic!("{error}"));
    for seed in seeds {
        let world = ran(design, &scenario, seed);
        let not_done = world.record().lines().iter().find(|it| matches!(it.kind, Kind::NotDone { .. }));
        assert_eq!(not_done, None, "{design}, seed {seed}");
        let scorer = world.scorer();
        assert_eq!(scorer.said().len(), 16, "{design}, seed {seed}");
        let read: BTreeSet<_> = scorer.read().iter().map(|read| (read.said.0, read.who)).collect();
        for (number, said) in scorer.said().iter().enumerate() {
            for whom in &said.to {
                let is_read = read.contains(&(number, *whom));
                assert!(is_read, "{design}, seed {seed}: text {number} did not reach {whom:?}");
            }
        }
    }
}

#[test]
fn nothing_is_lost_where_senders_are_sealed() {
    nothing_is_lost("signal-now", 0..10);
}

#[test]
fn nothing_is_lost_where_senders_are_named() {
    nothing_is_lost("whatsapp-now", 50..60);
}

#[test]
fn nothing_is_lost_where_there_is_an_account_for_each_contact() {
    nothing_is_lost("simplex", 100..110);
}

#[test]
fn nothing_is_lost_where_the_server_reads() {
    nothing_is_lost("telegram-cloud-2017", 150..160);
}

#[test]
fn the_same_seed_gives_the_same_record_and_the_record_says_that_there_is_a_network() {
    let scenario = Scenario::parse("crowded.toml", CROWDED).unwrap();
    let record = |seed| ran("signal-now", &scenario, seed).record().to_json_lines();
    let once = record(5);
    assert!(once == record(5), "two runs differ");
    assert!(once != record(6), "the seed changes nothing");
    let parameters =
        r#""kind":"network","network":{"delay_ms":600,"jitter_ms":1000,"gateways":1,"exits":1000}"#;
    assert_eq!(once.matches(parameters).count(), 1);
    let without = ran("signal-now", &story("", [""; 3], &exchange(2)), 1).record().to_json_lines();
    assert!(!without.contains("network") && !without.contains("connects"), "{without}");
}

#[test]
fn times_of_a_record_are_those_of_the_relay_and_never_go_back() {
    let scenario = Scenario::parse("crowded.toml", CROWDED).unwrap();
    let world = ran("signal-now", &scenario, 2);
    let times: Vec<Timestamp> = world.record().lines().iter().map(|line| line.at).collect();
    assert!(times.is_sorted());
    let whole = |at: &&Timestamp| !at.0.is_multiple_of(1_000);
    assert!(times.iter().filter(whole).count() * 2 > times.len(), "most moments are no full seconds");
    let crossings = &world.wire().crossings;
    assert!(crossings.is_sorted_by_key(|crossing| crossing.at));
}

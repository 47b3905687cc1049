//! Somebody gets a new phone in the middle of a story. The account continues where accounts have numbers, nobody
//! loses what the operator has, and the phones of contacts say that the safety number has changed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use pillarbox_access::design::{Accounts, Design};
use pillarbox_access::designs;
use pillarbox_client::Protection;
use pillarbox_lab::record::Kind;
use pillarbox_lab::scenario::{PersonId, Scenario, library};
use pillarbox_lab::world::World;
use pillarbox_relay::Holdings;
use pillarbox_wire::Duration;

const STORY: &str = r#"[scenario]
name = "new-phone"
title = "Ben has a new phone"
start = 2017-03-22T08:00:00Z

[[people]]
name = "Ada"
number = "+447700900123"
country = "GB"
knows = ["Ben", "Cai"]

[[people]]
name = "Ben"
number = "+447700900124"
country = "GB"
knows = ["Ada", "Cai"]

[[people]]
name = "Cai"
number = "+447700900125"
country = "GB"
knows = ["Ada", "Ben"]

[[events]]
at = "+5m"
who = "Ada"
says = "hello"
to = "Ben"

[[events]]
at = "+5m"
who = "Ben"
says = "hello yourself"
to = "Ada"

[[events]]
at = "+5m"
who = "Ada"
makes-group = "boat"
with = ["Ben", "Cai"]

[[events]]
at = "+5m"
who = "Cai"
says = "the boat is ready"
group = "boat"

[[events]]
at = "+5m"
who = "Ben"
re-registers = true

[[events]]
at = "+5m"
who = "Ben"
says = "new phone"
group = "boat"

[[events]]
at = "+5m"
who = "Ada"
says = "still you?"
to = "Ben"

[[events]]
at = "+5m"
who = "Ben"
says = "still me"
to = "Ada"

[[events]]
at = "+5m"
who = "Cai"
says = "we cast off"
group = "boat"
"#;

const BEN: PersonId = PersonId(1);

/// The time just before Ben registers again.
const BEFORE: Duration = Duration::from_seconds(24 * 60);

fn story() -> Scenario {
    Scenario::parse("new-phone.toml", STORY).unwrap()
}

fn keeps_account(design: &Design) -> bool {
    design.phone.number && design.phone.accounts == Accounts::One
}

fn holdings(world: &World) -> Holdings {
    world.sites()[0].relay().store().holdings().unwrap()
}

fn not_done(world: &World) -> Vec<String> {
    let lines = world.record().lines().iter();
    lines
        .filter_map(|line| match &line.kind {
            Kind::NotDone { who, does, why } => Some(format!("{who} {does}: {why}")),
            _ => None,
        })
        .collect()
}

/// Returns the people who are told of Ben's other safety number.
fn told(world: &World) -> Vec<String> {
    let lines = world.record().lines().iter();
    let mut told: Vec<_> = lines
        .filter_map(|line| match &line.kind {
            Kind::Notice { who, notice, says, .. } if notice == "key-changed" => {
                assert!(says.starts_with("Warning: Ben's safety number has changed"), "{says}");
                Some(who.clone())
            }
            _ => None,
        })
        .collect();
    told.sort();
    told.dedup();
    told
}

#[test]
fn a_new_phone_keeps_the_account_the_groups_and_everything_that_the_operator_has() {
    let scenario = story();
    for design in designs::all().iter().filter(|design| keeps_account(design)) {
        let name = &design.name;
        let mut world = World::new(design, &scenario, 7).unwrap();
        world.run_until(scenario.start + BEFORE).unwrap();
        let before = holdings(&world);
        world.run().unwrap();
        let after = holdings(&world);

        assert_eq!(not_done(&world), [""; 0], "{name}");
        assert_eq!(after.accounts.len(), before.accounts.len(), "{name}");
        for row in &before.accounts {
            let now = after.accounts.iter().find(|now| now.account == row.account).unwrap();
            assert_eq!((&now.handle, now.registered_at), (&row.handle, row.registered_at), "{name}");
        }
        let of_ben = world.scorer().accounts().iter().filter(|behind| behind.who == BEN).count();
        assert_eq!(of_ben, 1, "{name}");
        // An operator that keeps a history has everything that was delivered before.
        if design.relay.delivered.is_some() {
            for row in before.messages.iter().filter(|row| row.delivered_at.is_some()) {
                let now = after.messages.iter().find(|now| now.message == row.message);
                assert_eq!(now, Some(row), "{name}");
            }
        }
        for event in &before.events {
            assert!(after.events.contains(event), "{name}: {event:?}");
        }
        // Two texts between two people, and two of four in a group that each of the two others reads: all were read.
        let read = world.scorer().read().len();
        assert_eq!(read, 2 + 2 + 2 + 2 + 2, "{name}");
    }
}

#[test]
fn the_phones_of_contacts_tell_that_the_safety_number_has_changed() {
    let scenario = story();
    for design in designs::all().iter().filter(|design| design.phone.protection == Protection::EndToEnd) {
        let mut world = World::new(design, &scenario, 7).unwrap();
        world.run().unwrap();
        if keeps_account(design) {
            assert_eq!(told(&world), ["Ada", "Cai"], "{}", design.name);
        } else {
            assert_eq!(told(&world), [""; 0], "{}: the account is another one", design.name);
        }
    }
    // If the operator eavesdrops, no key is between two people, and there is nothing to report.
    for design in designs::all().iter().filter(|design| design.phone.protection == Protection::ServerReadable)
    {
        let mut world = World::new(design, &scenario, 7).unwrap();
        world.run().unwrap();
        assert_eq!(told(&world), [""; 0], "{}", design.name);
    }
}

#[test]
fn nobody_in_the_shipped_story_takes_a_contact_with_a_new_phone_for_a_stranger() {
    let scenario = library::find("cloud-chat-2017").unwrap();
    for design in designs::all().iter().filter(|design| keeps_account(design)) {
        let mut world = World::new(design, &scenario, scenario.seed).unwrap();
        world.run().unwrap();
        // A person to whom Ugo wrote before anybody had his number may have been told at that time.
        let lines = world.record().lines().iter();
        let after: Vec<&Kind> = lines
            .map(|line| &line.kind)
            .skip_while(|kind| !matches!(kind, Kind::Event { does, .. } if does == "re-registers"))
            .collect();
        let strangers: Vec<_> = after
            .into_iter()
            .filter(
                |kind| matches!(kind, Kind::Notice { says, .. } if says.contains("Ugo, who is no contact")),
            )
            .collect();
        assert!(strangers.is_empty(), "{}: {strangers:?}", design.name);
    }
}

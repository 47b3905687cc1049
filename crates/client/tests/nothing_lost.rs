//! No message is lost, doubled or reordered: three people talk under limits that throttle them, while programs end
//! and connections break at any step, on both sides.
//!
//! Each seed is another run. `PILLARBOX_SEEDS=2000 cargo test -p pillarbox-client --test all nothing_lost` runs more of
//! them than the everyday test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::collections::BTreeMap;

use pillarbox_client::{DeliveryState, Notice};
use pillarbox_relay::RelaySettings;
use pillarbox_relay::limits::Rate;
use pillarbox_testkit::world::{Fault, World};
use pillarbox_wire::Duration;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_core::Rng;

/// Runs of the everyday test.
const SEEDS: u64 = 10;

/// Times in one run at which somebody writes.
const ROUNDS: usize = 6;

/// Texts by sender and recipient.
type Texts = BTreeMap<(usize, usize), Vec<String>>;

fn seeds() -> std::ops::Range<u64> {
    let more = std::env::var("PILLARBOX_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let first = std::env::var("PILLARBOX_FIRST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    first..first + more.unwrap_or(SEEDS)
}

fn throttled() -> World {
    let mut settings = RelaySettings::default();
    settings.limits.sealed_submissions = Rate { burst: 4, every: Duration(300) };
    settings.limits.submissions = Rate { burst: 4, every: Duration(300) };
    World::with(settings)
}

/// Causes a fault in one out of `one_in` steps.
fn faults(mut dice: StdRng, one_in: u32) -> Box<dyn FnMut(usize) -> Option<Fault>> {
    Box::new(move |_| {
        let phone = dice.next_u32() as usize % 3;
        match dice.next_u32() % (4 * one_in) {
            0 => Some(Fault::Crash(phone)),
            1 => Some(Fault::Cut(phone)),
            2 => Some(Fault::Linger(phone)),
            3 => Some(Fault::Restart),
            _ => None,
        }
    })
}

/// Sends up to four texts each way, and carries frames for a while.
fn talk(world: &mut World, dice: &mut StdRng, said: &mut Texts) {
    for from in 0..3 {
        for to in (0..3).filter(|to| *to != from) {
            let texts = said.entry((from, to)).or_default();
            for _ in 0..dice.next_u32() % 5 {
                let text = format!("{from} to {to}: {}", texts.len());
                world.say(from, to, &text);
                texts.push(text);
            }
        }
        if dice.next_u32().is_multiple_of(2) {
            world.run();
            world.pass(Duration(u64::from(dice.next_u32() % 1_000)));
        }
    }
    world.run();
}

/// Advances time without faults until nobody has anything left to send or to request.
fn calm(world: &mut World, step: Duration) {
    world.fault = Box::new(|_| None);
    for _ in 0..600 {
        world.run();
        let rests =
            |at: usize| world.see(at).unsent() == 0 && world.see(at).missing(world.now).unwrap().is_empty();
        if (0..3).all(rests) {
            return;
        }
        world.pass(step);
    }
    panic!("somebody still waits");
}

fn killed(seed: u64) {
    let mut world = throttled();
    (0..3).for_each(|at| assert_eq!(world.phone(["Alice", "Bob", "Carol"][at]), at));
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        world.invite(one, other);
        world.invite(other, one);
    }
    let mut dice = StdRng::seed_from_u64(seed);
    let one_in = 8 << (dice.next_u32() % 4);
    let mut said = Texts::new();
    world.fault = faults(StdRng::seed_from_u64(seed ^ u64::MAX), one_in);
    (0..ROUNDS).for_each(|_| talk(&mut world, &mut dice, &mut said));
    calm(&mut world, Duration::from_seconds(1));
    for (&(from, to), texts) in &said {
        assert_eq!(world.heard(to, from), *texts, "seed {seed}, {from} to {to}: each once, in order");
        let states = world.states(from, to);
        assert!(states.iter().all(|state| *state == DeliveryState::Delivered), "seed {seed}: {states:?}");
    }
    for at in 0..3 {
        let told = world.take_notices(at);
        let failed = |notice: &&Notice| {
            matches!(
                notice,
                Notice::Undecryptable { .. }
                    | Notice::RequestUnopened { .. }
                    | Notice::StrangerUnopened { .. }
            )
        };
        assert_eq!(told.iter().find(failed), None, "seed {seed}, {at}: a program that ends spoils nothing");
    }
}

#[test]
fn programs_that_end_at_any_step_on_both_sides_lose_double_and_reorder_nothing() {
    seeds().for_each(killed);
}

/// Runs the same test while one of the three restores an old copy of their phone.
fn put_back(seed: u64) {
    let mut world = throttled();
    (0..3)
        .for_each(|at| assert_eq!(world.phone_on_disk(world.new_account(["Alice", "Bob", "Carol"][at])), at));
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        world.invite(one, other);
        world.invite(other, one);
    }
    let mut dice = StdRng::seed_from_u64(seed);
    let one_in = 16 << (dice.next_u32() % 3);
    let back = dice.next_u32() as usize % 3;
    let (copied, restored) = (dice.next_u32() as usize % ROUNDS, dice.next_u32() as usize % ROUNDS);
    let (copied, restored) = (copied.min(restored), copied.max(restored));
    let mut said = Texts::new();
    // `read` contains the texts that the restored phone had read from the others; `forgotten` contains the texts
    // that it had sent itself since the copy.
    let (mut read, mut forgotten) = (Texts::new(), Texts::new());
    let mut copy = None;
    world.fault = faults(StdRng::seed_from_u64(seed ^ u64::MAX), one_in);
    for round in 0..ROUNDS {
        if round == copied {
            copy = Some(world.copy_folder(back));
            let own = said.iter().filter(|((from, _), _)| *from == back);
            forgotten = own.map(|(way, texts)| (*way, texts.clone())).collect();
        }
        talk(&mut world, &mut dice, &mut said);
        if round == restored {
            read = (0..3)
                .filter(|from| *from != back)
                .map(|from| ((from, back), world.heard(back, from)))
                .collect();
            for ((from, to), texts) in said.iter().filter(|((from, _), _)| *from == back) {
                let before = forgotten.get(&(*from, *to)).map_or(0, Vec::len);
                forgotten.insert((*from, *to), texts[before..].to_vec());
            }
            world.put_back(back, copy.take().unwrap());
        }
    }
    calm(&mut world, Duration::from_seconds(1_200));
    for (way @ &(from, to), texts) in &said {
        let heard = world.heard(to, from);
        let mut once = heard.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), heard.len(), "seed {seed}, {from} to {to}: each at most once");
        let may_be_gone = |text: &&String| {
            read.get(way).is_some_and(|read| read.contains(*text))
                || forgotten.get(way).is_some_and(|own| own.contains(*text))
        };
        let lost: Vec<_> =
            texts.iter().filter(|text| !heard.contains(*text)).filter(|text| !may_be_gone(text)).collect();
        assert!(lost.is_empty(), "seed {seed}, {from} to {to}: lost {lost:?} ({back} was put back)");
        if from != back && to != back {
            assert_eq!(heard, *texts, "seed {seed}, {from} to {to}: in order");
        }
    }
}

#[test]
fn whoever_puts_an_old_copy_in_their_phone_s_place_loses_nothing_that_they_had_not_read() {
    // Profiles on a disk take longer, so only every second seed runs.
    seeds().step_by(2).for_each(put_back);
}

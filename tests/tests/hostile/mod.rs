//! Hostile peers attack a `pillarbox-relay` over TCP. The relay runs as its own process with its shipped limits,
//! and two honest phones talk through it without a pause.
//!
//! Nothing here is timed. The honest phones must get every message through, each attack must reach its limit, and
//! the relay's memory must stay under the sum of its limits. The figures are printed with `cargo test -p
//! pillarbox-tests --test all hostile -- --nocapture`, and `docs/hostile.md` keeps a table of them.
//!
//! The hostile peers use other loopback addresses (127.0.0.2 and on), because limits count by address. Memory is read
//! from `/proc`, so the tests run on Linux.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout, reason = "the table of what was tried is for whoever reads the log")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

mod attacks;
mod floods;
mod honest;
mod peer;
mod relay;
mod table;
mod words;

use std::thread;
use std::time::Duration;

use pillarbox_relay::limits::{CONNECTIONS_PER_ADDRESS, LOOK_UPS_PER_ADDRESS, WINDOW_BYTES};
use pillarbox_testkit::program::{Place, SmallDisk};

use attacks::ATTACKS;
use honest::Honest;
use peer::Front;
use relay::RelayProcess;
use table::{Line, Table};

/// The smallest number of rounds that the honest phones talk in each attack.
const ROUNDS: usize = 8;

/// The pause between two rounds. People do not type faster. The honest phones must also stay under their own rate
/// limits.
const PAUSE: Duration = Duration::from_millis(50);

/// The memory that one address can make a relay use, by its limits. Each connection can have one record that has
/// begun to arrive, one record that was read, and one window of unacknowledged messages.
const MOST_MEMORY_KIB: u64 = CONNECTIONS_PER_ADDRESS as u64 * (65_537 + 16_384 + WINDOW_BYTES) / 1_024;

/// The time for which numbers are tried out. It is long enough to see the refill of the limit.
const TRYING: Duration = Duration::from_secs(15);

#[test]
fn numbers_are_tried_out_at_the_rate_of_an_address_however_many_accounts_ask() {
    let place = Place::new();
    let relay = RelayProcess::start(&place);
    let alice = place.phone("alice");
    drop(alice.run(&["account", "create", "--relay", &relay.address, "--number", "+447700900101"]).expect(0));
    let bob = place.phone("bob");
    drop(bob.run(&["account", "create", "--relay", &relay.address, "--name", "Bob"]).expect(0));
    let trying = |from| {
        let front = Front::of(&relay);
        thread::spawn(move || peer::runtime().block_on(floods::numbers(front, from, TRYING)))
    };
    let attackers = [41, 42].map(trying);
    // A person at another address finds the number.
    drop(bob.run(&["contact", "add", "+447700900101"]).expect(0));
    for attacking in attackers {
        let answered = attacking.join().unwrap();
        println!("{answered} numbers from one address in {TRYING:?}");
        let burst = u64::from(LOOK_UPS_PER_ADDRESS.burst);
        let refilled = TRYING.as_millis() as u64 / LOOK_UPS_PER_ADDRESS.every.0;
        assert!((burst + refilled - 2..=burst + refilled + 1).contains(&answered), "{answered}");
    }
    relay.stop();
}

/// The size of a disk that strangers fill in a moment.
const KIBIBYTES: usize = 24 * 1024;

#[test]
fn strangers_who_fill_the_disk_keep_nobody_from_fetching_or_leaving() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = RelayProcess::start_in(&place, &disk.folder().join("relay"));
    let [alice, bob] = ["alice", "bob"].map(|profile| place.phone(profile));
    for (phone, name) in [(&alice, "Alice"), (&bob, "Bob")] {
        drop(phone.run(&["account", "create", "--relay", &relay.address, "--name", name]).expect(0));
    }
    alice.add(&bob);
    bob.add(&alice);
    drop(alice.run(&["send", "Bob", "before it was full"]).expect(0));
    let front = Front::of(&relay);
    let taken = peer::runtime().block_on(floods::disk(front));
    assert!(taken > 100, "{taken} messages");
    drop(alice.run(&["send", "Bob", "while it is full"]).expect(1).says("has no room for anything new"));
    assert_eq!(bob.inbox(), ["before it was full"]);
    // A mailbox of many megabytes is removed with its account, although the disk has no room for a second copy.
    peer::runtime().block_on(floods::leave(Front::of(&relay)));
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(bob.inbox(), ["while it is full"]);
    relay.stop();
}

#[test]
fn the_relay_stays_up_for_two_honest_phones_whatever_others_do() {
    let place = Place::new();
    let relay = RelayProcess::start(&place);
    let mut honest = Honest::start(&place, &relay.address);
    let front = Front::of(&relay);
    let mut table = Table::default();

    let undisturbed = (0..ROUNDS).map(|_| honest.round()).collect();
    let idle = relay.memory();
    table.add(Line {
        who: "nobody",
        outcome: "-".into(),
        rounds: undisturbed,
        before: idle,
        peak: idle,
        cpu: 0.0,
    });

    for (who, attack) in ATTACKS {
        let before = relay.memory();
        let cpu = relay.cpu_seconds();
        relay.forget_peak();
        let attacking = thread::spawn({
            let front = front.clone();
            move || peer::runtime().block_on(attack(front))
        });
        let mut rounds = Vec::new();
        while rounds.len() < ROUNDS || !attacking.is_finished() {
            rounds.push(honest.round());
            thread::sleep(PAUSE);
        }
        let attacked = attacking.join().unwrap_or_else(|_| panic!("{who}: the relay did not do as expected"));
        // The hostile peers still keep open everything that they opened.
        rounds.push(honest.round());
        let peak = relay.peak_memory();
        let cpu = relay.cpu_seconds() - cpu;
        table.add(Line { who, outcome: attacked.outcome, rounds, before, peak, cpu });
        assert!(
            peak <= idle + MOST_MEMORY_KIB,
            "{who}: {peak} KiB, where {idle} are enough for nobody\n{table}"
        );
        drop(attacked.held);
    }
    println!("{table}");
    honest.leave();
    relay.stop();
}

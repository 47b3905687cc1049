//! Kills the program while it creates an account: before and after the profile is stored, and before and after the
//! relay has created the account and said so.
#![allow(clippy::print_stdout, reason = "the counts are for whoever reads the log")]

use std::thread;
use std::time::{Duration, Instant};

use pillarbox_testkit::program::{Place, Process};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::Connection;

use super::phones::profile;

/// The number of accounts that are created at one relay before it is restarted. The relay lets one address create
/// twenty at once, and each may be requested three times here.
const AT_ONCE: u32 = 6;

/// Kills a phone that registers an existing profile, and lets it try again.
pub(crate) fn check_registration(kills: u32) {
    let place = Place::new();
    let mut relay = place.relay();
    let mut dice = StdRng::seed_from_u64(rand::rng().random());
    let invite = ["account", "invite", "--plain"];
    profile(&place, &relay, "first");
    let start = Instant::now();
    drop(place.phone("first").run(&invite).expect(0));
    let whole = start.elapsed();
    let mut unheard = 0;
    for kill in 0..kills {
        if kill % AT_ONCE == 0 {
            relay = relay.kill().start_again(&place);
        }
        let name = format!("phone{kill}");
        profile(&place, &relay, &name);
        let phone = place.phone(&name);
        let begun = Process::start(phone.command(&invite));
        thread::sleep(dice.random_range(Duration::ZERO..whole));
        let before = begun.kill().out;
        let made: u32 = accounts(&relay);
        let link = phone.run(&invite).expect(0).out;
        assert!(before.is_empty() || before == link, "an invitation that was printed stays good");
        unheard += u32::from(made == kill + 2 && before.is_empty());
        // One profile has one account, however often the relay was asked.
        assert_eq!(accounts(&relay), kill + 2);
    }
    println!(
        "{kills} kills of a phone that registers: each has one account now. {unheard} had been made at the relay \
         before the phone had said so."
    );
}

fn accounts(relay: &pillarbox_testkit::program::Relay) -> u32 {
    let file = Connection::open(relay.data().join("relay.sqlite3")).unwrap();
    file.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0)).unwrap()
}

/// Kills `account create` halfway. Then it does what a person would do: types the command again, and follows the
/// suggestion.
pub(crate) fn check_creation(kills: u32) {
    let place = Place::new();
    let mut relay = place.relay();
    let mut dice = StdRng::seed_from_u64(rand::rng().random());
    let start = Instant::now();
    drop(place.account(&relay, "first"));
    let whole = start.elapsed();
    let (mut begun_again, mut finished) = (0, 0);
    for kill in 0..kills {
        if kill % AT_ONCE == 0 {
            relay = relay.kill().start_again(&place);
        }
        let name = format!("phone{kill}");
        let phone = place.phone(&name);
        let create = ["account", "create", "--relay", relay.address()];
        let begun = Process::start(phone.command(&create));
        // The first half of the time goes into the passphrase, before anything is written.
        thread::sleep(dice.random_range(whole / 3..whole));
        drop(begun.kill());
        let again = phone.run(&create);
        match again.status.code() {
            Some(0) => begun_again += 1,
            _ => {
                let again = again.expect(4).says("There is a profile in").says("already.");
                drop(phone.follow(again.next().unwrap()).expect(0));
                finished += 1;
            }
        }
        drop(phone.run(&["account", "invite", "--plain"]).expect(0));
        assert_eq!(accounts(&relay), kill + 2, "one account for each profile");
    }
    println!(
        "{kills} kills of `account create`: typed again it made the account {begun_again} times, and said that it is \
         there {finished} times."
    );
}

//! A write-ahead log that is damaged, truncated or deleted after the relay was killed, and an earlier copy of the
//! database.

use std::fs;
use std::path::{Path, PathBuf};

use pillarbox_testkit::program::{Phone, Place, Process, Relay, Stopped, relay_command};

/// A change to a log. It returns the log's replacement, or nothing for a deleted log.
type Accident = fn(Vec<u8>) -> Option<Vec<u8>>;

/// Damage that leaves the log's first frames and destroys the last messages.
const ACCIDENTS: [(&str, Accident); 6] = [
    ("one byte in its second half", |mut log| {
        let half = log.len() / 2;
        log[half] ^= 1;
        Some(log)
    }),
    ("noise in its second half", |mut log| {
        let half = log.len() / 2;
        log[half..].iter_mut().enumerate().for_each(|(at, byte)| *byte = (at * 7 + at / 251) as u8);
        Some(log)
    }),
    ("zeros in its second half", |mut log| {
        let half = log.len() / 2;
        log[half..].fill(0);
        Some(log)
    }),
    ("half of it", |mut log| {
        log.truncate(log.len() / 2);
        Some(log)
    }),
    ("one byte of its header", |mut log| {
        log[17] ^= 1;
        Some(log)
    }),
    ("nothing", |_| None),
];

fn log_of(data: &Path) -> PathBuf {
    data.join("relay.sqlite3-wal")
}

fn killed_with_three_messages(place: &Place) -> (Stopped, Phone, Phone) {
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    for text in ["one", "two", "three"] {
        drop(alice.run(&["send", "Bob", text]).expect(0));
    }
    (relay.kill(), alice, bob)
}

fn start(place: &Place, stopped: &Stopped, options: &[&str]) -> Process {
    let mut command = Relay::command(place, stopped.data(), "127.0.0.1:0");
    command.args(options);
    Process::start(command)
}

fn put(data: &Path, log: Option<&[u8]>) {
    match log {
        Some(log) => fs::write(log_of(data), log).unwrap(),
        None => fs::remove_file(log_of(data)).unwrap(),
    }
}

#[test]
fn a_damaged_log_is_noticed_whatever_was_done_to_it_and_nothing_is_changed_until_the_loss_is_accepted() {
    let place = Place::new();
    let (stopped, _alice, _bob) = killed_with_three_messages(&place);
    let data = stopped.data();
    let (database, whole) = (fs::read(data.join("relay.sqlite3")).unwrap(), fs::read(log_of(data)).unwrap());
    for (name, accident) in ACCIDENTS {
        let damaged = accident(whole.clone());
        put(data, damaged.as_deref());
        let refused = start(&place, &stopped, &[]).finish().expect(4);
        let refused =
            refused.says("of what this relay had accepted").says("missing").says("with --accept-loss");
        // If somebody typed that command as printed, it would create an empty relay in the usual place.
        assert!(!refused.err.contains("run --accept-loss"), "{}", refused.err);
        assert!(refused.out.is_empty(), "{name}");
        // If there is no log, SQLite creates an empty one when it reads.
        let left = fs::read(log_of(data)).unwrap_or_default();
        assert_eq!(left, damaged.clone().unwrap_or_default(), "{name}");
        assert_eq!(fs::read(data.join("relay.sqlite3")).unwrap(), database, "{name}");
        // An operator's commands do not overwrite the database either, and a reader of the rows says that some are
        // missing.
        let id = "00000000";
        let told =
            relay_command(&place, &["account", "remove", id, "--yes", "--data", data.to_str().unwrap()]);
        drop(told.expect(4).says("of what this relay had accepted"));
        if let Some(log) = &damaged {
            let read = relay_command(&place, &["ledger", "--json", "--data", data.to_str().unwrap()]);
            // Fragments that are no longer a database are shown to nobody.
            if read.status.success() {
                let word = read.json()["completeness"].as_str().unwrap().to_owned();
                // Without its header, nothing of the log can be read.
                let is_told =
                    word == "transactions-missing" || (word == "log-unfit" && name.contains("header"));
                assert!(is_told, "{name}: {word}");
            }
            assert_eq!(&fs::read(log_of(data)).unwrap(), log, "{name}");
        }
        put(data, Some(&whole));
    }
    // The control: the same log, as the kill left it.
    let relay = stopped.start_again(&place);
    drop(relay.stop().1.expect(0));
}

#[test]
fn messages_of_a_log_that_is_whole_are_all_there_and_a_loss_is_accepted_once() {
    for is_damaged in [false, true] {
        let place = Place::new();
        let (stopped, alice, bob) = killed_with_three_messages(&place);
        let data = stopped.data();
        if is_damaged {
            let log = fs::read(log_of(data)).unwrap();
            // The last frame contains the last commit.
            fs::write(log_of(data), &log[..log.len() - 1]).unwrap();
            drop(start(&place, &stopped, &[]).finish().expect(4).says("the last transaction is missing"));
            let mut relay = Relay::listen_with(&place, data, &stopped.host_and_port(), &["--accept-loss"]);
            let line = relay.wait_for_log(|line| line.contains("goes on without transactions"));
            assert!(line.contains("WARN") && line.contains("count=1"), "{line}");
            drop(relay.stop().1.expect(0));
        }
        // Nothing is missing from the rest, so no option is needed any more.
        let relay = stopped.start_again(&place);
        let texts = bob.inbox();
        assert_eq!(texts, if is_damaged { &["one", "two"][..] } else { &["one", "two", "three"] });
        drop(alice.run(&["send", "Bob", "after"]).expect(0));
        assert_eq!(bob.inbox(), ["after"]);
        drop(relay);
    }
}

#[test]
fn an_earlier_copy_of_the_database_is_told_from_the_one_that_it_replaces() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    let (file, copy) = (stopped.data().join("relay.sqlite3"), place.path("copy"));
    fs::copy(&file, &copy).unwrap();
    let relay = stopped.start_again(&place);
    drop(alice.run(&["send", "Bob", "later"]).expect(0));
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    let later = fs::read(&file).unwrap();
    fs::copy(&copy, &file).unwrap();
    drop(start(&place, &stopped, &[]).finish().expect(4).says("or the database is an earlier copy"));
    fs::write(&file, later).unwrap();
    let relay = stopped.start_again(&place);
    assert_eq!(bob.inbox(), ["later"]);
    drop(relay);
}

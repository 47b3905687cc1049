//! A full disk, a read-only disk, and a damaged one, under the relay and under a phone. The program prints a clear
//! sentence, ends with the documented exit code, and overwrites nothing. Nothing is lost once the disk is as it should
//! be.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use pillarbox_relay::store::RESERVE_FILE;
use pillarbox_testkit::program::{Phone, Place, Process, Relay, SmallDisk, Stopped, relay_command};
use rusqlite::Connection;

/// The size of the disk. It has room for a relay or a phone with two accounts and a few messages, and is soon full.
const KIBIBYTES: usize = 4 * 1024;

/// The bytes that a relay on such a disk reserves for removals.
const RESERVE: u64 = (KIBIBYTES as u64 * 1024) / 8;

#[test]
fn a_relay_whose_disk_is_full_accepts_nothing_and_loses_nothing() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = Relay::start(&place, &disk.folder().join("relay"));
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "before"]).expect(0));
    disk.fill();
    for text in ["first", "second"] {
        let kept = alice.run(&["send", "Bob", text]).expect(1).prints("Waiting on this phone");
        drop(kept.says("the relay has no room for anything new, or cannot write to its disk. Nothing of it was kept there."));
    }
    assert_eq!(alice.waiting(), 2);
    relay.wait_until("/readyz", |status, _| status == 503);
    drop(
        place
            .phone("late")
            .run(&["account", "create", "--relay", relay.address()])
            .expect(1)
            .says("its disk"),
    );
    // A message that it accepted before can still be fetched for good, because removals have reserved room.
    assert_eq!(bob.inbox(), ["before"]);
    let held = relay_command(&place, &["ledger", "--json", "--data", relay.data().to_str().unwrap()]);
    assert_eq!(held.expect(0).json()["messages"].as_array().unwrap().len(), 0);

    disk.make_room();
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!((alice.waiting(), bob.inbox()), (0, vec!["first".to_owned(), "second".to_owned()]));
    relay.wait_until("/readyz", |status, _| status == 200);
    drop(place.account(&relay, "late"));
    let (_stopped, ended) = relay.stop();
    drop(ended.expect(0).says("there is no room for anything new: the relay hands out what waits"));
}

#[test]
fn a_relay_starts_on_a_full_disk_hands_out_what_waits_and_closes_accounts() {
    for killed in [false, true] {
        let place = Place::new();
        let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
        let relay = Relay::start(&place, &disk.folder().join("relay"));
        let (alice, bob) = place.alice_and_bob(&relay);
        drop(alice.run(&["send", "Bob", "accepted"]).expect(0));
        let stopped = if killed {
            disk.fill();
            relay.kill()
        } else {
            let (stopped, ended) = relay.stop();
            drop(ended.expect(0));
            disk.fill();
            stopped
        };
        let relay = stopped.start_again(&place);
        relay.wait_until("/readyz", |status, body| status == 503 && body.contains("hands out what waits"));
        // A checkpoint of the log, in the background, frees room: enough for a message or for the reserve.
        std::thread::sleep(std::time::Duration::from_secs(2));
        let is_set_aside = relay.data().join(RESERVE_FILE).exists();
        disk.fill_but(if is_set_aside { 0 } else { RESERVE / 8 * 7 });
        drop(alice.run(&["send", "Bob", "kept"]).expect(1).says("has no room for anything new"));
        assert_eq!(bob.inbox(), ["accepted"], "killed: {killed}");
        drop(bob.run(&["account", "close", "--yes"]).expect(0));
        let held = relay_command(&place, &["ledger", "--json", "--data", relay.data().to_str().unwrap()]);
        assert_eq!(held.expect(0).json()["accounts"].as_array().unwrap().len(), 1);
        disk.make_room();
        relay.wait_until("/readyz", |status, _| status == 200);
        drop(place.account(&relay, "late"));
    }
}

#[test]
fn an_operator_makes_room_on_a_full_disk_and_phones_are_told_what_is_so() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = Relay::start(&place, &disk.folder().join("relay"));
    let (alice, bob) = place.alice_and_bob(&relay);
    let text = "x".repeat(12_000);
    for _ in 0..20 {
        drop(alice.run(&["send", "Bob", &text]).expect(0));
    }
    let data = relay.data().to_str().unwrap().to_owned();
    let id = |name: &Phone| {
        name.run(&["account", "show", "--json"]).expect(0).json()["account"].as_str().unwrap().to_owned()
    };
    let (alice_id, bob_id) = (id(&alice), id(&bob));
    let running = relay_command(&place, &["mailbox", "empty", &bob_id, "--data", &data, "--yes"]).expect(4);
    drop(running.says("a relay is running on this directory, and nothing was removed"));
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    disk.fill();
    let asked = relay_command(&place, &["mailbox", "empty", &bob_id, "--data", &data]).expect(1);
    drop(asked.says("nothing was removed yet. It would be: 20 waiting messages of"));
    let emptied = relay_command(&place, &["mailbox", "empty", &bob_id, "--data", &data, "--yes"]).expect(0);
    drop(emptied.prints("20 waiting messages of").prints("sees them as sent, and never as delivered"));
    let removed =
        relay_command(&place, &["account", "remove", &alice_id[..8], "--data", &data, "--yes"]).expect(0);
    drop(removed.prints("no waiting message").prints("one-time prekeys"));
    drop(
        relay_command(&place, &["account", "remove", &alice_id, "--data", &data, "--yes"])
            .expect(1)
            .says("no account"),
    );
    let relay = stopped.start_again(&place);
    assert!(bob.inbox().is_empty());
    drop(alice.run(&["inbox"]).expect(1).says("removed by whoever runs the relay"));
    drop(bob.run(&["send", "Alice", "are you there?"]).expect(1).says("no such account"));
    // The freed room is available to others as soon as the disk has room for the log that changes go through.
    disk.make_room();
    relay.wait_until("/readyz", |status, _| status == 200);
    let carol = place.account(&relay, "carol");
    carol.add(&bob);
    drop(carol.run(&["send", "Bob", "hello"]).expect(0));
    assert_eq!(bob.inbox(), ["hello"]);
}

#[test]
fn a_relay_killed_on_a_full_disk_starts_again_once_there_is_room() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = Relay::start(&place, &disk.folder().join("relay"));
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "accepted"]).expect(0));
    disk.fill();
    drop(alice.run(&["send", "Bob", "kept"]).expect(1));
    let stopped = relay.kill();
    disk.make_room();
    let relay = stopped.start_again(&place);
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(bob.inbox(), ["accepted", "kept"]);
    drop(relay);
}

#[test]
fn a_relay_on_a_read_only_disk_does_not_start_and_its_ledger_can_be_read() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = Relay::start(&place, &disk.folder().join("relay"));
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "kept"]).expect(0));
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    disk.set_read_only(true);
    let ended = Process::run(Relay::command(&place, stopped.data(), &stopped.host_and_port()), "").expect(4);
    drop(ended.says("cannot be used as a data directory").says("Make it writable"));
    let held = relay_command(&place, &["ledger", "--json", "--data", stopped.data().to_str().unwrap()]);
    assert_eq!(held.expect(0).json()["messages"].as_array().unwrap().len(), 1);
    disk.set_read_only(false);
    let relay = stopped.start_again(&place);
    assert_eq!(bob.inbox(), ["kept"]);
    drop(relay);
}

#[test]
fn a_phone_whose_disk_is_full_says_so_and_goes_on_once_there_is_room() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = place.relay();
    let alice = place.phone("alice").in_folder(disk.folder().join("alice"));
    alice.register(&relay, &[]);
    let bob = place.account(&relay, "bob");
    alice.add(&bob);
    bob.add(&alice);
    drop(alice.run(&["send", "Bob", "before"]).expect(0));
    disk.fill();
    const FULL: &str = "is full. What was stored before is safe. Make room and type the same command again.";
    drop(alice.run(&["send", "Bob", "during"]).expect(4).says(FULL));
    drop(bob.run(&["send", "Alice", "hello"]).expect(0));
    drop(alice.run(&["inbox"]).expect(4).says(FULL));
    let late = place.phone("late").in_folder(disk.folder().join("late"));
    let create = ["account", "create", "--relay", relay.address()];
    drop(late.run(&create).expect(4).says(FULL));

    disk.make_room();
    assert_eq!(alice.inbox(), ["hello"], "the relay kept what this phone could not");
    drop(alice.run(&["send", "Bob", "during"]).expect(0));
    assert_eq!(bob.inbox(), ["before", "during"]);
    drop(late.run(&create).expect(0));
}

#[test]
fn a_phone_on_a_read_only_disk_says_so_and_changes_nothing() {
    let place = Place::new();
    let Some(disk) = SmallDisk::mount(&place, KIBIBYTES) else { return };
    let relay = place.relay();
    let alice = place.phone("alice").in_folder(disk.folder().join("alice"));
    alice.register(&relay, &[]);
    let bob = place.account(&relay, "bob");
    alice.add(&bob);
    bob.add(&alice);
    drop(bob.run(&["send", "Alice", "hello"]).expect(0));
    disk.set_read_only(true);
    for arguments in [&["inbox"][..], &["send", "Bob", "not stored"], &["chat", "Bob"]] {
        drop(alice.run(arguments).expect(4).says("cannot be written. Allow it, or choose another directory"));
    }
    let late = place.phone("late").in_folder(disk.folder().join("late"));
    drop(late.run(&["account", "create", "--relay", relay.address()]).expect(4).says("cannot be written"));
    disk.set_read_only(false);
    assert_eq!(alice.inbox(), ["hello"]);
    drop(alice.run(&["send", "Bob", "stored"]).expect(0));
    assert_eq!(bob.inbox(), ["stored"]);
}

/// Damage by which a database stops being one: to its header, its tables, or its length.
const DAMAGES: [fn(&Path); 3] = [
    |file| overwrite(file, 0, 100),
    |file| overwrite(file, TABLES, 48 * 1024),
    |file| File::options().write(true).open(file).unwrap().set_len(TABLES + 1).unwrap(),
];

/// The start of the tables. The first page has at most this many bytes and names them.
const TABLES: u64 = 16 * 1024;

fn overwrite(file: &Path, from: u64, len: usize) {
    let mut file = File::options().write(true).open(file).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    file.write_all(&vec![0xA5; len]).unwrap();
}

/// Returns the path of a database's write-ahead log.
fn log(file: &Path) -> PathBuf {
    file.with_extension(format!("{}-wal", file.extension().unwrap().to_str().unwrap()))
}

/// Appends garbage to a file, as a write that a power cut interrupts may.
fn append_garbage(file: &Path) {
    assert!(file.metadata().unwrap().len() > 0, "there is a log");
    File::options().append(true).open(file).unwrap().write_all(&[0xA5; 20_000]).unwrap();
}

/// Returns a stopped relay that has a message for Bob, and its database.
fn relay_with_a_message(place: &Place) -> (Stopped, PathBuf, Phone, Phone) {
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "kept"]).expect(0));
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    let file = stopped.data().join("relay.sqlite3");
    (stopped, file, alice, bob)
}

/// Asserts that the relay does not start and states the reason.
fn does_not_start(place: &Place, stopped: &Stopped, why: &str) {
    let run = Relay::command(place, stopped.data(), &stopped.host_and_port());
    drop(Process::run(run, "").expect(4).says(why).says("from a copy"));
}

#[test]
fn a_relay_whose_database_is_damaged_does_not_start_and_writes_nothing_over() {
    let place = Place::new();
    let (stopped, file, _alice, bob) = relay_with_a_message(&place);
    let whole = fs::read(&file).unwrap();
    for (number, damage) in DAMAGES.into_iter().enumerate() {
        fs::write(&file, &whole).unwrap();
        damage(&file);
        let damaged = fs::read(&file).unwrap();
        let run = Relay::command(&place, stopped.data(), &stopped.host_and_port());
        let sentence = "the database is damaged";
        drop(Process::run(run, "").expect(4).says(sentence).says("keep the file and restore a copy"));
        let ledger = relay_command(&place, &["ledger", "--data", stopped.data().to_str().unwrap()]);
        drop(ledger.expect(4).says(sentence).says("PRAGMA integrity_check"));
        assert!(fs::read(&file).unwrap() == damaged, "damage {number} was written over");
    }
    fs::write(&file, &whole).unwrap();
    let relay = stopped.start_again(&place);
    assert_eq!(bob.inbox(), ["kept"], "with the copy put back it goes on");
    drop(relay);
}

#[test]
fn a_relay_whose_database_or_key_is_gone_does_not_begin_anew() {
    let place = Place::new();
    let (stopped, file, _alice, bob) = relay_with_a_message(&place);
    let whole = fs::read(&file).unwrap();
    for empty in [true, false] {
        fs::remove_file(&file).unwrap();
        if empty {
            fs::write(&file, []).unwrap();
        }
        does_not_start(&place, &stopped, "is missing or empty, and a relay has run here before");
        assert!(fs::read(&file).unwrap_or_default().is_empty());
    }
    fs::write(&file, &whole).unwrap();
    let key = stopped.data().join("relay.key");
    let secret = stopped.data().join("kept.key");
    fs::rename(&key, &secret).unwrap();
    does_not_start(&place, &stopped, "whose phones accept no other key");
    assert!(!key.exists(), "no other key is made");
    fs::rename(&secret, &key).unwrap();
    let relay = stopped.start_again(&place);
    assert_eq!(bob.inbox(), ["kept"]);
    drop(relay);
}

#[test]
fn garbage_at_the_end_of_the_relay_s_log_harms_nothing() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "accepted"]).expect(0));
    let stopped = relay.kill();
    append_garbage(&log(&stopped.data().join("relay.sqlite3")));
    let relay = stopped.start_again(&place);
    assert_eq!(bob.inbox(), ["accepted"]);
    drop(relay);
}

#[test]
fn a_waiting_message_that_the_relay_s_disk_has_damaged_is_told_and_later_ones_open() {
    let place = Place::new();
    let (stopped, file, alice, bob) = relay_with_a_message(&place);
    let rows = Connection::open(&file).unwrap();
    let payload: Vec<u8> = rows.query_row("SELECT payload FROM messages", [], |row| row.get(0)).unwrap();
    rows.close().unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.windows(payload.len()).position(|window| window == payload).unwrap();
    bytes[at + payload.len() / 2] ^= 1;
    fs::write(&file, &bytes).unwrap();
    let relay = stopped.start_again(&place);
    drop(bob.run(&["inbox"]).expect(0).says("would not open"));
    drop(alice.run(&["send", "Bob", "after it"]).expect(0));
    assert_eq!(bob.inbox(), ["after it"]);
    drop(relay);
}

#[test]
fn a_phone_whose_profile_is_damaged_says_so_and_writes_nothing_over() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(bob.run(&["send", "Alice", "hello"]).expect(0));
    let file = alice.folder().join("vault.sqlite");
    let whole = fs::read(&file).unwrap();
    for (number, damage) in DAMAGES.into_iter().enumerate() {
        fs::write(&file, &whole).unwrap();
        damage(&file);
        let damaged = fs::read(&file).unwrap();
        for arguments in
            [&["account", "show"][..], &["inbox"], &["send", "Bob", "not stored"], &["chat", "Bob"]]
        {
            drop(
                alice
                    .run(arguments)
                    .expect(4)
                    .says("is damaged")
                    .says("Put back a copy of the whole directory"),
            );
        }
        let create = alice.run(&["account", "create", "--relay", relay.address()]);
        drop(create.expect(4).says("There is a profile in"));
        assert!(fs::read(&file).unwrap() == damaged, "damage {number} was written over");
    }
    fs::write(&file, &whole).unwrap();
    assert_eq!(alice.inbox(), ["hello"], "with the copy put back it goes on");
}

#[test]
fn garbage_at_the_end_of_a_profile_s_log_harms_nothing() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.feed("typed\n");
    chat.wait_for(pillarbox_testkit::program::Stream::Out, |line| line.ends_with("typed"));
    drop(chat.kill());
    append_garbage(&log(&alice.folder().join("vault.sqlite")));
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(bob.inbox(), ["typed"]);
}

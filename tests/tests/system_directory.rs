//! The public log of keys as people experience it: phones that check it, an operator who writes a false entry into
//! it, and the audit, with the real programs.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use pillarbox_testkit::program::{Ended, Phone, Place, Relay, relay_command};
use rusqlite::Connection;

const WITH_LOG: &[&str] = &["--directory-log"];

fn start(place: &Place, data: &Path, listen: &str) -> Relay {
    Relay::listen_with(place, data, listen, WITH_LOG)
}

fn audit(place: &Place, whence: &str, heads: &Path) -> Ended {
    relay_command(place, &["log-audit", whence, "--heads", heads.to_str().unwrap()])
}

/// Alice and Bob, who both check the log and know each other.
fn people(place: &Place, relay: &Relay) -> (Phone, Phone) {
    let (alice, bob) = (place.account(relay, "alice"), place.account(relay, "bob"));
    for phone in [&alice, &bob] {
        drop(phone.run(&["directory", "on"]).expect(0).prints("This phone now checks the keys"));
    }
    alice.add(&bob);
    bob.add(&alice);
    (alice, bob)
}

/// Writes the heads that these phones have seen.
fn heads(place: &Place, phones: &[&Phone]) -> std::path::PathBuf {
    let file = place.path("heads");
    let lines: Vec<String> =
        phones.iter().map(|phone| phone.run(&["directory", "head"]).expect(0).out).collect();
    fs::write(&file, format!("# of two phones\n\n{}", lines.join("\n"))).unwrap();
    file
}

#[test]
fn a_false_entry_is_told_to_its_owner_and_a_log_that_was_changed_is_found_by_the_audit() {
    let place = Place::new();
    let data = place.path("relay");
    let relay = start(&place, &data, "127.0.0.1:0");
    let (alice, bob) = people(&place, &relay);
    drop(alice.run(&["send", "Bob", "hello"]).expect(0));
    drop(bob.run(&["inbox"]).expect(0).prints("hello"));
    let quiet = alice.run(&["inbox"]).expect(0);
    assert!(!quiet.tells("public log"), "{quiet:?}");

    let seen = heads(&place, &[&alice, &bob]);
    let address = relay.address().to_owned();
    let good = audit(&place, &address, &seen).expect(0);
    drop(good.prints("The log is in order: 2 entries of 2 accounts").prints("2 heads"));
    drop(audit(&place, data.to_str().unwrap(), &seen).expect(0).prints("The log is in order"));

    // The operator writes other keys into the log, in Alice's name.
    let stopped = relay.stop().0;
    let database = Connection::open(stopped.data().join("relay.sqlite3")).unwrap();
    let label: Vec<u8> =
        database.query_row("SELECT label FROM directory_log WHERE place = 0", [], |row| row.get(0)).unwrap();
    database
        .execute("INSERT INTO directory_log VALUES (2, ?1, 2, zeroblob(32), 1490193600000)", [label])
        .unwrap();
    drop(database);
    let relay = start(&place, &data, &stopped.host_and_port());
    drop(bob.run(&["inbox"]).expect(0));
    let warned = alice.run(&["inbox"]).expect(0);
    assert!(warned.tells("in your name that this phone did not make"), "{warned:?}");
    // To the audit the log is in order: it does not know whose keys are whose.
    drop(audit(&place, &address, &seen).expect(0).prints("4 entries of 2 accounts"));
    let seen = heads(&place, &[&alice, &bob]);

    // The operator removes the false entry, as if it had never been.
    let stopped = relay.stop().0;
    let database = Connection::open(stopped.data().join("relay.sqlite3")).unwrap();
    database.execute("DELETE FROM directory_log WHERE place >= 2", []).unwrap();
    drop(database);
    let folder = data.to_str().unwrap();
    let found = audit(&place, folder, &seen).expect(1);
    assert!(found.tells("a head was signed for 4 entries, and only 2 are here"), "{found:?}");
    let relay = start(&place, &data, &stopped.host_and_port());
    let found = audit(&place, &address, &seen).expect(1);
    assert!(found.tells("the log is wrong"), "{found:?}");
    let warned = alice.run(&["inbox"]).expect(0);
    assert!(warned.tells("it is not the log that this phone was shown before"), "{warned:?}");
    drop(relay.stop());
}

#[test]
fn where_there_is_no_log_everybody_says_so() {
    let place = Place::new();
    let relay = place.relay();
    let alice = place.account(&relay, "alice");
    let none = alice.run(&["directory", "head"]).expect(0);
    assert!(none.tells("does not check the relay's public log"), "{none:?}");
    drop(alice.run(&["directory", "on"]).expect(0));
    let warned = alice.run(&["inbox"]).expect(0);
    assert!(warned.tells("it shows no log"), "{warned:?}");
    drop(alice.run(&["directory", "off"]).expect(0).prints("no longer checks"));
    let quiet = alice.run(&["inbox"]).expect(0);
    assert!(!quiet.tells("public log"), "{quiet:?}");

    let nowhere = place.path("nowhere");
    let heads = place.path("heads");
    fs::write(&heads, "pillarbox-head-1 and so on\n").unwrap();
    drop(relay_command(&place, &["log-audit", relay.address()]).expect(1).says("has no public log of keys"));
    let folder = relay.data().to_str().unwrap();
    drop(relay_command(&place, &["log-audit", folder]).expect(1).says("no public log of keys"));
    drop(audit(&place, folder, &heads).expect(4).says("line 1"));
    drop(audit(&place, nowhere.to_str().unwrap(), &place.path("missing")).expect(4));
    drop(relay_command(&place, &["log-audit", nowhere.to_str().unwrap()]).expect(4));
    drop(relay_command(&place, &["log-audit", "pillarbox://nowhere"]).expect(3).says("cannot be used"));
    drop(relay.stop());
}

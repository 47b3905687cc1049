//! A contact's key changes. A phone sends nothing to a verified contact until its owner chooses, and reports the change
//! for any other contact.
//!
//! The dishonest relay is the real one over rows that were changed while it was stopped. It hands out Mallory's keys
//! for Bob's.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pillarbox_testkit::program::{Phone, Place, Relay};
use rusqlite::Connection;

const BOB: &str = "+447700900102";
const MALLORY: &str = "+447700900103";

/// Returns Alice, who has added Bob by his number and has not written yet, and Bob. Mallory has an account.
fn scene(place: &Place, relay: &Relay) -> (Phone, Phone) {
    let (alice, bob) = (place.account(relay, "alice"), place.phone("bob"));
    bob.register(relay, &["--number", BOB]);
    place.phone("mallory").register(relay, &["--number", MALLORY]);
    drop(alice.run(&["contact", "add", BOB, "--name", "Bob"]).expect(0).says("The relay introduced you"));
    (alice, bob)
}

/// Swaps the keys of Mallory's account and device with Bob's. A second call makes the relay honest again.
fn swap_keys(place: &Place, relay: Relay) -> Relay {
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    let mut file = Connection::open(stopped.data().join("relay.sqlite3")).unwrap();
    let rows = file.transaction().unwrap();
    let account = |handle: &str| -> Vec<u8> {
        rows.query_row("SELECT account FROM accounts WHERE handle = ?1", [handle], |row| row.get(0)).unwrap()
    };
    let (bob, mallory, nobody) = (account(BOB), account(MALLORY), vec![0; 16]);
    for (from, to) in [(&bob, &nobody), (&mallory, &bob), (&nobody, &mallory)] {
        for table in ["accounts", "devices"] {
            let changed = rows
                .execute(&format!("UPDATE {table} SET account = ?1 WHERE account = ?2"), [to, from])
                .unwrap();
            assert_eq!(changed, 1);
        }
    }
    // The number stays with the account that Alice knows. Only the keys behind it change.
    rows.execute("UPDATE accounts SET handle = NULL WHERE account IN (?1, ?2)", [&bob, &mallory]).unwrap();
    for (handle, account) in [(BOB, &bob), (MALLORY, &mallory)] {
        rows.execute(
            "UPDATE accounts SET handle = ?1 WHERE account = ?2",
            rusqlite::params![handle, account],
        )
        .unwrap();
    }
    rows.commit().unwrap();
    drop(file);
    stopped.start_again(place)
}

#[test]
fn a_verified_contacts_changed_key_blocks_until_somebody_chooses() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = scene(&place, &relay);
    bob.add(&alice);
    alice.verify("Bob", &bob, "Alice");
    let before = alice.number("Bob");

    let relay = swap_keys(&place, relay);
    let blocked = alice.run(&["send", "Bob", "for Bob's eyes"]).expect(1);
    let blocked = blocked
        .says("Bob's safety number has changed since you verified it. Nothing is sent until you choose.");
    let now = alice.number("Bob");
    let digits: String = blocked.err.chars().filter(char::is_ascii_digit).collect();
    assert!(before != now && digits.contains(&before) && digits.contains(&now), "both numbers are shown");
    assert_eq!(alice.trust("Bob"), "changed");
    for arguments in [&["send", "Bob", "again"][..], &["contact", "timer", "Bob", "1h"]] {
        drop(alice.run(arguments).expect(1).says("Nothing is sent until you choose"));
    }
    assert_eq!(alice.waiting(), 1, "the first waits, the second was not taken");
    // The number that was right before is wrong now, and no answer without a number helps.
    drop(alice.run(&["verify", "Bob", "--heard", &before]).expect(1).says("The numbers differ"));
    assert_eq!(alice.trust("Bob"), "changed");

    // An owner who chooses to continue loses the word "verified".
    drop(alice.run(&["contact", "accept", "Bob"]).expect(0).prints("NOT VERIFIED"));
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!((alice.waiting(), alice.trust("Bob")), (0, "unverified".to_owned()));
    drop(relay);
}

#[test]
fn a_verified_contact_whose_own_key_is_back_gets_what_waited() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = scene(&place, &relay);
    bob.add(&alice);
    alice.verify("Bob", &bob, "Alice");
    let relay = swap_keys(&place, relay);
    drop(alice.run(&["send", "Bob", "for Bob's eyes"]).expect(1));
    let relay = swap_keys(&place, relay);
    // The two meet and scan again.
    drop(alice.run(&["contact", "add", &bob.invitation()]).expect(0).prints("VERIFIED"));
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!((alice.trust("Bob"), bob.inbox()), ("verified".to_owned(), vec!["for Bob's eyes".to_owned()]));
    drop(relay);
}

#[test]
fn an_unverified_contacts_changed_key_is_told_and_sending_goes_on() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, _bob) = scene(&place, &relay);
    let relay = swap_keys(&place, relay);
    let sent = alice.run(&["send", "Bob", "for Bob's eyes"]).expect(0).prints("Sent");
    drop(sent.says(
        "Bob's safety number has changed: a new phone, a new account, or somebody in between. NOT VERIFIED",
    ));
    assert_eq!(alice.trust("Bob"), "unverified");
    drop(relay);
}

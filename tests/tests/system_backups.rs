//! Backups as their owner has them: switched on, kept fresh, restored on a new phone, and switched off. They have the
//! owner's key or the operator's.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pillarbox_testkit::program::{Ended, Phone, Place, Relay, relay_command};

const ALICE: &str = "+447700900101";
const OWNER_READS: &str = "Nobody but whoever has the key can read the backup";
const OPERATOR_READS: &str = "Whoever runs the relay can read the backup";

fn backing_up(place: &Place) -> Relay {
    Relay::listen_with(place, &place.path("relay"), "127.0.0.1:0", &["--verify-numbers", "--backups"])
}

/// Creates an account with the code that was sent to its number, or takes it over.
fn register(phone: &Phone, relay: &Relay) -> Ended {
    let mut create =
        vec!["account", "create", "--relay", relay.address(), "--number", ALICE, "--name", "Alice"];
    drop(phone.run(&create).expect(1));
    let rows = std::fs::read_to_string(relay.data().join("number-codes")).unwrap();
    let code = rows.lines().next_back().unwrap().split_whitespace().last().unwrap();
    create.extend(["--code", code]);
    phone.run(&create).expect(0)
}

/// Returns Alice, who has a number, and Bob, after one text each.
fn scene(place: &Place, relay: &Relay) -> (Phone, Phone) {
    let (alice, bob) = (place.phone("alice"), place.account(relay, "bob"));
    drop(register(&alice, relay));
    alice.add(&bob);
    bob.add(&alice);
    drop(alice.run(&["send", "Bob", "the ferry leaves at six"]).expect(0));
    assert_eq!(bob.inbox(), ["the ferry leaves at six"]);
    drop(bob.run(&["send", "Alice", "I will be there"]).expect(0));
    assert_eq!(alice.inbox(), ["I will be there"]);
    (alice, bob)
}

/// Returns the words that are shown, without their numbers.
fn words(ended: &Ended) -> String {
    let rows = ended.out.lines().filter(|line| line.starts_with("    "));
    let words: Vec<_> = rows.flat_map(str::split_whitespace).filter(|it| it.parse::<u8>().is_err()).collect();
    assert_eq!(words.len(), 24, "{ended:?}");
    words.join(" ")
}

/// Returns the kinds of deposit that the relay has.
fn held(place: &Place, relay: &Relay) -> Vec<String> {
    let data = relay.data().to_str().unwrap();
    let ledger = relay_command(place, &["ledger", "--data", data, "--json"]).expect(0).json();
    let deposits = ledger["deposits"].as_array().unwrap().iter();
    deposits.map(|row| row["kind"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_backup_comes_back_to_a_new_phone_with_the_key_that_was_written_down() {
    let place = Place::new();
    let relay = backing_up(&place);
    let (alice, _bob) = scene(&place, &relay);
    let on = alice.run(&["backup", "on"]).expect(0).prints("A backup with 2 texts lies at the relay.");
    let key = words(
        &on.prints(OWNER_READS).prints("The key is these 24 words.").prints("they are shown this once"),
    );
    assert_eq!(held(&place, &relay), ["backup-part"]);
    let again = alice.run(&["backup", "on"]).expect(0).says("The key is the one that was shown");
    for word in key.split(' ') {
        assert!(!again.out.contains(&format!(" {word}")), "shown once: {again:?}");
    }
    drop(alice.run(&["account", "show"]).expect(0).prints(OWNER_READS));

    let new = place.phone("new");
    drop(register(&new, &relay).prints("Account taken over."));
    let not_yet = new.run(&["backup", "on"]).expect(1).says("this phone has not taken it in");
    assert!(not_yet.next().unwrap().ends_with("backup restore"));
    for (typed, code, says) in [
        ("", 2, "nobody to ask"),
        ("a5a5", 2, "has 24 words, and this has 1"),
        (key.rsplit_once(' ').unwrap().0, 2, "has 24 words, and this has 23"),
        (&*format!("xyzzy {}", key.split_once(' ').unwrap().1), 2, "Word 1, \"xyzzy\", is not in the list"),
        (&*"zoo ".repeat(24), 2, "do not belong together"),
        (&*"0".repeat(64), 1, "Either the key is another one"),
    ] {
        drop(new.run_with(&["backup", "restore"], typed).expect(code).says(says));
        assert_eq!(new.run(&["contact", "list", "--plain"]).expect(0).out, "", "nothing was changed");
    }
    let spaced = key.to_uppercase().replace(' ', "\n   ");
    let back = new.run_with(&["backup", "restore"], &spaced).expect(0);
    let back = back.prints("Restored: 2 texts and 1 contact came back.").says("NOT VERIFIED");
    let history = new.run(&["history", "Bob"]).expect(0).prints("the ferry leaves at six");
    drop(history.prints("Bob (NOT VERIFIED)").prints("I will be there"));
    drop(new.run_with(&["backup", "restore"], &key).expect(0).prints("Restored: no texts and 0 contacts"));

    // The new phone's backups have their own key, and the old one opens none of them.
    let next = words(&new.follow(back.next().unwrap()).expect(0));
    assert_ne!(next, key);
    drop(new.run_with(&["backup", "restore"], &key).expect(1).says("Either the key is another one"));
    drop(new.run(&["backup", "off"]).expect(0).prints("The relay has deleted the backup."));
    assert!(held(&place, &relay).is_empty());
    drop(new.run(&["backup", "restore"]).expect(1).says("No backup of this account lies at the relay"));
    drop(new.run(&["backup", "off"]).expect(0).prints("No backup lies at the relay"));
}

#[test]
fn the_operators_key_needs_no_words_and_the_screen_says_who_can_read() {
    let place = Place::new();
    let relay = backing_up(&place);
    let (alice, _bob) = scene(&place, &relay);
    let own = alice.run(&["backup", "on", "--json"]).expect(0).json();
    assert_eq!(
        (own["key_holder"].as_str(), own["texts"].as_u64(), own["left"].as_bool()),
        (Some("own"), Some(2), Some(true))
    );
    let on = alice.run(&["backup", "on", "--key", "operator"]).expect(0).prints(OPERATOR_READS);
    assert!(!on.out.contains("24 words"), "{on:?}");
    assert_eq!(held(&place, &relay), ["backup-key", "backup-part"]);
    let data = relay.data().to_str().unwrap();
    let ledger = relay_command(&place, &["ledger", "--data", data, "--json"]).expect(0).out;
    assert!(!ledger.contains(own["key"].as_str().unwrap()), "the key at the relay is another one");

    let new = place.phone("new");
    drop(register(&new, &relay));
    let back = new.run(&["backup", "restore", "--json"]).expect(0).json();
    assert_eq!((back["texts"].as_u64(), back["operator_had_key"].as_bool()), (Some(2), Some(true)));
    // The owner returns to their own key, and the relay loses the key that it had.
    words(&new.run(&["backup", "on"]).expect(0).prints(OWNER_READS));
    assert_eq!(held(&place, &relay), ["backup-part"]);
}

#[test]
fn each_inbox_that_finds_something_changed_leaves_a_fresh_backup_also_after_the_relay_was_killed() {
    let place = Place::new();
    let relay = backing_up(&place);
    let (alice, bob) = scene(&place, &relay);
    let key = words(&alice.run(&["backup", "on"]).expect(0));
    let quiet = alice.run(&["inbox"]).expect(0).says("Nothing new.");
    assert!(!quiet.err.contains("backup"), "{quiet:?}");

    drop(bob.run(&["send", "Alice", "the second ferry too"]).expect(0));
    let stopped = relay.kill();
    // A command that does not reach the relay changes nothing.
    drop(alice.run(&["backup", "on", "--key", "operator"]).expect(3).says("was not reached"));
    drop(alice.run(&["account", "show"]).expect(0).prints(OWNER_READS));
    drop(alice.run(&["backup", "on"]).expect(3).prints("waits on this phone"));
    let relay = stopped.start_again(&place);
    drop(
        alice
            .run(&["inbox"])
            .expect(0)
            .prints("the second ferry too")
            .says("A fresh backup lies at the relay."),
    );

    let stopped = relay.kill();
    drop(alice.run(&["backup", "off"]).expect(3).prints("Backups are off on this phone."));
    let relay = stopped.start_again(&place);
    assert_eq!(held(&place, &relay), ["backup-part"]);
    drop(alice.run(&["inbox"]).expect(0));
    assert!(held(&place, &relay).is_empty(), "deleted at the next connection");
    drop(alice.run_with(&["backup", "restore"], &key).expect(1));
}

#[test]
fn a_relay_without_the_option_keeps_no_backups_and_an_account_without_a_number_is_warned() {
    let place = Place::new();
    let relay = place.relay();
    let alice = place.account(&relay, "alice");
    drop(alice.run(&["backup", "on"]).expect(1).says("start it with --backups"));
    drop(alice.run(&["backup", "restore"]).expect(1).says("This relay keeps no backups"));
    drop(alice.run(&["backup", "off"]).expect(0).prints("it had nothing to delete"));
    let (stopped, _) = relay.stop();
    let options = ["--backups"];
    let relay = Relay::listen_with(&place, stopped.data(), &stopped.host_and_port(), &options);
    drop(alice.run(&["backup", "on"]).expect(0).says("this account has no number"));
    let inventory = relay_command(&place, &["inventory", "--backups"]).expect(0);
    drop(inventory.prints("backup"));
    // A relay that no longer keeps backups accepts none, and `inbox` still works.
    let (_, ended) = relay.stop();
    drop(ended.expect(0).prints("backup, key of a backup"));
}

//! Disappearing messages. Both phones remove them, after the time that both were told.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::time::Instant;

use pillarbox_client::{EntryKind, Passphrase, Phone as Profile};
use pillarbox_testkit::PATIENCE;
use pillarbox_testkit::program::{Phone, Place};
use pillarbox_wire::Timestamp;

/// Returns the texts that a phone still has, shown or not. The library reads the vault itself. It is passed a time
/// before anything expires, so that it removes nothing meanwhile.
fn held(place: &Place, phone: &Phone) -> Vec<String> {
    let typed = std::fs::read_to_string(place.passphrase_file()).unwrap().trim().to_owned();
    let passphrase = Passphrase::new(typed).unwrap();
    let profile = Profile::open(&phone.folder(), &passphrase, Timestamp(0), &mut rand::rng()).unwrap();
    let mut texts = Vec::new();
    for contact in profile.contacts().unwrap() {
        for entry in profile.history(contact.account).unwrap() {
            if let EntryKind::Text(text) = entry.kind {
                texts.push(text);
            }
        }
    }
    texts
}

#[test]
fn a_message_disappears_from_both_phones_and_others_stay() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "this stays"]).expect(0));
    drop(alice.run(&["contact", "timer", "Bob", "2s"]).expect(0).prints("disappear after 2 seconds"));
    drop(alice.run(&["send", "Bob", "this goes"]).expect(0));
    let shown = bob.run(&["inbox"]).expect(0);
    drop(shown.prints("this stays").prints("[messages now disappear after 2 seconds]"));
    assert!(held(&place, &bob).contains(&"this goes".to_owned()), "until its time is over");
    assert!(bob.run(&["contact", "list"]).expect(0).out.contains("disappears: 2 seconds"));

    for phone in [&alice, &bob] {
        let until = Instant::now() + PATIENCE;
        loop {
            // Any command removes expired messages.
            drop(phone.run(&["contact", "list"]).expect(0));
            let left = held(&place, phone);
            if left == ["this stays"] {
                break;
            }
            assert!(Instant::now() < until, "{left:?}");
        }
    }
    assert_eq!(bob.inbox(), [""; 0]);
    drop(alice.run(&["contact", "timer", "Bob", "off"]).expect(0).prints("stay"));
    drop(alice.run(&["send", "Bob", "this stays too"]).expect(0));
    assert_eq!(bob.inbox(), ["this stays too"]);
}

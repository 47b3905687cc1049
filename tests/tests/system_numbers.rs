//! Somebody returns under a known number with other keys. With a code it is the same account. Without codes it is
//! another account, to which the number leads. The phones of people who know the number report that the safety
//! number has changed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::thread;
use std::time::{Duration, Instant};

use pillarbox_testkit::program::{Phone, Place, Process, Relay};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const ALICE: &str = "+447700900101";
const BOB: &str = "+447700900102";
const PROVES_NOTHING: &str = "A number proves nothing";
const STANDS_IN: &str = "stands in for the telephone network";

/// The number of times that a registration is killed. A contact's phone restarts a conversation with one person at most
/// four times an hour (`client/src/records/recovery.rs`), and each kill may leave the account with another phone.
const KILLS: usize = 4;

fn verifying(place: &Place) -> Relay {
    Relay::listen_with(place, &place.path("relay"), "127.0.0.1:0", &["--verify-numbers"])
}

/// Returns the newest code in the file that replaces the telephone network.
fn code(relay: &Relay, number: &str) -> String {
    let rows = std::fs::read_to_string(relay.data().join("number-codes")).unwrap();
    let row = rows.lines().rev().find(|row| row.contains(number)).unwrap();
    row.split_whitespace().last().unwrap().to_owned()
}

fn create<'a>(relay: &'a Relay, number: &'a str) -> Vec<&'a str> {
    vec!["account", "create", "--relay", relay.address(), "--number", number]
}

/// Creates an account with the code that was sent to its number.
fn register(phone: &Phone, relay: &Relay, number: &str) -> pillarbox_testkit::program::Ended {
    let refused = phone.run(&create(relay, number)).expect(1);
    drop(refused.says("the relay has sent a code to this number"));
    let code = code(relay, number);
    let mut arguments = create(relay, number);
    arguments.extend(["--code", &code]);
    phone.run(&arguments).expect(0)
}

/// Returns Alice and Bob, who have found each other by number and have talked.
fn scene(place: &Place, relay: &Relay) -> (Phone, Phone) {
    let (alice, bob) = (place.phone("alice"), place.phone("bob"));
    drop(register(&alice, relay, ALICE).prints("Account made."));
    drop(register(&bob, relay, BOB).says(STANDS_IN));
    let added =
        alice.run(&["contact", "add", BOB, "--name", "Bob"]).expect(0).prints("Added Bob. NOT VERIFIED.");
    drop(added.says(STANDS_IN));
    drop(bob.run(&["contact", "add", ALICE, "--name", "Alice"]).expect(0));
    drop(alice.run(&["send", "Bob", "hello"]).expect(0));
    assert_eq!(bob.inbox(), ["hello"]);
    drop(bob.run(&["send", "Alice", "hello yourself"]).expect(0));
    assert_eq!(alice.inbox(), ["hello yourself"]);
    (alice, bob)
}

fn account(phone: &Phone) -> String {
    let shown = phone.run(&["account", "show", "--json"]).expect(0).json();
    shown["account"].as_str().unwrap().split('.').next().unwrap().to_owned()
}

fn contacts(phone: &Phone) -> Vec<String> {
    let list = phone.run(&["contact", "list", "--plain"]).expect(0).out;
    list.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn without_codes_the_relay_and_both_commands_say_that_a_number_proves_nothing() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = (place.phone("alice"), place.phone("bob"));
    drop(alice.run(&create(&relay, ALICE)).expect(0).says(PROVES_NOTHING));
    drop(bob.run(&create(&relay, BOB)).expect(0));
    drop(alice.run(&["contact", "add", BOB]).expect(0).says(PROVES_NOTHING));
    let mut with_code = create(&relay, "+447700900109");
    with_code.extend(["--code", "123456"]);
    drop(place.phone("carol").run(&with_code).expect(1).says("sends no codes, and takes none"));
    let (_, ended) = relay.stop();
    drop(ended.expect(0).prints(PROVES_NOTHING));
}

#[test]
fn with_codes_the_relay_says_where_they_go_and_what_that_file_is() {
    let place = Place::new();
    let named = place.path("telephone network");
    let option = format!("--verify-numbers={}", named.display());
    let relay = Relay::listen_with(&place, &place.path("relay"), "127.0.0.1:0", &[&option]);
    let alice = place.phone("alice");
    drop(alice.run(&create(&relay, ALICE)).expect(1).says("--code CODE"));
    assert!(!alice.folder().exists(), "nothing is left of what was refused");
    assert!(std::fs::read_to_string(&named).unwrap().contains(ALICE));
    let (_, ended) = relay.stop();
    let ended = ended.expect(0).prints(STANDS_IN).prints("operator");
    assert!(!ended.out.contains(PROVES_NOTHING));
}

#[test]
fn a_new_phone_has_the_account_and_an_unverified_contacts_phone_says_so_and_goes_on() {
    let place = Place::new();
    let relay = verifying(&place);
    let (alice, bob) = scene(&place, &relay);
    let new = place.phone("new");
    let taken = register(&new, &relay, BOB).prints("Account taken over.");
    drop(taken.prints("the former phone is signed out").says(STANDS_IN));
    assert_eq!(account(&new), account(&bob));

    let sent = alice.run(&["send", "Bob", "still you?"]).expect(0).prints("Sent");
    drop(sent.says("Bob's safety number has changed"));
    assert_eq!((contacts(&alice), alice.trust("Bob")), (vec!["Bob".to_owned()], "unverified".to_owned()));
    assert_eq!(new.inbox(), ["still you?"]);
    // The former phone is told why it is no longer known.
    drop(bob.run(&["inbox"]).expect(1).says("another phone may have registered its number"));
}

#[test]
fn a_verified_contact_with_a_new_phone_is_not_written_to_until_somebody_chooses() {
    let place = Place::new();
    let relay = verifying(&place);
    let (alice, bob) = scene(&place, &relay);
    alice.verify("Bob", &bob, "Alice");
    let before = alice.number("Bob");
    let new = place.phone("new");
    drop(register(&new, &relay, BOB));

    let blocked = alice.run(&["send", "Bob", "for Bob's eyes"]).expect(1);
    let blocked = blocked
        .says("Bob's safety number has changed since you verified it. Nothing is sent until you choose.");
    let digits: String = blocked.err.chars().filter(char::is_ascii_digit).collect();
    assert!(digits.contains(&before) && digits.contains(&alice.number("Bob")), "both numbers are shown");
    assert_eq!((alice.trust("Bob"), alice.waiting()), ("changed".to_owned(), 1));
    assert_eq!(new.inbox(), [""; 0]);

    // The two compare numbers and find that it is Bob. The waiting message is sent.
    drop(new.run(&["contact", "add", ALICE, "--name", "Alice"]).expect(0));
    alice.verify("Bob", &new, "Alice");
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(new.inbox(), ["for Bob's eyes"]);
}

#[test]
fn whoever_reads_the_code_has_the_account_and_a_wrong_code_has_nothing() {
    let place = Place::new();
    let relay = verifying(&place);
    let (alice, bob) = scene(&place, &relay);
    let thief = place.phone("thief");
    drop(thief.run(&create(&relay, BOB)).expect(1));
    let code = code(&relay, BOB);
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    for (typed, exit, said) in [(wrong.as_str(), 1, "no longer good"), ("12345", 2, "a code has 6 digits")] {
        let mut arguments = create(&relay, BOB);
        arguments.extend(["--code", typed]);
        drop(thief.run(&arguments).expect(exit).says(said));
        assert!(!thief.folder().exists());
    }
    let mut other = create(&relay, "+447700900109");
    other.extend(["--code", &code]);
    drop(thief.run(&other).expect(1).says("no longer good"));

    let mut arguments = create(&relay, BOB);
    arguments.extend(["--code", &code]);
    drop(thief.run(&arguments).expect(0).prints("Account taken over."));
    assert_eq!(account(&thief), account(&bob));
    drop(alice.run(&["send", "Bob", "is it you?"]).expect(0).says("Bob's safety number has changed"));
    assert_eq!(thief.inbox(), ["is it you?"], "Alice has not compared numbers");
}

/// Without codes, the number is free as soon as its account is closed.
#[test]
fn a_number_with_a_new_account_is_the_same_contact_with_another_safety_number() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = (place.phone("alice"), place.phone("bob"));
    alice.register(&relay, &["--number", ALICE]);
    bob.register(&relay, &["--number", BOB]);
    drop(alice.run(&["contact", "add", BOB, "--name", "Bob"]).expect(0));
    bob.add(&alice);
    drop(alice.run(&["send", "Bob", "hello"]).expect(0));
    assert_eq!(bob.inbox(), ["hello"]);
    drop(alice.run(&["contact", "add", BOB]).expect(0).prints("You have Bob already. NOT VERIFIED."));
    alice.verify("Bob", &bob, "Alice");
    let before = alice.number("Bob");
    drop(bob.run(&["account", "close", "--yes"]).expect(0));
    let again = place.phone("again");
    let name = ["account", "create", "--relay", relay.address(), "--number", BOB, "--name", "Bob"];
    drop(again.run(&name).expect(0));

    // A new sender becomes a request. It names the contact that the writer claims to be.
    again.add(&alice);
    drop(again.run(&["send", "Alice", "my new phone"]).expect(0));
    let told = alice.run(&["inbox"]).expect(0);
    drop(
        told.says("calls itself \"Bob\", and you have a contact Bob, whose account is another one").says(BOB),
    );
    assert_eq!(contacts(&alice).len(), 2);

    let changed = alice.run(&["contact", "add", BOB]).expect(1);
    let changed = changed
        .says("Bob's safety number has changed since you verified it. Nothing is sent until you choose.");
    let digits: String = changed.err.chars().filter(char::is_ascii_digit).collect();
    assert!(digits.contains(&before), "the number that was verified is shown");
    assert_eq!((contacts(&alice), alice.trust("Bob")), (vec!["Bob".to_owned()], "changed".to_owned()));
    drop(alice.run(&["send", "Bob", "for Bob's eyes"]).expect(1));
    assert_eq!(again.inbox(), [""; 0]);
    // There is one conversation, with the texts to the former account and the texts of the new one.
    let history = alice.run(&["history", "Bob"]).expect(0).prints("hello");
    drop(history.prints("my new phone"));

    drop(alice.run(&["contact", "accept", "Bob"]).expect(0).prints("NOT VERIFIED"));
    drop(alice.run(&["send", "Bob", "welcome back"]).expect(0));
    assert_eq!(again.inbox(), ["welcome back"]);
}

#[test]
fn an_unverified_contacts_number_with_a_new_account_is_told_and_goes_on() {
    let place = Place::new();
    let relay = place.relay();
    let alice = place.account(&relay, "alice");
    let bob = place.phone("bob");
    bob.register(&relay, &["--number", BOB]);
    drop(alice.run(&["contact", "add", BOB, "--name", "Bob"]).expect(0));
    drop(bob.run(&["account", "close", "--yes"]).expect(0));
    let again = place.phone("again");
    again.register(&relay, &["--number", BOB]);
    let told = alice.run(&["contact", "add", BOB]).expect(0).says("Bob's safety number has changed");
    drop(told.prints("Bob goes on under the new key. NOT VERIFIED."));
    assert_eq!(contacts(&alice), ["Bob"]);
    drop(alice.run(&["send", "Bob", "is it you?"]).expect(0));
    assert_eq!(again.inbox(), ["is it you?"]);
}

/// Kills relay and phone at any moment of a registration. Afterwards the number has one account, the same as before,
/// with one of the two phones. That phone shows what a third person sends then.
#[test]
fn a_registration_that_is_killed_leaves_the_account_with_one_of_the_two_phones() {
    let place = Place::new();
    let mut relay = verifying(&place);
    let (alice, bob) = scene(&place, &relay);
    let mut dice = StdRng::seed_from_u64(rand::rng().random());
    let (mut holder, mut whole) = (bob, Duration::from_secs(2));
    let id = account(&holder);
    for kill in 0..KILLS {
        let new = place.phone(&format!("new{kill}"));
        // A restarted relay has sent no codes yet, and asks nobody to wait.
        drop(new.run(&create(&relay, BOB)).expect(1));
        let code = code(&relay, BOB);
        let mut arguments = create(&relay, BOB);
        arguments.extend(["--code", &code]);
        let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let start = Instant::now();
        let begun = Process::start(new.command(&arguments));
        thread::sleep(dice.random_range(whole / 3..whole));
        let stopped = if kill % 2 == 0 {
            drop(begun.kill());
            relay.kill()
        } else {
            let stopped = relay.kill();
            drop(begun.finish());
            whole = whole.min(start.elapsed());
            stopped
        };
        relay = stopped.start_again(&place);
        let text = format!("after {kill}");
        drop(alice.run(&["send", "Bob", &text]).expect(0));
        let former = holder.run(&["inbox", "--json"]);
        if former.status.code() == Some(0) {
            assert_eq!(former.json_lines().last().unwrap()["text"], text.as_str(), "kill {kill}");
        } else {
            assert_eq!(new.inbox(), [text], "kill {kill}");
            assert_eq!(account(&new), id);
            holder = new;
        }
    }
}

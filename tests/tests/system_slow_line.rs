//! A phone behind a slow line. A download that takes longer than any time-out for silence succeeds, as long as
//! bytes keep arriving.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use pillarbox_testkit::program::{Place, Relay, Stream};

/// The number of waiting texts, and the line's speed towards the phone in bytes a second. Together they take more
/// than a minute.
const WAITING: usize = 120;
const BYTES_A_SECOND: usize = 2_600;

/// The bytes that the line carries at once.
const PIECE: usize = 200;

/// The time without any byte after which a visit is given up.
const SILENCE: Duration = Duration::from_secs(60);

/// Carries bytes from one end to the other until one end is closed, with a pause after each piece.
fn carry(mut from: TcpStream, mut to: TcpStream, pause: Duration) {
    let mut piece = [0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        if to.write_all(piece.get(..length).unwrap()).is_err() {
            return;
        }
        thread::sleep(pause);
    }
}

/// Creates a line to the relay that is slow towards the phone, and returns the address for the phone.
fn slow_line(relay: &Relay) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (scheme, rest) = relay.address().split_once("://").unwrap();
    let (behind, key) = rest.split_once('/').unwrap();
    let (behind, here) = (behind.to_owned(), listener.local_addr().unwrap());
    let pause =
        Duration::from_secs(1) * u32::try_from(PIECE).unwrap() / u32::try_from(BYTES_A_SECOND).unwrap();
    thread::spawn(move || {
        while let Ok((phone, _)) = listener.accept() {
            let relay = TcpStream::connect(&behind).unwrap();
            let (phone_too, relay_too) = (phone.try_clone().unwrap(), relay.try_clone().unwrap());
            thread::spawn(move || carry(phone_too, relay_too, Duration::ZERO));
            thread::spawn(move || carry(relay, phone, pause));
        }
    });
    format!("{scheme}://{here}/{key}")
}

#[test]
fn a_mailbox_that_takes_minutes_to_come_is_fetched_by_one_inbox() {
    let place = Place::new();
    let relay = place.relay();
    let alice = place.account(&relay, "alice");
    let bob = place.phone("bob");
    let line = slow_line(&relay);
    drop(bob.run(&["account", "create", "--relay", &line, "--name", "Bob"]).expect(0));
    alice.add(&bob);
    bob.add(&alice);
    let said: Vec<String> = (0..WAITING).map(|number| format!("text {number}")).collect();
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.feed(&format!("{}\n", said.join("\n")));
    chat.wait_for(Stream::Err, |line| line.contains(&format!("Message {WAITING}: sent.")));
    drop(chat.finish().expect(0));

    let begun = Instant::now();
    let mut inbox = bob.start(&["inbox", "--json"]);
    let last = format!("\"text\":\"text {}\"", WAITING - 1);
    inbox.wait_long_for(Stream::Out, |line| line.contains(&last));
    let shown = inbox.finish().expect(0).json_lines();
    assert!(
        begun.elapsed() > SILENCE,
        "it came within {:?}: the line is too fast for this test",
        begun.elapsed()
    );
    let shown: Vec<_> = shown.iter().filter_map(|message| message["text"].as_str()).collect();
    assert_eq!(shown, said);
    drop(relay);
}

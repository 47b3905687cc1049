//! Strangers at a phone, with each program as it ships: hundreds of throw-away accounts, honest newcomers among them,
//! and the owner's means against the throw-away accounts.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod crowd;

use pillarbox_testkit::program::{Phone, Place, Relay, Stream};

use self::crowd::{Said, crowd};

const NUMBER: &str = "+447700900123";

/// Limits that simulate somebody with any number of network addresses, and a window that is smaller than the number
/// of messages that stay at the relay.
const LIMITS: &str = r#"{"register":{"burst":100000,"every":1},"bundles_of_one":{"burst":100000,"every":1},"window_messages":16}"#;

fn relay(place: &Place) -> Relay {
    let limits = place.path("limits.json");
    std::fs::write(&limits, LIMITS).unwrap();
    Relay::listen_with(place, &place.path("relay"), "127.0.0.1:0", &["--limits", limits.to_str().unwrap()])
}

fn bob(place: &Place, relay: &Relay) -> Phone {
    let bob = place.phone("bob");
    bob.register(relay, &["--number", NUMBER]);
    bob
}

fn texts(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| format!("stranger {number}")).collect()
}

fn garbage(count: u8) -> impl Iterator<Item = Said> {
    (0..count).map(|number| Said::Garbage(vec![number % 4; 1 + usize::from(number)]))
}

#[test]
fn six_hundred_throw_away_accounts_silence_no_newcomer_and_all_are_heard_once() {
    let place = Place::new();
    let relay = relay(&place);
    let bob = bob(&place, &relay);
    let invitation = bob.invitation();
    let said = texts(0..600);
    crowd(relay.address(), &invitation, garbage(100));
    crowd(relay.address(), &invitation, said.iter().cloned().map(Said::Text));
    // Carol received Bob's invitation. Dave has found him by his number.
    let (carol, dave) = (place.account(&relay, "carol"), place.account(&relay, "dave"));
    drop(carol.run(&["contact", "add", &invitation, "--name", "Bob"]).expect(0));
    drop(dave.run(&["contact", "add", NUMBER, "--name", "Bob"]).expect(0));
    for newcomer in [&carol, &dave] {
        drop(newcomer.run(&["send", "Bob", "hello from somebody new"]).expect(0));
    }

    let mut inbox = bob.start(&["inbox", "--json"]);
    inbox.wait_long_for(Stream::Out, |line| line.contains("stranger 599"));
    let inbox = inbox.finish().expect(0);
    let inbox = inbox.says("messages from people whom you have not added would not open");
    let inbox = inbox.says("requests that you had seen and not answered gave way to newer ones");
    let mut heard: Vec<String> =
        inbox.json_lines().iter().map(|line| line["text"].as_str().unwrap().to_owned()).collect();
    let newcomers = heard.iter().filter(|text| *text == "hello from somebody new").count();
    assert_eq!(newcomers, 2, "in the first look at the inbox");
    heard.retain(|text| text != "hello from somebody new");
    let mut said = said;
    heard.sort();
    said.sort();
    assert_eq!(heard, said, "each once");
    let list = bob.run(&["contact", "list", "--plain"]).expect(0);
    assert!(list.out.lines().count() <= 501, "{}", list.out.lines().count());
    assert_eq!(bob.inbox(), [""; 0]);

    // All of them are removed at once, except those who were answered.
    let number = |name: &str| {
        let list = bob.run(&["contact", "list", "--json"]).expect(0).json();
        let known = list["contacts"].as_array().unwrap().iter();
        let account = name.parse::<pillarbox_client::Invitation>().unwrap().account.to_string();
        known.into_iter().find(|known| known["account"] == account.as_str()).unwrap()["contact"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let carol_here = number(&carol.invitation());
    drop(bob.run(&["send", &carol_here, "hello Carol"]).expect(0));
    drop(bob.run(&["contact", "remove", "--strangers"]).expect(2).says("add --yes"));
    drop(bob.run(&["contact", "remove", "--strangers", "--yes"]).expect(0).prints("Removed 50"));
    let list = bob.run(&["contact", "list", "--plain"]).expect(0);
    assert_eq!(list.out.lines().count(), 1, "{}", list.out);
    assert!(list.out.starts_with(&carol_here));
    let none = bob.run(&["contact", "remove", "--strangers", "--yes"]).expect(0);
    drop(none.prints("Nobody whom you did not add waits for an answer."));
}

#[test]
fn a_chat_goes_on_while_a_crowd_writes_and_its_messages_wait_for_the_inbox() {
    let place = Place::new();
    let relay = relay(&place);
    let (alice, bob) = (place.account(&relay, "alice"), bob(&place, &relay));
    alice.add(&bob);
    bob.add(&alice);
    let invitation = bob.invitation();
    let mut chat = bob.start(&["chat", "Alice"]);
    chat.wait_for(Stream::Err, |line| line.starts_with("Talking with Alice"));
    crowd(relay.address(), &invitation, garbage(100));
    let said = texts(0..560);
    crowd(relay.address(), &invitation, said.iter().cloned().map(Said::Text));
    drop(alice.run(&["send", "Bob", "still there?"]).expect(0));
    chat.wait_long_for(Stream::Out, |line| line.starts_with("Alice") && line.ends_with("still there?"));
    chat.feed("/quit\n");
    let chat = chat.finish().expect(0).says("`inbox` shows them and makes room");
    let floods = chat.err.lines().filter(|line| line.contains("would not open")).count();
    assert!(floods <= 6, "{floods} lines about what does not open");
    let mut heard = bob.inbox();
    heard.sort();
    let mut said = said;
    said.sort();
    assert_eq!(heard, said);
}

#[test]
fn whoever_is_blocked_is_not_heard_is_not_told_and_can_be_heard_again() {
    let place = Place::new();
    let relay = relay(&place);
    let (alice, bob) = place.alice_and_bob(&relay);
    let mallory = place.account(&relay, "mallory");
    mallory.add(&bob);
    drop(mallory.run(&["send", "Bob", "before"]).expect(0));
    assert_eq!(bob.inbox(), ["before"]);
    let account = mallory.invitation().parse::<pillarbox_client::Invitation>().unwrap().account.to_string();
    let name = "Mallory";
    drop(bob.run(&["contact", "rename", &account[..8], name]).expect(0));

    let blocked = bob.run(&["contact", "block", name]).expect(0);
    drop(blocked.prints("What they send from now on is dropped unread").says("They are not told"));
    drop(bob.run(&["contact", "block", &account.to_uppercase()]).expect(0).prints("is blocked already"));
    drop(mallory.run(&["send", "Bob", "after"]).expect(0).prints("Sent: the relay keeps it for Bob."));
    drop(alice.run(&["send", "Bob", "hello"]).expect(0));
    assert_eq!(bob.inbox(), ["hello"]);
    let sent = mallory.run(&["history", "Bob", "--plain"]).expect(0);
    assert!(sent.out.lines().all(|line| line.split('\t').nth(1) == Some("sent")), "{}", sent.out);
    drop(bob.run(&["send", name, "no"]).expect(1).says("You have blocked"));
    drop(bob.run(&["contact", "timer", name, "1h"]).expect(1).says("You have blocked"));
    drop(bob.run_with(&["chat", name], "no\n").expect(1).says("You have blocked"));
    let list = bob.run(&["contact", "list"]).expect(0);
    assert!(list.out.lines().any(|line| line.starts_with(name) && line.ends_with("blocked")), "{}", list.out);
    assert_eq!(bob.run(&["contact", "list", "--blocked"]).expect(0).out.lines().count(), 1);

    // Forgotten contacts are still blocked, by account.
    drop(bob.run(&["contact", "remove", name, "--yes"]).expect(0));
    drop(mallory.run(&["send", "Bob", "and again"]).expect(0));
    assert_eq!(bob.inbox(), [""; 0]);
    let list = bob.run(&["contact", "list", "--blocked", "--json"]).expect(0).json();
    assert_eq!(
        (&list["contacts"], &list["accounts"]),
        (&serde_json::json!([]), &serde_json::json!([account]))
    );
    drop(bob.run(&["contact", "list", "--blocked"]).expect(0).prints(&account));
    drop(bob.run(&["contact", "block", "nobody"]).expect(1).says("There is no contact called nobody"));

    drop(bob.run(&["contact", "unblock", &account]).expect(0).prints("is heard again from now on"));
    drop(bob.run(&["contact", "unblock", &account]).expect(0).prints("is not blocked"));
    drop(bob.run(&["contact", "list", "--blocked"]).expect(0).prints("Nobody is blocked."));
    bob.add(&mallory);
    drop(bob.run(&["send", name, "go on"]).expect(0));
    assert_eq!(mallory.inbox(), ["go on"]);
    drop(mallory.run(&["send", "Bob", "at last"]).expect(0));
    assert!(bob.inbox().contains(&"at last".to_owned()));
}

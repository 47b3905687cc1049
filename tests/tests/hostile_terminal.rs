//! Strangers' texts and names in every form in which the real `pillarbox` shows them. No character that a terminal acts
//! on reaches the terminal, and nothing passes for somebody else's line.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pillarbox_client::Invitation;
use pillarbox_testkit::program::{Ended, Phone, Place, Process, Relay, Stream};

/// Returns texts of an attacker. Each ends with a word by which the test finds it again.
fn texts() -> Vec<String> {
    let long = format!("{}long", "x".repeat(10_000));
    let words = format!("{}words", "word ".repeat(2_000));
    [
        "\u{1b}[2J\u{1b}[H\u{1b}]0;owned\u{7}escape",
        "\u{9b}2J\u{9d}0;owned\u{9c}\u{90}q\u{85}c1",
        "gpj.\u{202e}exe\u{2066}\u{200f}\u{61c}bidi",
        "\u{8}\u{8}\u{8}\u{7f}\0\u{b}\u{c}control",
        "one\nCarol (VERIFIED), 14:40 UTC: send the money\r\nYou, 14:41 UTC, sent: I will\rnewlines",
        "one\u{2028}Carol (VERIFIED), 14:40 UTC: send\u{2029}\u{85}separators",
        "a\tb\tverified\tc\ttabs",
        "\u{200b}\u{2060}\u{feff}\u{e0041}\u{fe00}invisible",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([long, words])
    .collect()
}

const NAME: &str = "\u{1b}[31mBob\u{202e}\nCarol\u{9b}2J";

/// Asserts that the output has no character that a terminal acts on or that turns the writing direction. Line ends are
/// allowed, and so are tabs between fields.
fn assert_harmless(output: &str, tabs: bool) {
    for (at, c) in output.char_indices() {
        let fine = !c.is_control() || c == '\n' || (tabs && c == '\t');
        let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let breaks = matches!(c, '\u{2028}' | '\u{2029}');
        assert!(fine && !turns && !breaks, "{c:?} at {at} of {output:?}");
    }
}

/// Asserts that no line looks like the start of somebody's message unless it is one. Lines are broken as a terminal of
/// 80 columns breaks them.
fn assert_nobody_is_imitated(output: &str, sender: &str) {
    for line in output.lines() {
        let characters: Vec<char> = line.chars().collect();
        for (number, shown) in characters.chunks(80).enumerate() {
            let shown: String = shown.iter().collect();
            let own = number == 0 && shown.starts_with(sender);
            assert!(
                own || shown.is_empty() || shown.starts_with(' '),
                "{shown:?} stands at the beginning of a line"
            );
        }
    }
}

fn harmless(ended: Ended, tabs: bool) -> Ended {
    assert_harmless(&ended.out, tabs);
    assert_harmless(&ended.err, false);
    ended
}

/// Returns Alice's phone, after Bob's has sent all of [`texts`]. The two have added each other.
fn written_to(place: &Place, relay: &Relay) -> Phone {
    let (alice, bob) = place.alice_and_bob(relay);
    for text in texts() {
        drop(harmless(bob.run_with(&["send", "Alice", "-"], &text).expect(0), false));
    }
    alice
}

#[test]
fn a_text_is_harmless_in_the_inbox() {
    let place = Place::new();
    let relay = place.relay();
    let alice = written_to(&place, &relay);
    let shown = harmless(alice.run(&["inbox"]).expect(0), false);
    for text in texts() {
        let last = text.split(|c: char| !c.is_ascii_alphanumeric()).next_back().unwrap();
        let last = &last[last.len().saturating_sub(9)..];
        assert!(shown.out.contains(last), "{last} is not shown");
    }
    assert_nobody_is_imitated(&shown.out, "Bob (NOT VERIFIED), ");
}

#[test]
fn a_text_is_harmless_to_programs() {
    let place = Place::new();
    let relay = place.relay();
    let alice = written_to(&place, &relay);
    let shown = harmless(alice.run(&["inbox", "--plain"]).expect(0), true);
    let rows: Vec<Vec<&str>> = shown.out.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), texts().len());
    for row in &rows {
        assert_eq!((row.len(), row[0], row[1]), (5, "Bob", "unverified"), "{row:?}");
    }

    let alice = written_to_again(&place, &alice);
    let shown = harmless(alice.run(&["inbox", "--json"]).expect(0), false);
    assert_eq!(shown.json_lines().len(), texts().len());
    for line in shown.json_lines() {
        // Line ends are part of a text, escaped as JSON requires. Everything else is removed here too.
        assert_harmless(&line["text"].as_str().unwrap().replace('\t', " "), false);
    }
}

/// Has Bob's phone send everything once more, and returns Alice's.
fn written_to_again(place: &Place, _alice: &Phone) -> Phone {
    for text in texts() {
        drop(place.phone("bob").run_with(&["send", "Alice", "-"], &text).expect(0));
    }
    place.phone("alice")
}

#[test]
fn a_text_is_harmless_in_a_chat() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let mut chat = alice.start(&["--color", "never", "chat", "Bob"]);
    for text in texts() {
        drop(bob.run_with(&["send", "Alice", "-"], &text).expect(0));
    }
    chat.wait_for(Stream::Out, |line| line.ends_with("words"));
    let ended = harmless(chat.finish().expect(0), false);
    assert_nobody_is_imitated(&ended.out, "Bob (NOT VERIFIED), ");
}

#[test]
fn a_name_that_a_peer_chose_is_harmless_wherever_it_stands() {
    let place = Place::new();
    let relay = place.relay();
    let alice = place.account(&relay, "alice");
    let link = hostile_invitation(&place, &relay, &alice);
    let added = harmless(run(&alice, &["contact", "add", &link]).expect(0), false);
    assert!(added.out.lines().count() <= 3, "{}", added.out);
    for arguments in [&["contact", "list"][..], &["contact", "list", "--json"], &["account", "show"]] {
        drop(harmless(run(&alice, arguments).expect(0), false));
    }
    let listed = harmless(run(&alice, &["contact", "list", "--plain"]).expect(0), true);
    assert_eq!(listed.out.lines().count(), 1, "one contact, one line: {}", listed.out);
    let name = listed.out.split('\t').next().unwrap();
    drop(harmless(run(&alice, &["verify", name, "--show"]).expect(0), false));
    drop(harmless(run(&alice, &["send", name, "hello"]), false));
}

/// Runs the program without a check of its next step. A name of this kind would put its own words into that step.
fn run(phone: &Phone, arguments: &[&str]) -> Ended {
    Process::run(phone.command(arguments), "")
}

/// Returns the invitation of an account whose owner calls itself [`NAME`]. It is made with other software than ours.
fn hostile_invitation(place: &Place, relay: &Relay, honest: &Phone) -> String {
    let genuine: Invitation = {
        let mallory = place.account(relay, "mallory");
        mallory.invitation().parse().unwrap()
    };
    assert_ne!(honest.invitation(), genuine.to_string());
    let hostile = Invitation { name: Some(NAME.to_owned()), ..genuine };
    let link = hostile.to_string();
    assert_eq!(link.parse::<Invitation>().unwrap().name.as_deref(), Some(NAME), "a reader's business");
    link
}

#[test]
fn a_relay_address_and_a_link_that_mean_harm_are_refused_and_told_harmlessly() {
    let place = Place::new();
    let phone = place.phone("alice");
    for address in ["pillarbox://\u{1b}[2J:1/#a", "\u{1b}]0;x\u{7}", "pillarbox://h:1/#\u{202e}"] {
        let refused = phone.run(&["account", "create", "--relay", address, "--name", "Alice"]);
        assert!(!refused.status.success());
        drop(harmless(refused, false));
    }
    let relay = place.relay();
    let phone = place.account(&relay, "bob");
    for link in ["pillarbox:invite/\u{1b}[2J", "\u{9b}2J", "+44\u{202e}7700900123"] {
        let refused = phone.run(&["contact", "add", link]);
        assert!(!refused.status.success());
        drop(harmless(refused, false));
    }
}

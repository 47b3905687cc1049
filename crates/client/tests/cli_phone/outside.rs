//! Input from outside is read by one rule: passphrases, invitations, addresses, messages.

use super::support::{Phone, Place, Process, surroundings};

/// Creates an account whose passphrase file holds these bytes.
fn created_with(place: &Place, profile: &str, passphrase: &[u8]) -> Phone {
    let phone = place.phone(profile);
    let mut create = with_passphrase(&phone, passphrase);
    create.args(["account", "create", "--relay", &place.relay.address()]);
    Process::run(create, "").expect(0);
    phone
}

/// Returns the program on a phone's profile, with these bytes as the passphrase file.
fn with_passphrase(phone: &Phone, passphrase: &[u8]) -> std::process::Command {
    let place = phone.place();
    let file = place.secret("another-passphrase", "");
    std::fs::write(&file, passphrase).unwrap();
    let mut command = place.command(place.programs().phone());
    command.arg("--data").arg(phone.folder()).arg("--passphrase-file").arg(file);
    command
}

#[test]
fn a_passphrase_is_the_same_from_every_editor_and_keyboard() {
    let place = Place::new();
    for (at, made) in ["\u{feff}caf\u{e9} au lait\r\n", "cafe\u{301} au lait", "caf\u{e9}\u{a0}au lait\n"]
        .into_iter()
        .enumerate()
    {
        let phone = created_with(&place, &format!("phone{at}"), made.as_bytes());
        let show = |passphrase: &str| {
            let mut show = with_passphrase(&phone, passphrase.as_bytes());
            show.args(["account", "show"]);
            Process::run(show, "")
        };
        for typed in ["caf\u{e9} au lait", "cafe\u{301} au lait\r\n", "\u{feff}caf\u{e9} au lait\n"] {
            show(typed).expect(0);
        }
        for wrong in ["cafe au lait", "Caf\u{e9} au lait", "caf\u{e9} au lait "] {
            assert!(show(wrong).expect(4).tells("does not open this profile"));
        }
    }
}

#[test]
fn a_passphrase_from_a_descriptor_is_read_by_the_same_rule() {
    let place = Place::new();
    let phone = created_with(&place, "phone", "caf\u{e9}".as_bytes());
    let mut show = place.bare();
    show.arg("--data").arg(phone.folder()).args(["--passphrase-fd", "0", "account", "show"]);
    Process::run(show, "\u{feff}cafe\u{301}\r\n").expect(0);
}

#[test]
fn a_passphrase_of_a_mark_alone_is_empty() {
    let place = Place::new();
    let phone = place.phone("phone");
    let mut create = with_passphrase(&phone, "\u{feff}\r\n".as_bytes());
    create.args(["account", "create", "--relay", &place.relay.address()]);
    assert!(Process::run(create, "").expect(2).tells("The passphrase is empty"));
}

#[test]
fn an_invitation_and_an_address_are_read_out_of_what_copying_puts_around_them() {
    let place = Place::new();
    let alice = place.account("alice");
    let link = place.account("bob").invitation();
    for (before, after) in [
        ("\u{feff}", "\r\n"),
        ("\"", "\""),
        ("<", ">"),
        (" '", "' "),
        ("\u{201c}", "\u{201d}\n"),
        ("\u{200b}", "\u{a0}"),
    ] {
        let around = format!("{before}{link}{after}");
        alice.run(&["contact", "add", &around]).expect(0);
        alice.run_with(&["contact", "add", "-"], &around).expect(0);
    }
    for (at, (before, after)) in
        [("", " "), ("\u{feff}", "\r\n"), ("<", ">"), ("\"", "\"")].into_iter().enumerate()
    {
        let relay = format!("{before}{}{after}", place.relay.address());
        place.phone(&format!("phone{at}")).run(&["account", "create", "--relay", &relay]).expect(0);
    }
}

#[test]
fn a_safety_number_is_read_however_it_is_set_apart() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let number = bob.number("Alice");
    let groups: Vec<_> = (0..60).step_by(5).map(|at| &number[at..at + 5]).collect();
    for between in [" ", "-", "\u{2011}", "\u{a0}", "\r\n", ". "] {
        let heard = format!("\u{feff}{}\r\n", groups.join(between));
        alice.run(&["verify", "Bob", "--heard", &heard]).expect(0);
        alice.run_with(&["verify", "Bob"], &heard).expect(0);
        bob.run_with(
            &["chat", "Alice"],
            &format!("/verify {}\n", groups.join(between).replace(['\r', '\n'], " ")),
        )
        .expect(0);
    }
    alice.run(&["verify", "Bob", "--heard", &format!("{}l", &number[..59])]).expect(2);
}

#[test]
fn a_message_from_standard_input_has_no_mark_and_one_kind_of_line_end() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    alice.run_with(&["send", "Bob", "-"], "\u{feff}one\r\ntwo\r\n").expect(0);
    alice.run_with(&["chat", "Bob"], "\u{feff}three\r\n/quit\r\n").expect(0);
    // The text is as long as a message may be, and a third longer with Windows' line ends.
    let long = "ab\n".repeat(pillarbox_client::body::MAX_TEXT_LEN / 3);
    alice.run_with(&["send", "Bob", "-"], &long.replace('\n', "\r\n")).expect(0);
    alice.run_with(&["send", "Bob", "-"], &format!("{long}{long}{long}")).expect(2);
    bob.run(&["inbox"]).expect(0);
    let history = alice.run(&["history", "Bob", "--json"]).expect(0).out;
    let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].clone();
    let texts: Vec<_> = history.lines().map(text).collect();
    assert_eq!(texts[0], "one\ntwo");
    assert_eq!(texts[1], "three");
    assert_eq!(texts[2], long.trim_end_matches('\n'));
}

#[test]
fn a_text_in_which_nothing_can_be_seen_is_refused_like_an_empty_one() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    for blank in
        ["", "   ", "\u{a0}", "\u{200b}", "\u{feff}", "\u{2800}", "\t\n", "\u{202e}\u{202c}", "\u{3164}"]
    {
        assert!(alice.run(&["send", "Bob", blank]).expect(2).tells("the message is empty"), "{blank:?}");
        alice.run_with(&["send", "Bob", "-"], blank).expect(2);
    }
    alice.run_with(&["chat", "Bob"], " \n\u{a0}\n\u{200b}\n").expect(0);
    assert_eq!(alice.run(&["history", "Bob", "--plain"]).expect(0).out, "");
    alice.run(&["send", "Bob", "\u{200b}seen"]).expect(0);
}

#[test]
fn help_that_nobody_can_be_shown_is_no_success() {
    let place = surroundings();
    for word in ["--help", "--version", "-h"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut help = place.command(place.programs().phone());
        let output = help.arg(word).stdout(full).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && err.contains("could not be written"), "{err}");
    }
}

#[test]
fn what_somebody_else_has_named_does_nothing_to_a_terminal() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    bob.add(&alice);
    bob.run(&["send", "Alice", "a\u{1b}[2Jb\u{202e}c\u{200b}\u{e0041}"]).expect(0);
    let folder = place.path("a\u{1b}[2J\u{202e}b");
    let mut elsewhere = place.bare();
    elsewhere.arg("--data").arg(&folder).args(["--no-input", "contact", "list"]);
    let mut unreadable = place.bare();
    unreadable
        .arg("--data")
        .arg(alice.folder())
        .arg("--passphrase-file")
        .arg(&folder)
        .args(["account", "show"]);
    for ran in [
        alice.run(&["inbox", "--json"]),
        alice.run(&["history", "Bob"]),
        alice.run(&["history", "Bob", "--plain"]),
        alice.run(&["history", "Bob", "--json"]),
        alice.run(&["send", "B\u{1b}[2Job\u{202e}", "x"]),
        alice.run(&["contact", "add", "\u{1b}[2J\u{202e}"]),
        Process::run(elsewhere, ""),
        Process::run(unreadable, ""),
    ] {
        let shown = format!("{}{}", ran.out, ran.err);
        let acts = |c: char| {
            (c.is_control() && !matches!(c, '\n' | '\t'))
                || matches!(c, '\u{202e}' | '\u{200b}' | '\u{e0041}')
        };
        assert!(!shown.contains(acts), "{shown:?}");
    }
}

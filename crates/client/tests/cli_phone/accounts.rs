//! Accounts through the program: created, shown, protected by a passphrase, closed; and the failures on the way.

use std::io::{Read, Write};
use std::net::TcpListener;

use pillarbox_testkit::program::PASSPHRASE;

use super::support::{Place, Process, Stream, surroundings};

const NUMBER: &str = "+447700900123";

#[test]
fn an_account_is_made_and_shown() {
    let place = Place::new();
    let alice = place.phone("alice");
    let relay = place.relay.address();
    let made = alice.run(&["account", "create", "--relay", &relay, "--number", "+44 7700 900-123"]).expect(0);
    assert!(made.out.starts_with("Account made.\n"), "{}", made.out);
    assert!(alice.follow(made.next_step().unwrap()).expect(0).out.starts_with("pillarbox:invite/"));

    let shown = alice.run(&["account", "show"]).expect(0).out;
    assert!(shown.contains(NUMBER) && shown.contains(&relay) && shown.contains("end-to-end"), "{shown}");
    let json: serde_json::Value =
        serde_json::from_str(&alice.run(&["account", "show", "--json"]).expect(0).out).unwrap();
    assert_eq!((&json["v"], &json["number"]), (&1.into(), &NUMBER.into()));
    assert_eq!(alice.run(&["account", "show", "--plain"]).expect(0).out.split('\t').nth(2), Some(NUMBER));
}

#[test]
fn a_taken_number_is_told_and_leaves_no_profile_behind() {
    let place = Place::new();
    let relay = place.relay.address();
    place.phone("alice").run(&["account", "create", "--relay", &relay, "--number", NUMBER]).expect(0);
    let bob = place.phone("bob");
    let taken = bob.run(&["account", "create", "--relay", &relay, "--number", NUMBER]).expect(1);
    assert!(taken.tells("another account already has this number"), "{}", taken.err);
    assert!(!bob.folder().exists());
    bob.run(&["account", "create", "--relay", &relay, "--number", "+447700900124"]).expect(0);
}

#[test]
fn a_profile_is_not_made_twice() {
    let place = Place::new();
    let alice = place.account("alice");
    let twice = alice.run(&["account", "create", "--relay", &place.relay.address()]).expect(4);
    assert!(twice.tells("already"), "{}", twice.err);
    alice.follow(twice.next_step().unwrap()).expect(0);
}

#[test]
fn without_a_profile_the_way_to_one_is_told() {
    let place = Place::new();
    let nobody = place.phone("nobody");
    for arguments in [&["inbox"][..], &["contact", "list"], &["send", "Bob", "hi"], &["chat", "Bob"]] {
        let ran = nobody.run(arguments).expect(4);
        assert!(ran.tells("There is no profile in"), "{}", ran.err);
        assert!(nobody.follow(ran.next_step().unwrap()).expect(0).out.contains("--relay"));
    }
}

#[test]
fn a_relay_with_another_key_is_not_taken_for_the_relay() {
    let place = Place::new();
    let alice = place.phone("alice");
    let ran = alice.run(&["account", "create", "--relay", &place.relay.wrong_address()]).expect(3);
    assert!(ran.tells("does not have the relay's key"), "{}", ran.err);
    assert!(!alice.folder().exists());
}

#[test]
fn a_relay_that_is_not_there_is_told() {
    let mut place = Place::new();
    let relay = place.relay.address();
    place.relay.stop();
    let ran = place.phone("alice").run(&["account", "create", "--relay", &relay]).expect(3);
    assert!(ran.tells("was not reached"), "{}", ran.err);
}

#[test]
fn a_server_of_another_kind_is_told_from_a_relay() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 10];
        stream.read_exact(&mut asked).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").unwrap();
        let mut rest = Vec::new();
        // The phone hangs up when it sees that this is not a relay.
        stream.read_to_end(&mut rest).unwrap_or_default();
    });
    let key = place.relay.address().split_once('#').unwrap().1.to_owned();
    let address = format!("pillarbox://127.0.0.1:{port}/#{key}");
    let ran = place.phone("alice").run(&["account", "create", "--relay", &address]).expect(3);
    assert!(ran.tells("is no Pillarbox relay"), "{}", ran.err);
    server.join().unwrap();
}

#[test]
fn a_relay_of_another_version_is_told() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut offer = [0; 10];
        stream.read_exact(&mut offer).unwrap();
        // The preamble of a relay that speaks versions 200 to 201 only, and picks none.
        stream.write_all(&[&offer[..8], &[200, 201, 0]].concat()).unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap_or_default();
    });
    let key = place.relay.address().split_once('#').unwrap().1.to_owned();
    let address = format!("pillarbox://127.0.0.1:{port}/#{key}");
    let ran = place.phone("alice").run(&["account", "create", "--relay", &address]).expect(3);
    assert!(ran.tells("200") && ran.tells("version"), "{}", ran.err);
    server.join().unwrap();
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_changes_nothing() {
    let place = Place::new();
    let alice = place.account("alice");
    let wrong = place.secret("wrong", "wrong horse");
    let mut command = place.bare();
    command.arg("--data").arg(alice.folder()).arg("--passphrase-file").arg(&wrong);
    let ran = Process::run(with(command, &["account", "show"]), "").expect(4);
    assert!(ran.tells("The passphrase does not open this profile"), "{}", ran.err);
    alice.run(&["account", "show"]).expect(0);
}

#[test]
fn the_passphrase_is_changed_and_the_old_one_opens_no_more() {
    let place = Place::new();
    let alice = place.account("alice");
    let new = place.secret("new", "new horse battery");
    alice.run(&["account", "passphrase", "--new-passphrase-file", new.to_str().unwrap()]).expect(0);
    alice.run(&["account", "show"]).expect(4);
    let mut command = place.bare();
    command.arg("--data").arg(alice.folder()).arg("--passphrase-file").arg(&new);
    Process::run(with(command, &["account", "show"]), "").expect(0);
}

#[cfg(unix)]
#[test]
fn the_passphrase_may_come_through_a_descriptor() {
    let place = Place::new();
    let alice = place.account("alice");
    let mut command = place.bare();
    command.arg("--data").arg(alice.folder()).arg("--passphrase-fd").arg("0");
    Process::run(with(command, &["account", "show"]), &format!("{PASSPHRASE}\n")).expect(0);

    // The same pipe cannot also carry the message.
    let mut command = place.bare();
    command.arg("--data").arg(alice.folder()).arg("--passphrase-fd").arg("0");
    Process::run(with(command, &["send", "Bob", "-"]), &format!("{PASSPHRASE}\nhello")).expect(2);
}

#[test]
fn nobody_is_asked_where_nobody_can_answer() {
    let place = Place::new();
    let alice = place.account("alice");
    let mut command = place.bare();
    command.arg("--data").arg(alice.folder()).arg("--no-input");
    let ran = Process::run(with(command, &["inbox"]), "").expect(2);
    assert!(ran.tells("--passphrase-file"), "{}", ran.err);
    let ran = alice.run(&["account", "close"]).expect(2);
    assert!(ran.tells("add --yes"), "{}", ran.err);
}

#[test]
fn an_empty_passphrase_protects_nothing_and_is_refused() {
    let place = Place::new();
    let empty = place.secret("empty", "");
    let mut command = place.bare();
    command.arg("--data").arg(place.path("x")).arg("--passphrase-file").arg(&empty);
    let ran =
        Process::run(with(command, &["account", "create", "--relay", &place.relay.address()]), "").expect(2);
    assert!(ran.tells("passphrase is empty"), "{}", ran.err);
}

#[test]
fn a_second_process_does_not_open_the_same_profile() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    let mut chat = alice.start(&["chat", "Bob"]);
    // The first words of the chat say that the profile is open.
    chat.wait_for(Stream::Err, |_| true);
    let second = alice.run(&["inbox"]).expect(4);
    assert!(second.tells("Another pillarbox has the profile"), "{}", second.err);
    chat.finish().expect(0);
    alice.run(&["inbox"]).expect(0);
}

#[test]
fn a_place_that_cannot_hold_a_profile_is_told() {
    let place = Place::new();
    let file = place.path("a-file");
    std::fs::write(&file, "not a directory").unwrap();
    for data in [file.join("below"), file.clone()] {
        let mut command = place.bare();
        command.arg("--data").arg(&data).arg("--passphrase-file").arg(place.passphrase_file());
        let ran = Process::run(with(command, &["account", "create", "--relay", &place.relay.address()]), "")
            .expect(4);
        assert!(ran.tells("a-file"), "{}", ran.err);
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "not a directory");
}

#[test]
fn a_damaged_profile_is_told_from_a_wrong_passphrase() {
    let place = Place::new();
    let alice = place.account("alice");
    std::fs::write(alice.folder().join("vault.sqlite"), [0x55; 8_192]).unwrap();
    let ran = alice.run(&["account", "show"]).expect(4);
    assert!(ran.tells("is damaged"), "{}", ran.err);
}

#[test]
fn a_closed_account_is_gone_at_the_relay_and_its_number_is_free() {
    let place = Place::new();
    let relay = place.relay.address();
    let alice = place.phone("alice");
    alice.run(&["account", "create", "--relay", &relay, "--number", NUMBER]).expect(0);
    let closed = alice.run(&["account", "close", "--yes"]).expect(0);
    assert!(closed.out.contains("The account is closed"), "{}", closed.out);
    place.phone("bob").run(&["account", "create", "--relay", &relay, "--number", NUMBER]).expect(0);
    alice.run(&["inbox"]).expect(1);
}

#[test]
fn usage_errors_end_with_2_and_help_with_0() {
    let place = surroundings();
    let run = |arguments: &[&str]| Process::run(with(place.command(place.programs().phone()), arguments), "");
    assert!(run(&["sendd", "Bob"]).expect(2).tells("send"));
    run(&["account", "create", "--relay", "https://relay.example/"]).expect(2);
    run(&["--profile", "../x", "inbox"]).expect(2);
    run(&["inbox", "--json", "--plain"]).expect(2);
    assert!(run(&["--help"]).expect(0).out.contains("Exit codes:"));
    assert!(run(&["--version"]).expect(0).out.starts_with("pillarbox "));
}

fn with(mut command: std::process::Command, arguments: &[&str]) -> std::process::Command {
    command.args(arguments);
    command
}

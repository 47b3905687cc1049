//! Texts that nobody could see stay new: standard output closed, discarded, on a full disk, or without a reader.

use std::fs::OpenOptions;
use std::process::Stdio;

use super::support::{Ended, Phone, Place, Process};

/// Runs `inbox` in a shell with this redirection of standard output.
fn inbox(phone: &Phone, redirection: &str) -> Ended {
    let inbox = phone.command(&["inbox", "--plain"]);
    let mut shell = phone.place().command("sh");
    shell
        .arg("-c")
        .arg(format!("\"$0\" \"$@\" {redirection}"))
        .arg(inbox.get_program())
        .args(inbox.get_args());
    Process::run(shell, "")
}

fn texts(ran: &Ended) -> Vec<&str> {
    ran.out.lines().map(|line| line.rsplit('\t').next().unwrap()).collect()
}

#[test]
fn what_was_printed_to_nobody_is_printed_again() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let said = ["one", "two"];
    for text in said {
        alice.run(&["send", "Bob", text]).expect(0);
    }
    for nowhere in [">&-", ">/dev/null", ">&- 2>&-", "2>/dev/null >&2"] {
        let ran = inbox(&bob, nowhere).expect(0);
        let told = ran.tells("Standard output leads nowhere: what came is new still");
        assert_eq!((ran.out.as_str(), told), ("", !nowhere.contains("2>")), "{nowhere}");
    }
    let full = inbox(&bob, ">/dev/full").expect(1);
    assert!(full.tells("could not be written"), "{}", full.err);
    assert_eq!(texts(&bob.run(&["inbox", "--plain"]).expect(0)), said);
    assert_eq!(texts(&bob.run(&["inbox", "--plain"]).expect(0)), [""; 0]);
}

#[test]
fn what_was_not_printed_any_more_because_its_reader_had_gone_is_printed_the_next_time() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    // The texts are more than a pipe holds, so that the last of them is not written before `head` has ended.
    let said: Vec<String> = (0..20).map(|number| format!("{number} {}", "x".repeat(15_000))).collect();
    for text in &said {
        alice.run_with(&["send", "Bob", "-"], text).expect(0);
    }
    let first = inbox(&bob, "| head -n 1");
    assert_eq!((texts(&first), first.err.as_str()), (vec![said[0].as_str()], ""), "and no error is told");
    let rest = bob.run(&["inbox", "--plain"]).expect(0);
    let rest = texts(&rest);
    assert!((1..said.len()).contains(&rest.len()), "{}", rest.len());
    assert_eq!(rest, said[said.len() - rest.len()..], "all from the first that was not printed");
}

#[test]
fn a_chat_into_nowhere_leaves_what_came_new() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    alice.run(&["send", "Bob", "still there?"]).expect(0);
    let null = OpenOptions::new().write(true).open("/dev/null").unwrap();
    let mut chat = bob.command(&["chat", "Alice"]);
    assert!(chat.stdin(Stdio::null()).stdout(null).output().unwrap().status.success());
    assert_eq!(texts(&bob.run(&["inbox", "--plain"]).expect(0)), ["still there?"]);
}

//! Locking and unlocking a chat, from inside, from outside, and after a time without typing. The audit measures
//! that nothing remains in memory; these tests cover what the program does and says.

use super::support::{Phone, Place, Process, Stream};

fn texts(phone: &Phone) -> Vec<String> {
    let inbox = phone.run(&["inbox", "--plain"]).expect(0).out;
    inbox.lines().map(|line| line.rsplit('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn a_locked_chat_sends_nothing_and_goes_on_once_it_is_opened() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    // All lines are in the pipe from the beginning. The lines after `/lock` are for the program that replaces this
    // one.
    let lines = "one\n/lock\nnot to be sent\n/unlock\nNobody\nBob\ntwo\n";
    let chat = alice.run_with(&["chat", "Bob"], lines).expect(0);
    assert!(chat.tells("Locked. Neither texts nor keys are in this program's memory"), "{}", chat.err);
    assert!(chat.tells("nothing was sent or kept of this line"), "{}", chat.err);
    assert!(chat.tells("There is no contact called Nobody"), "{}", chat.err);
    assert!(!chat.out.contains('\u{1b}') && !chat.err.contains('\u{1b}'), "no terminal, nothing to clear");
    assert_eq!(texts(&bob), ["one", "two"]);
}

#[test]
fn a_locked_chat_can_be_ended() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    alice.run_with(&["chat", "Bob"], "/lock\n/quit\n").expect(0);
    alice.run_with(&["chat", "Bob"], "/lock\n").expect(0);
    alice.run_with(&["chat", "Bob"], "/lock\nhello?\n").expect(1);
    alice.run_with(&["chat", "--locked"], "/unlock\nBob\nhello\n").expect(0);
    drop(alice.run(&["chat", "--locked", "Bob"]).expect(2));
}

#[test]
fn a_wrong_passphrase_says_so_and_asks_again() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.type_line("/lock");
    chat.wait_until_told("/unlock opens");
    let right = std::fs::read_to_string(place.passphrase_file()).unwrap();
    std::fs::write(place.passphrase_file(), "wrong horse\n").unwrap();
    chat.type_line("/unlock");
    chat.wait_until_told("does not open this profile");
    chat.wait_until_told("/unlock opens");
    std::fs::write(place.passphrase_file(), right).unwrap();
    chat.type_line("/unlock");
    chat.type_line("Bob");
    chat.type_line("here again");
    chat.wait_until_told("Message 1: sent.");
    chat.finish().expect(0);
    assert_eq!(texts(&bob), ["here again"]);
}

#[test]
fn a_chat_without_a_name_asks_for_it() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let chat = alice.run_with(&["chat"], "\nbob\nhello\n").expect(0);
    assert!(chat.tells("With whom?"), "{}", chat.err);
    assert_eq!(texts(&bob), ["hello"]);
    assert!(alice.run_with(&["chat"], "").expect(2).tells("Nobody said whom to talk with"));
    alice.run_with(&["chat"], "Carol\n").expect(1);
    alice.run_with(&["chat"], "/lock\n").expect(0);
    let chat = alice.run_with(&["chat"], "/help\n/verify 1\n/nonsense\nBob\nhello again\n").expect(0);
    assert_eq!(chat.err.matches("Commands work once a contact is chosen").count(), 3, "{}", chat.err);
    assert!(!chat.tells("There is no contact called"), "{}", chat.err);
    assert_eq!(texts(&bob), ["hello again"]);
}

#[cfg(unix)]
#[test]
fn a_running_chat_is_locked_from_outside_without_a_passphrase() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.type_line("before");
    chat.wait_until_told("Message 1: sent.");
    alice.run(&["account", "show"]).expect(4);

    let mut command = place.bare();
    command.arg("--data").arg(alice.folder()).args(["--no-input", "account", "lock"]);
    let ran = Process::run(command, "").expect(0);
    assert!(ran.out.starts_with("Locked: neither texts nor keys are left"), "{}", ran.out);
    // The profile is already free when the command reports that it is locked.
    alice.run(&["account", "show"]).expect(0);
    assert_eq!(alice.run(&["account", "lock"]).expect(0).out, NOTHING);
    chat.wait_until_told("/unlock opens");
    chat.type_line("/unlock");
    chat.type_line("Bob");
    chat.type_line("after");
    chat.wait_until_told("Message 1: sent.");
    chat.finish().expect(0);
    assert_eq!(texts(&bob), ["before", "after"]);
}

const NOTHING: &str = "Nothing to lock: no pillarbox has this profile open.\n";

#[test]
fn without_anything_open_there_is_nothing_to_lock() {
    let place = Place::new();
    let alice = place.account("alice");
    assert_eq!(alice.run(&["account", "lock"]).expect(0).out, NOTHING);
    assert!(place.phone("nobody").run(&["account", "lock"]).expect(4).tells("There is no profile"));
}

#[cfg(unix)]
#[test]
fn a_profile_that_is_held_by_somebody_who_does_not_listen_is_said_to_be() {
    let place = Place::new();
    let alice = place.account("alice");
    let file = alice.folder().join(pillarbox_client::vault::FILE_NAME);
    let held = rusqlite::Connection::open(file).unwrap();
    held.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT").unwrap();
    assert!(alice.run(&["account", "lock"]).expect(1).tells("A command is at work on this profile"));
}

#[cfg(unix)]
#[test]
fn following_the_inbox_ends_when_it_is_told_to_lock() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut follow = bob.start(&["inbox", "--follow", "--plain"]);
    alice.run(&["send", "Bob", "hello"]).expect(0);
    assert!(follow.wait_for(Stream::Out, |_| true).ends_with("hello"));
    bob.run(&["account", "lock"]).expect(0);
    assert!(follow.finish().expect(0).tells("Told to lock, so this ends"));
}

#[cfg(unix)]
#[test]
fn a_chat_locks_by_itself_when_nobody_types() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let mut chat = alice.start(&["chat", "Bob", "--lock-after", "1s"]);
    chat.wait_until_told("/unlock opens");
    alice.run(&["account", "show"]).expect(0);
    chat.type_line("/unlock");
    chat.type_line("Bob");
    chat.type_line("hello");
    // The period applies again after the chat was unlocked.
    chat.wait_until_told("/unlock opens");
    chat.type_line("/quit");
    chat.finish().expect(0);
    alice.run(&["inbox"]).expect(0);
    assert_eq!(texts(&bob), ["hello"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_locked_chat_does_not_say_whom_it_was_with() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    let mut chat = alice.start(&["chat", "Bob"]);
    let shown = |chat: &Process| std::fs::read_to_string(format!("/proc/{}/cmdline", chat.id())).unwrap();
    chat.wait_until_told("Talking with Bob");
    assert!(shown(&chat).contains("\0Bob\0"), "on the command line it is for all to see");
    chat.type_line("/lock");
    chat.wait_until_told("/unlock opens");
    let locked = shown(&chat);
    assert!(locked.ends_with("\0chat\0--locked\0") && !locked.contains("Bob"), "{locked}");
    chat.finish().expect(0);
}

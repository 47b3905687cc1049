//! A lock file that is deleted or restored while a relay or a phone runs.

use std::fs;

use pillarbox_testkit::program::{Place, Process, Relay, relay_command};

#[test]
fn a_second_relay_does_not_start_on_a_directory_whose_lock_was_deleted_or_put_back() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let lock = relay.data().join("lock");
    for put_back in [false, true] {
        fs::remove_file(&lock).unwrap_or_default();
        if put_back {
            fs::write(&lock, "").unwrap();
        }
        let second = Process::run(Relay::command(&place, relay.data(), "127.0.0.1:0"), "").expect(4);
        drop(second.says("another relay is running on"));
        let data = relay.data().to_str().unwrap();
        let removal = relay_command(&place, &["account", "remove", "00000000", "--yes", "--data", data]);
        drop(removal.expect(4).says("a relay is running on this directory"));
    }
    drop(alice.run(&["send", "Bob", "still here"]).expect(0));
    assert_eq!(bob.inbox(), ["still here"]);
    // The control: the first relay ends, and the next one starts.
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    drop(stopped.start_again(&place));
}

#[test]
fn a_second_phone_does_not_open_a_profile_whose_lock_was_deleted() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, _bob) = place.alice_and_bob(&relay);
    let mut chat = alice.start(&["chat", "Bob"]);
    chat.feed("hello\n");
    chat.wait_for(pillarbox_testkit::program::Stream::Out, |line| line.contains("hello"));
    // The file tells `account lock` which process to address. A lock on the vault itself keeps a second phone out.
    fs::remove_file(alice.folder().join("open.lock")).unwrap();
    drop(alice.run(&["inbox"]).expect(4).says("Another pillarbox has the profile"));
    // The control: the first phone ends, and the next one opens the profile.
    drop(chat.kill());
    drop(alice.run(&["inbox"]).expect(0));
}

//! Public channels as people use them: opened, posted in, followed, read and taken down, while the relay runs and
//! after it has stopped. And pictures, which a relay keeps as it keeps posts: only if it was told to.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use pillarbox_testkit::program::{Ended, Phone, Place, Process, Relay, relay_command};

const NEWS: &str = "@harbour_news";

fn publishing(place: &Place) -> Relay {
    Relay::listen_with(place, &place.path("relay"), "127.0.0.1:0", &["--channels"])
}

fn takedown(place: &Place, relay: &Path, options: &[&str]) -> Ended {
    let data = relay.to_str().unwrap();
    relay_command(place, &[&["takedown", NEWS, "--data", data], options].concat())
}

/// Returns Alice, who has a channel with two posts, and Bob, who follows it.
fn scene(place: &Place, relay: &Relay) -> (Phone, Phone) {
    let (alice, bob) = (place.account(relay, "alice"), place.account(relay, "bob"));
    drop(alice.run(&["channel", "create", NEWS]).expect(0).prints("@harbour_news is open, and yours."));
    drop(alice.run(&["channel", "post", NEWS, "the ferry", "is late"]).expect(0).prints("as number 1"));
    drop(
        bob.run(&["channel", "follow", NEWS])
            .expect(0)
            .prints("the ferry is late")
            .prints("You follow @harbour_news."),
    );
    let second = alice.run_with(&["channel", "post", NEWS, "-", "--json"], "the ferry is here\n").expect(0);
    assert_eq!(second.json()["number"].as_u64(), Some(2));
    (alice, bob)
}

#[test]
fn a_post_is_read_by_anybody_and_kept_by_followers_also_after_the_channel_was_taken_down() {
    let place = Place::new();
    let relay = publishing(&place);
    let (alice, bob) = scene(&place, &relay);
    let carol = place.account(&relay, "carol");
    drop(
        alice.run(&["channel", "list"]).expect(0).prints("@harbour_news: yours; number 2 is your last post"),
    );
    drop(bob.run(&["channel", "list"]).expect(0).prints("@harbour_news: followed; 1 post kept here"));
    let plain = bob.run(&["channel", "list", "--plain"]).expect(0);
    assert_eq!(plain.out, "@harbour_news\tother\tfollowed\t\t1\n");
    let json = alice.run(&["channel", "list", "--json"]).expect(0).json();
    assert_eq!((json["own"].as_bool(), json["last_posted"].as_u64()), (Some(true), Some(2)));
    drop(
        carol.run(&["channel", "list"]).expect(0).says("This phone follows no channel, and has opened none."),
    );
    let read = carol.run(&["channel", "read", NEWS, "--json"]).expect(0).json_lines();
    let texts: Vec<_> = read.iter().map(|post| post["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["the ferry is late", "the ferry is here"]);
    assert!(read.iter().all(|post| post["from"] == "relay" && post["channel"] == NEWS));
    // Bob's inbox fetches what is new in the channel that he follows.
    drop(bob.run(&["inbox"]).expect(0).says("@harbour_news, number 2: the ferry is here"));

    let asked = takedown(&place, relay.data(), &[]).expect(1).says("has 2 posts of 34 bytes");
    assert!(asked.tells("nothing was taken down yet"), "{asked:?}");
    drop(carol.run(&["channel", "read", NEWS]).expect(0));
    let done =
        takedown(&place, relay.data(), &["--yes"]).expect(0).prints("Took down @harbour_news: 2 posts");
    drop(done.prints("Phones that had fetched posts still have them."));
    drop(takedown(&place, relay.data(), &["--yes"]).expect(1).says("was taken down before"));

    let none =
        carol.run(&["channel", "read", NEWS]).expect(1).says("the operator has taken this channel down");
    assert_eq!(none.out, "", "she follows nothing, and her phone has kept nothing");
    let kept = bob.run(&["channel", "read", NEWS, "--plain"]).expect(1).says("This phone has kept 2 posts");
    assert_eq!(kept.out.lines().count(), 2, "{kept:?}");
    assert!(kept.out.contains("\tthe ferry is late"), "{kept:?}");
    drop(
        alice
            .run(&["channel", "post", NEWS, "again"])
            .expect(1)
            .says("the operator has taken this channel down"),
    );
    drop(alice.run(&["channel", "create", NEWS]).expect(1).says("the name stays taken"));
    drop(bob.run(&["channel", "follow", NEWS, "--stop"]).expect(0).prints("deleted from this phone"));
    let none = bob.run(&["channel", "read", NEWS]).expect(1);
    assert_eq!(none.out, "");

    // The ledger names the channel and its owner, and no post remains in the relay's files.
    let data = relay.data().to_str().unwrap();
    let ledger = relay_command(&place, &["ledger", "--data", data, "--json"]).expect(0).json();
    assert_eq!(ledger["channels"][0]["channel"].as_str(), Some(NEWS));
    assert!(!ledger["channels"][0]["taken_down"].is_null());
    assert_eq!(ledger["posts"].as_array().map(Vec::len), Some(0));
    drop(relay.stop());
}

#[test]
fn a_channel_is_taken_down_at_a_relay_that_has_stopped_and_stays_down() {
    let place = Place::new();
    let relay = publishing(&place);
    let (_alice, bob) = scene(&place, &relay);
    let stopped = relay.kill();
    // While the relay is away, a follower reads the posts that the phone has kept.
    let away = bob.run(&["channel", "read", NEWS]).expect(3).prints("number 1");
    drop(away.says("This phone has kept 1 post").says("was not reached"));
    drop(takedown(&place, stopped.data(), &["--yes"]).expect(0).prints("Took down @harbour_news"));
    let relay = stopped.start_again(&place);
    drop(
        bob.run(&["channel", "read", NEWS])
            .expect(1)
            .prints("the ferry is late")
            .says("taken this channel down"),
    );
    let data = relay.data().to_str().unwrap();
    drop(
        relay_command(&place, &["takedown", "@no_such", "--data", data])
            .expect(1)
            .says("no channel @no_such"),
    );
    drop(relay_command(&place, &["takedown", "@X", "--data", data]).expect(2).says("lower-case letters"));
}

#[test]
fn what_cannot_be_done_is_said_in_a_sentence_and_what_waits_goes_later() {
    let place = Place::new();
    let relay = place.relay();
    let alice = place.account(&relay, "alice");
    drop(alice.run(&["channel", "create", NEWS]).expect(1).says("start it with --channels"));
    let (stopped, _) = relay.stop();
    let options = ["--channels"];
    let relay = Relay::listen_with(&place, stopped.data(), &stopped.host_and_port(), &options);
    let bob = place.account(&relay, "bob");
    for (arguments, code, says) in [
        (&["read", NEWS][..], 1, "there is no such channel"),
        (&["follow", NEWS][..], 1, "there is no such channel"),
        (&["follow", NEWS, "--stop"][..], 1, ""),
        (&["post", NEWS, "hello"][..], 1, "there is no such channel, or it is not yours"),
        (&["post", NEWS, " "][..], 2, "the message is empty"),
        (&["create", "@Harbour"][..], 2, "lower-case letters"),
    ] {
        drop(bob.run(&[&["channel"], arguments].concat()).expect(code).says(says));
    }
    let stopped = relay.kill();
    drop(alice.run(&["channel", "create", "harbour_news"]).expect(3).says("goes at the next connection"));
    let relay = stopped.start_again(&place);
    drop(alice.run(&["inbox"]).expect(0).says("@harbour_news is open"));
    drop(bob.run(&["channel", "create", NEWS]).expect(1).says("Choose another name."));
    drop(bob.run(&["channel", "read", NEWS]).expect(0).says("Nothing was published in @harbour_news yet."));
    drop(
        relay_command(&place, &["inventory", "--channels"])
            .expect(0)
            .prints("until the account is closed or the channel"),
    );
    let (_, ended) = relay.stop();
    drop(ended.expect(0).prints("public channels"));
}

/// Creates a pipe that nobody writes into.
fn pipe(place: &Place) -> PathBuf {
    let pipe = place.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    pipe
}

/// Returns the command under a limit of a few kilobytes for each file that it writes.
fn limited(command: &Command) -> Command {
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -f 20 && exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited.current_dir(command.get_current_dir().unwrap_or_else(|| Path::new(".")));
    limited
}

#[test]
fn a_picture_goes_from_file_to_file_and_each_step_that_cannot_be_says_why() {
    let place = Place::new();
    let relay = Relay::listen_with(&place, &place.path("relay"), "127.0.0.1:0", &["--attachments"]);
    let (alice, bob) = place.alice_and_bob(&relay);
    let (picture, saved) = (place.path("cliff.png"), place.path("saved.png"));
    let (file, to) = (picture.to_str().unwrap(), saved.to_str().unwrap());
    let bytes = b"the cliff path above the harbour".repeat(2_000);
    std::fs::write(&picture, &bytes).unwrap();

    // Bob's phone has said nothing of pictures before it has confirmed a message.
    drop(
        alice.run(&["send", "Bob", "--picture", file]).expect(1).says("has not said that it shows pictures"),
    );
    drop(alice.run(&["send", "Bob", "hello"]).expect(0));
    drop(bob.run(&["inbox"]).expect(0));
    drop(alice.run(&["inbox"]).expect(0));
    drop(bob.run(&["picture", "save", "Alice", to]).expect(1).says("There is no picture"));
    drop(alice.run(&["send", "Bob", "--picture", "nowhere.png"]).expect(2).says("cannot be read"));
    drop(
        alice
            .run(&["send", "Bob", "--picture", pipe(&place).to_str().unwrap()])
            .expect(2)
            .says("regular file"),
    );
    drop(
        alice.run(&["send", "Bob", "--picture", file]).expect(0).prints("Sent: the relay keeps it for Bob."),
    );

    let shown = bob.run(&["inbox"]).expect(0).prints("[picture, 64000 bytes]");
    drop(shown.says("The picture from Alice is on this phone."));
    drop(bob.run(&["picture", "save", "Alice", to]).expect(0).prints("64000 bytes."));
    assert_eq!(std::fs::read(&saved).unwrap(), bytes);
    drop(bob.run(&["picture", "save", "Alice", to]).expect(1).says("already, and nothing was written"));
    let other = place.path("other.png");
    let again = ["picture", "save", "Alice", other.to_str().unwrap()];
    drop(bob.run(&[&again[..], &["--number", "2"]].concat()).expect(1).says("has 1 picture on this phone"));
    drop(Process::run(limited(&bob.command(&again)), "").expect(1).says("nothing of it was kept"));
    assert!(!other.exists(), "no part of a picture under its name");
    let json = bob.run(&[&again[..], &["--json"]].concat()).expect(0).json();
    assert_eq!(json["bytes"].as_u64(), Some(64_000));
    let entries = bob.run(&["history", "Alice", "--json"]).expect(0).json_lines();
    assert!(entries.iter().any(|entry| entry["kind"] == "picture"));

    // The operator has ciphertext of one account, and the words of the picture nowhere.
    let data = relay.data().to_str().unwrap();
    let ledger = relay_command(&place, &["ledger", "--data", data, "--json"]).expect(0).json();
    assert_eq!(ledger["attachments"].as_array().map(Vec::len), Some(3));
    for entry in std::fs::read_dir(relay.data()).unwrap() {
        let held = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        assert!(!held.windows(16).any(|window| window == &bytes[..16]));
    }
    drop(relay.stop());
}

//! Access proposals by hand: altered phones and an altered relay as processes over TCP, beside unaltered ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use pillarbox_testkit::program::{Ended, Phone, Place, Process, Relay, Stopped, Stream};

const ALICE: &str = "+447700900101";
const GHOST: &str = "+447700900109";

const SHOWN: [&str; 5] = ["phone", "--proposal", "ghost-device", "--variant", "shown"];
const HIDDEN: [&str; 5] = ["phone", "--proposal", "ghost-device", "--variant", "hidden"];

/// The first words of everything that an altered program prints.
const ALTERED: &str = "ALTERED SOFTWARE: ";

fn numbered(place: &Place, relay: &Relay, profile: &str, number: &str) -> Phone {
    let phone = place.phone(profile);
    phone.register(relay, &["--number", number]);
    phone
}

fn lab(place: &Place, arguments: &[&str]) -> Ended {
    let mut command = place.command(place.programs().lab());
    command.args(arguments);
    Process::run(command, "")
}

/// Starts the altered relay on the data and the port of one that has stopped.
fn with_ghost(place: &Place, stopped: &Stopped, options: &[&str]) -> Relay {
    let plain = Relay::command(place, stopped.data(), &stopped.host_and_port());
    let mut altered = place.command(place.programs().lab());
    altered.args(["relay", "--proposal", "ghost-device", "--about", ALICE, "--ghost", GHOST]).args(options);
    altered.args(plain.get_args());
    Relay::run(altered, stopped.data(), &[])
}

#[test]
fn a_ghost_that_is_named_reads_the_next_text_and_not_the_one_before_and_an_honest_phone_refuses_it() {
    let place = Place::new();
    let relay = place.relay();
    let alice = numbered(&place, &relay, "alice", ALICE);
    let ghost = numbered(&place, &relay, "ghost", GHOST);
    let [bob, carol, dave] = ["bob", "carol", "dave"].map(|name| place.account(&relay, name));
    for writer in [&bob, &carol, &dave] {
        writer.add(&alice);
        alice.add(writer);
        drop(writer.run(&["send", "Alice", "before the order"]).expect(0));
    }
    assert_eq!(alice.inbox().len(), 3);
    assert_eq!(ghost.inbox(), [""; 0], "control: on a plain relay nobody reads along");

    let (stopped, _) = relay.stop();
    let mut relay = with_ghost(&place, &stopped, &["--variant", "server-alone"]);
    let mut reads = ghost.start(&["inbox", "--follow"]);
    drop(relay.wait_for_log(|line| line.contains("the ghost's phone is connected")));

    let hidden = bob.altered(&HIDDEN).run(&["send", "Alice", "by Bob"]).expect(0);
    assert!(hidden.tells("A reader can be added, and you are not told."), "{}", hidden.err);
    assert!(!hidden.err.contains("Warning"), "{}", hidden.err);
    drop(reads.wait_for(Stream::Out, |line| line.ends_with(": by Bob")));
    let shown = dave.altered(&SHOWN).run(&["send", "Alice", "by Dave"]).expect(0);
    drop(shown.says("Whoever runs the relay can add a reader.").says("Alice has linked a device"));
    drop(reads.wait_for(Stream::Out, |line| line.ends_with(": by Dave")));

    // The honest phone is made to ask, says what it is told, and does not write to the ghost.
    let honest = carol.run(&["send", "Alice", "by Carol"]).expect(0);
    assert!(!honest.err.contains(ALTERED), "{}", honest.err);
    drop(honest.says("somebody has named devices of Alice without a signature that holds"));
    // What the relay is given after it reaches the ghost, so nothing is on its way any more.
    drop(bob.altered(&HIDDEN).run(&["send", "Alice", "the last"]).expect(0));
    drop(reads.wait_for(Stream::Out, |line| line.ends_with(": the last")));
    // The shipped program writes to no device that nobody has signed, although altered software has put one into the
    // profile.
    drop(bob.run(&["send", "Alice", "by Bob's shipped program"]).expect(0));
    drop(dave.altered(&HIDDEN).run(&["send", "Alice", "the very last"]).expect(0));
    drop(reads.wait_for(Stream::Out, |line| line.ends_with(": the very last")));
    let read = reads.kill().out;
    for unread in ["before the order", "by Carol", "by Bob's shipped program"] {
        assert!(!read.contains(unread), "{read}");
    }
    assert_eq!(alice.inbox().len(), 6, "the person gets everything");
    drop(relay.wait_for_log(|line| line.contains("the ghost's phone is away")));
    let (_, ended) = relay.stop();
    assert!(ended.err.starts_with(ALTERED), "{}", ended.err);
}

/// Returns the texts that an authority opens in a relay's data.
fn opened(place: &Place, keys: &[&str], data: &Path) -> Ended {
    let mut arguments = vec!["authority", "open", "--i-own-this-data"];
    arguments.extend(keys.iter().flat_map(|key| ["--key", key]));
    arguments.push(data.to_str().unwrap());
    lab(place, &arguments)
}

#[test]
fn a_text_of_an_altered_phone_opens_with_the_key_or_two_shares_and_an_unaltered_phones_with_nothing() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let carol = place.account(&relay, "carol");
    carol.add(&alice);
    drop(lab(&place, &["authority", "keygen", "--out", "one"]).expect(0).prints("authority.key"));
    let split = ["authority", "keygen", "--variant", "two-of-three", "--out", "three"];
    drop(lab(&place, &split).expect(0).prints("agent-3.key"));
    assert!(!place.path("three/authority.key").exists());
    for secret in ["one/authority.key", "three/agent-1.key", "three/agent-2.key", "three/agent-3.key"] {
        let mode = fs::metadata(place.path(secret)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{secret}");
    }
    let under = |key: &str| {
        let file = place.path(key);
        let words = ["phone", "--proposal", "escrow", "--authority-key", file.to_str().unwrap()];
        [alice.altered(&words), bob.altered(&words)]
    };
    let ([alice_one, bob_one], [_, bob_three]) = (under("one/authority.pub"), under("three/authority.pub"));
    drop(bob_one.run(&["send", "Alice", "under one key"]).expect(0));
    drop(bob_three.run(&["send", "Alice", "under three shares"]).expect(0));
    drop(carol.run(&["send", "Alice", "under no key"]).expect(0));

    let data = relay.data().to_owned();
    // Of the other two texts one is under the other authority's key. The shipped program seals its own.
    let only = |keys: &[&str], text: &str| {
        let ended = opened(&place, keys, &data).expect(0);
        let texts: Vec<_> = ended.out.lines().filter(|line| line.contains(": under ")).collect();
        assert_eq!(texts.len(), 1, "{keys:?}: {}", ended.out);
        drop(
            ended.prints(text).prints("its wrapped key does not open").prints("it lies in a sealed envelope"),
        );
    };
    only(&["one/authority.key"], "under one key");
    for pair in [["1", "2"], ["3", "1"]] {
        let files = pair.map(|agent| format!("three/agent-{agent}.key"));
        only(&files.each_ref().map(String::as_str), "under three shares");
    }
    drop(
        opened(&place, &["three/agent-2.key"], &data).expect(1).says("one share was tried with every weight"),
    );
    drop(lab(&place, &["authority", "keygen", "--out", "other"]).expect(0));
    drop(opened(&place, &["other/authority.key"], &data).expect(1).says("its wrapped key does not open"));
    let line = fs::read_to_string(place.path("one/authority.key")).unwrap();
    fs::write(place.path("damaged.key"), line.trim_end().strip_suffix(|_: char| true).unwrap()).unwrap();
    let twice = ["three/agent-1.key", "three/agent-1.key"];
    let both = ["one/authority.key", "three/agent-1.key"];
    for (keys, code, says) in [
        (&["damaged.key"][..], 4, "is damaged"),
        (&["passphrase"][..], 4, "is no key of an escrow authority"),
        (&["one/authority.pub"][..], 4, "is the public key, which opens nothing"),
        (&["missing.key"][..], 4, "cannot be read"),
        (&twice[..], 2, "The same share was named twice"),
        (&both[..], 2, "A whole key opens by itself"),
    ] {
        drop(opened(&place, keys, &data).expect(code).says(says));
    }

    // Each phone takes what was made for its own authority, and says so of the rest.
    let inbox = alice_one.run(&["inbox", "--json"]).expect(0);
    let texts: Vec<_> = inbox.json_lines().iter().map(|line| line["text"].clone()).collect();
    assert_eq!(texts, ["under one key"]);
    for arguments in [
        &["account", "show"][..],
        &["account", "show", "--json"],
        &["contact", "list"],
        &["inbox"],
        &["history", "Bob"],
        &["history", "Bob", "--plain"],
        &["device", "list"],
        &["group", "list"],
        &["verify", "Bob", "--show"],
        &["chat", "Bob"],
        &["send", "--help"],
        &["send", "Nobody", "x"],
        &["no-such-command"],
    ] {
        let altered = alice_one.run(arguments);
        assert!(altered.err.starts_with(ALTERED), "{arguments:?}: {}", altered.err);
        assert!(!altered.out.contains(ALTERED), "{arguments:?}: results are the shipped program's");
        let plain = carol.run(arguments);
        assert!(!plain.err.contains(ALTERED) && !plain.out.contains(ALTERED), "{arguments:?}");
    }
}

#[test]
fn a_wrong_name_number_or_file_is_answered_with_one_sentence() {
    let place = Place::new();
    fs::write(place.path("public"), "pillarbox-escrow-public aaaa").unwrap();
    let data = place.path("relay");
    let run = ["run", "--listen", "127.0.0.1:0", "--admin", "off", "--data", data.to_str().unwrap()];
    let ghost =
        [&["relay", "--proposal", "ghost-device", "--about", ALICE, "--ghost", GHOST][..], &run].concat();
    let cases: [(&[&str], i32, &str); 9] = [
        (&["phone", "--proposal", "clipper", "inbox"], 2, "there is no altered software called `clipper`"),
        (&["phone", "--proposal", "escrow", "inbox"], 2, "escrow needs the authority's public key"),
        (&["phone", "--proposal", "escrow", "--variant", "shown", "inbox"], 2, "no variant of this proposal"),
        (&["phone", "--proposal", "escrow", "--authority-key", "none", "inbox"], 4, "none cannot be read"),
        (&["phone", "--proposal", "escrow", "--authority-key", "public", "inbox"], 4, "public is damaged"),
        (&["phone", "--proposal", "ghost-device", "--variant", "server-alone", "inbox"], 2, "phones stay"),
        (
            &["relay", "--proposal", "escrow", "--everybody", "--ghost", GHOST, "run"],
            2,
            "escrow changes no relay",
        ),
        (&["authority", "keygen", "--proposal", "ghost-device", "--out", "x"], 2, "needs no key"),
        (&ghost, 1, "nobody has the number +447700900109 at this relay"),
    ];
    for (arguments, code, says) in cases {
        let ended = lab(&place, arguments).expect(code);
        assert!(ended.out.is_empty(), "{arguments:?}: {}", ended.out);
        drop(ended.says(says));
    }
}

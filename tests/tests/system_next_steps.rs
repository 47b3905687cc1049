//! Executes every next step that the programs print, where it is printed. [`KINDS`] lists them, and the other tests
//! fail on a step of an unlisted kind.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use pillarbox_testkit::program::{Ended, KINDS, Phone, Place, Relay, kind};

/// Runs the step that `ended` suggests on the phone that it is meant for, and records its kind.
fn follow(done: &mut BTreeSet<String>, phone: &Phone, ended: &Ended) -> Ended {
    let line = ended.next().unwrap_or_else(|| panic!("no next step: {ended:?}"));
    done.insert(kind(line));
    phone.follow(line)
}

#[test]
fn every_next_step_works_where_it_is_printed() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = (place.phone("alice"), place.account(&relay, "bob"));
    let mut done = BTreeSet::new();

    let nobody = alice.run(&["inbox"]).expect(4);
    drop(follow(&mut done, &alice, &nobody).expect(0).prints("--relay"));
    let create = ["account", "create", "--relay", relay.address(), "--name", "Alice"];
    let made = alice.run(&create).expect(0);
    let invited = follow(&mut done, &alice, &made).expect(0);
    let there_already = alice.run(&create).expect(4);
    drop(follow(&mut done, &alice, &there_already).expect(0).prints("Waiting 0 to be sent"));
    let stranger = alice.run(&["send", "Bob", "hello"]).expect(1);
    drop(follow(&mut done, &alice, &stranger).expect(0).prints("LINK"));
    let alone = alice.run(&["contact", "list"]).expect(0);
    drop(follow(&mut done, &alice, &alone).expect(0));

    // The step after an invitation is for the person who gets the link, and the link is printed once. The step runs on
    // Bob's phone, with Bob's own options.
    assert!(invited.next().is_none(), "{invited:?}");
    let invited = invited.says("They type: pillarbox contact add LINK");
    let link = invited.out.lines().next().unwrap();
    assert_eq!((invited.out.matches(link).count(), invited.err.matches(link).count()), (1, 0));
    let options = format!("--profile bob --passphrase-file {}", place.passphrase_file().display());
    let line = format!("pillarbox {options} contact add {link}");
    let added = bob.follow(&line).expect(0).prints("Added Alice.");
    alice.add(&bob);

    // Without a terminal, the number comes from standard input. The step only asks for it and changes nothing.
    drop(follow(&mut done, &bob, &added).expect(1).says("Not compared, so nothing was changed"));
    let other = alice.run(&["verify", "Bob", "--heard", &"1".repeat(60)]).expect(1);
    drop(follow(&mut done, &alice, &other).expect(0).prints("Safety number with Bob (NOT VERIFIED):"));
    let verified = alice.run(&["verify", "Bob", "--heard", &bob.number("Alice")]).expect(0);
    drop(follow(&mut done, &alice, &verified).expect(0).says("Talking with Bob, VERIFIED"));
    let unknown = alice.run(&["send", "Bobby", "hello"]).expect(1);
    drop(follow(&mut done, &alice, &unknown).expect(0).prints("Bob VERIFIED"));
    let timer = alice.run(&["contact", "timer", "Bob", "1h"]).expect(0);
    drop(follow(&mut done, &alice, &timer).expect(0));

    let no_group = alice.run(&["group", "list"]).expect(0);
    drop(follow(&mut done, &alice, &no_group).expect(0).prints("<MEMBER>"));
    let made = alice.run(&["group", "create", "Harbour", "Bob"]).expect(0);
    drop(follow(&mut done, &alice, &made).expect(0).says("Talking in Harbour, 2 members: you and Bob."));
    let unknown = alice.run(&["send", "--group", "Harbor", "hello"]).expect(1);
    drop(follow(&mut done, &alice, &unknown).expect(0).prints("Harbour, 2 members: you and Bob"));
    drop(bob.run(&["inbox"]).expect(0).prints("Alice put you into Harbour."));
    let left = bob.run(&["group", "leave", "Harbour", "--yes"]).expect(0);
    assert!(left.next().is_none(), "{left:?}");
    let gone = bob.run(&["send", "--group", "Harbour", "hello"]).expect(1);
    drop(follow(&mut done, &bob, &gone).expect(0).prints("You left Harbour."));
    drop(alice.run(&["inbox"]).expect(0).prints("Bob left Harbour."));
    let alone = alice.run(&["send", "--group", "Harbour", "hello"]).expect(1);
    drop(follow(&mut done, &alice, &alone).expect(0).prints("Harbour has 1 member"));

    drop(alice.run(&["contact", "block", "Bob"]).expect(0));
    let blocked = alice.run(&["send", "Bob", "hello"]).expect(1);
    drop(follow(&mut done, &alice, &blocked).expect(0).prints("Bob is heard again from now on"));

    let unlinked = alice.run(&["device", "remove", "200", "--yes"]).expect(1);
    drop(follow(&mut done, &alice, &unlinked).expect(0));

    backups(&place, &mut done);

    let closed = bob.run(&["account", "close", "--yes"]).expect(0);
    drop(follow(&mut done, &bob, &closed).expect(0));

    let all: BTreeSet<_> = KINDS.iter().map(|kind| (*kind).to_owned()).collect();
    assert_eq!(done, all);
}

/// Follows the steps between a backup at the relay and the first backup of the phone that took the account over.
fn backups(place: &Place, done: &mut BTreeSet<String>) {
    let options = ["--verify-numbers", "--backups"];
    let relay = Relay::listen_with(place, &place.path("relay of backups"), "127.0.0.1:0", &options);
    let phones = ["erin", "erin-again"].map(|profile| {
        let phone = place.phone("erin").in_folder(place.home().join(profile));
        let mut create = vec![
            "account",
            "create",
            "--relay",
            relay.address(),
            "--number",
            "+447700900105",
            "--name",
            "Erin",
        ];
        drop(phone.run(&create).expect(1));
        let rows = std::fs::read_to_string(relay.data().join("number-codes")).unwrap();
        let code = rows.lines().next_back().unwrap().split_whitespace().last().unwrap();
        create.extend(["--code", code]);
        drop(phone.run(&create).expect(0));
        if profile == "erin" {
            drop(phone.run(&["backup", "on", "--key", "operator"]).expect(0));
        }
        phone
    });
    let early = phones[1].run(&["backup", "on"]).expect(1);
    let restored = follow(done, &phones[1], &early).expect(0);
    drop(follow(done, &phones[1], &restored).expect(0).prints("Backups are on."));
}

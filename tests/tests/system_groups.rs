//! Groups as people use them: created, written to, joined later and left, with wrong names, a closed account, and
//! kills.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::thread;
use std::time::{Duration, Instant};

use pillarbox_testkit::program::{Phone, Place, Process, Relay, Stream, relay_command};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::Value;

/// Creates three people who have added each other.
fn three(place: &Place, relay: &Relay) -> [Phone; 3] {
    let people = ["alice", "bob", "carol"].map(|name| place.account(relay, name));
    for one in &people {
        people.iter().filter(|other| other.folder() != one.folder()).for_each(|other| one.add(other));
    }
    people
}

/// Returns the kinds and, for changes, the person who made them, as `inbox --json` prints them.
fn news(phone: &Phone) -> Vec<(String, String)> {
    let shown = phone.run(&["inbox", "--json"]).expect(0).json_lines();
    let word = |line: &Value, field: &str| line[field].as_str().unwrap_or_default().to_owned();
    shown.iter().map(|line| (word(line, "kind"), word(line, "by") + &word(line, "text"))).collect()
}

fn texts(phone: &Phone, group: &str) -> Vec<String> {
    let shown = phone.run(&["history", "--group", group, "--json"]).expect(0).json_lines();
    shown.iter().filter_map(|line| line["text"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_group_is_made_written_to_joined_later_and_left_and_every_member_is_told_by_whom() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob, carol] = three(&place, &relay);
    let dave = place.account(&relay, "dave");
    bob.add(&dave);
    dave.add(&bob);
    let made = alice.run(&["group", "create", "Harbour", "Bob", "Carol"]).expect(0);
    drop(
        made.prints("Made Harbour, with 3 members: you, Bob and Carol.")
            .says("Signed: whoever adds or removes somebody signs it, and your phone checks that."),
    );
    let sent = alice.run(&["send", "--group", "Harbour", "six at the pier"]).expect(0);
    drop(sent.prints("Sent to Harbour: the relay has the copies of both other members."));
    let inbox = bob.run(&["inbox"]).expect(0).prints("Alice put you into Harbour.");
    drop(inbox.prints("Alice in Harbour (NOT VERIFIED)").prints("six at the pier"));
    drop(bob.run(&["inbox"]).expect(0).says("Nothing new."));
    let as_told = |kind: &str, by: &str| (kind.to_owned(), by.to_owned());
    assert_eq!(news(&carol), [as_told("group-joined", "Alice"), as_told("text", "six at the pier")]);

    // Somebody is added later. All members are told, and the new member gets nothing from before.
    let added = bob.run(&["group", "add", "Harbour", "Dave"]).expect(0);
    drop(added.prints("Added Dave to Harbour: 4 members now").prints("reads nothing from before"));
    drop(bob.run(&["group", "add", "Harbour", "Dave"]).expect(0).prints("is in Harbour already"));
    for other in [&alice, &carol] {
        assert_eq!(news(other), [as_told("member-added", "Bob")]);
    }
    assert_eq!(news(&dave), [as_told("group-joined", "Bob")]);
    drop(bob.run(&["send", "--group", "Harbour", "welcome"]).expect(0));
    for other in [&alice, &carol, &dave] {
        assert_eq!(news(other), [as_told("text", "welcome")]);
    }
    drop(alice.run(&["send", "--group", "Harbour", "hello", "Dave"]).expect(0));
    assert_eq!(dave.inbox(), ["hello Dave"]);
    assert_eq!(texts(&dave, "Harbour"), ["welcome", "hello Dave"]);

    // Somebody leaves. All members are told, and the one who left gets nothing later.
    drop(carol.run(&["group", "leave", "Harbour"]).expect(2).says("--yes"));
    let left = carol.run(&["group", "leave", "Harbour", "--yes"]).expect(0);
    drop(left.prints("You left Harbour."));
    assert_eq!(carol.inbox(), ["hello Dave"]);
    for other in [&alice, &bob] {
        assert!(news(other).contains(&as_told("member-left", "Carol")));
    }
    assert_eq!(news(&dave).last().unwrap().0, "member-left");
    drop(alice.run(&["send", "--group", "Harbour", "without Carol"]).expect(0));
    assert_eq!(bob.inbox(), ["without Carol"]);
    assert_eq!(dave.inbox(), ["without Carol"]);
    assert_eq!(carol.inbox(), [""; 0]);
    assert_eq!(texts(&carol, "Harbour"), ["six at the pier", "welcome", "hello Dave"]);

    let shown = alice.run(&["group", "show", "Harbour", "--json"]).expect(0).json();
    let kinds: Vec<_> = shown["changes"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["group-made", "member-added", "member-left"]);
    assert_eq!((shown["members"].as_array().unwrap().len(), &shown["signed"]), (3, &Value::from(true)));
    let listed = carol.run(&["group", "list"]).expect(0);
    drop(listed.prints("Harbour, which you left. In it then:"));
    let history = alice.run(&["history", "--group", "Harbour"]).expect(0).out;
    let order =
        ["You made Harbour.", "six at", "Bob added", "welcome", "hello Dave", "Carol left", "without"];
    let places: Vec<_> = order.iter().map(|words| history.find(words).unwrap()).collect();
    assert!(places.is_sorted(), "{history}");
}

/// Exchanges messages until each phone knows that the others read signatures.
fn meet(people: &[&Phone]) {
    for _ in 0..3 {
        people.iter().for_each(|one| drop(one.run(&["inbox"]).expect(0)));
    }
}

#[test]
fn the_keeper_removes_a_member_who_is_told_keeps_what_it_has_and_gets_nothing_later() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob, carol] = three(&place, &relay);
    drop(alice.run(&["group", "create", "Harbour", "Bob", "Carol"]).expect(0));
    drop(alice.run(&["send", "--group", "Harbour", "before"]).expect(0));
    meet(&[&bob, &carol, &alice]);
    let shown = carol.run(&["group", "show", "Harbour"]).expect(0);
    let shown = shown.prints("Alice (NOT VERIFIED), who made it; can remove members");
    drop(
        shown
            .prints("Bob (NOT VERIFIED), signed by Alice")
            .prints("You, signed by Alice")
            .says("only Alice can remove somebody"),
    );
    let as_json = bob.run(&["group", "show", "Harbour", "--json"]).expect(0).json();
    assert_eq!((&as_json["signed"], &as_json["keeper"]), (&Value::from(true), &Value::from("Alice")));
    let me = as_json["members"].as_array().unwrap().iter().find(|one| one["member"] == "you").unwrap();
    assert_eq!((&me["signed_by"], &me["known_key"]), (&Value::from("Alice"), &Value::from(true)));

    let refused = bob.run(&["group", "remove", "Harbour", "Carol", "--yes"]).expect(1);
    drop(refused.says("Only Alice can remove somebody from Harbour. Nothing was changed."));
    drop(
        alice.run(&["group", "remove", "Harbour", "Dave", "--yes"]).expect(1).says("no contact called Dave"),
    );
    drop(alice.run(&["group", "remove", "Harbour", "Carol"]).expect(2).says("--yes"));
    let removed = alice.run(&["group", "remove", "Harbour", "Carol", "--yes"]).expect(0);
    drop(removed.prints("Removed Carol from Harbour: 2 members now, you and Bob.").prints(
        "Carol gets no later text from any phone that has heard of it, and keeps what was said before.",
    ));
    drop(
        alice
            .run(&["group", "remove", "Harbour", "Carol", "--yes"])
            .expect(1)
            .says("Carol is not in Harbour. Nothing was changed."),
    );
    drop(
        alice
            .run(&["group", "add", "Harbour", "Carol"])
            .expect(1)
            .says("or was removed, and nobody comes back"),
    );

    drop(bob.run(&["inbox"]).expect(0).prints("Alice removed Carol from Harbour."));
    drop(carol.run(&["inbox"]).expect(0).prints("Alice removed you from Harbour."));
    drop(alice.run(&["send", "--group", "Harbour", "after"]).expect(0).prints("Sent to Harbour"));
    drop(bob.run(&["send", "--group", "Harbour", "and after that"]).expect(0));
    assert_eq!(bob.inbox(), ["after"]);
    assert_eq!(alice.inbox(), ["and after that"]);
    assert_eq!(carol.inbox(), [""; 0]);
    assert_eq!(texts(&carol, "Harbour"), ["before"]);
    let cannot = carol.run(&["send", "--group", "Harbour", "let me in"]).expect(1);
    drop(cannot.says("Alice removed you from Harbour, and nobody comes back into a group."));
    drop(carol.run(&["group", "list"]).expect(0).prints("Harbour, from which Alice removed you."));

    // A keeper who leaves passes the role on.
    drop(alice.run(&["group", "leave", "Harbour", "--yes"]).expect(0));
    let told = bob.run(&["inbox"]).expect(0).prints("Alice left the keeping of Harbour to you");
    drop(told.prints("Alice left Harbour."));
    drop(bob.run(&["group", "remove", "Harbour", "Bob", "--yes"]).expect(1));
    drop(bob.run(&["group", "add", "Harbour", "Alice"]).expect(1).says("Alice has left Harbour"));
}

#[test]
fn a_chat_tells_of_a_removal_and_then_takes_no_more() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob, carol] = three(&place, &relay);
    drop(alice.run(&["group", "create", "Harbour", "Bob", "Carol"]).expect(0));
    meet(&[&bob, &carol, &alice]);
    let mut chat = carol.start(&["chat", "--group", "Harbour"]);
    chat.wait_until_told("only Alice can remove somebody.");
    drop(alice.run(&["group", "remove", "Harbour", "Carol", "--yes"]).expect(0));
    chat.wait_for(Stream::Out, |line| line.contains("Alice removed you from Harbour."));
    chat.feed("am I still here?\n");
    chat.wait_until_told("Alice removed you from Harbour, and nobody comes back into a group.");
    drop(chat.finish());
    assert_eq!(bob.inbox(), [""; 0]);
}

#[test]
fn an_operator_s_group_works_by_hand_outlives_a_killed_relay_and_every_screen_says_whose_word_it_is() {
    const BY: &str = "The operator says who is in this group.";
    let place = Place::new();
    let data = place.path("relay");
    let relay = Relay::listen_with(&place, &data, "127.0.0.1:0", &["--groups", "--channels", "--backups"]);
    let people = three(&place, &relay);
    let [alice, bob, carol] = &people;
    for one in &people {
        drop(one.run(&["group", "believe", "operator"]).expect(0).prints("believes what it says"));
    }
    let made = alice.run(&["group", "create", "Harbour", "Bob"]).expect(0);
    drop(made.prints("The relay made Harbour, with 2 members: you and Bob.").says(BY));
    drop(bob.run(&["inbox"]).expect(0).prints("The operator says that Alice put you into Harbour."));
    let refused = bob.run(&["group", "add", "Harbour", "Carol"]).expect(1);
    drop(refused.says("By the operator's rule only Alice can change who is in Harbour."));
    drop(alice.run(&["send", "--group", "Harbour", "six at the pier"]).expect(0));
    let added = alice.run(&["group", "add", "Harbour", "Carol"]).expect(0);
    drop(added.prints("The relay added Carol to Harbour: 3 members now"));

    let stopped = relay.kill();
    let relay = Relay::start_again(&place, &stopped);
    drop(carol.run(&["inbox"]).expect(0).prints("The operator says that Alice put you into Harbour."));
    assert_eq!(texts(carol, "Harbour"), [""; 0], "nothing from before");
    // Bob's phone hears of Carol while it sends, and says so before the next text, which goes to her.
    let before = bob.run(&["send", "--group", "Harbour", "to Alice"]).expect(0);
    drop(before.prints("the relay has the copy of its one other member."));
    let after = bob.run(&["send", "--group", "Harbour", "to both"]).expect(0);
    drop(after.says("The operator says that Alice added Carol to Harbour.").prints("both other members."));
    let told = bob.run(&["inbox"]).expect(0).prints("six at the pier");
    drop(told.prints("The operator says that Alice added Carol to Harbour."));
    drop(bob.run(&["group", "list"]).expect(0).prints(BY));
    drop(bob.run(&["group", "show", "Harbour"]).expect(0).says(BY));
    let mut chat = bob.start(&["chat", "--group", "Harbour"]);
    chat.wait_until_told("The operator says who");
    drop(
        alice.run(&["group", "remove", "Harbour", "Bob", "--yes"]).expect(0).prints("The relay removed Bob"),
    );
    chat.wait_for(Stream::Out, |line| line.contains("removed you from"));
    chat.feed("am I still here?\n");
    chat.wait_until_told("The operator says that you are no longer in Harbour.");
    drop(chat.finish());
    drop(alice.run(&["group", "hand-over", "Harbour", "Carol"]).expect(0).prints("the admin of Harbour"));
    drop(alice.run(&["group", "leave", "Harbour", "--yes"]).expect(0).prints("The relay took you out"));
    drop(
        carol.run(&["inbox"]).expect(0).prints("The operator says that Alice made you the admin of Harbour."),
    );
    drop(carol.run(&["group", "show", "Harbour"]).expect(0).prints("Harbour has 1 member"));

    // The relay's own rows say as much, and a demand on them finds it.
    let ledger = place.command(place.programs().relay());
    let ledger = Process::run(with(ledger, &["ledger", "--data", data.to_str().unwrap()]), "").expect(0);
    drop(ledger.prints("Groups, whose members this relay manages:").prints("Harbour"));
    // Whoever removes an account is told of everything that goes with it.
    drop(carol.run(&["channel", "create", "@quay_news"]).expect(0));
    drop(carol.run(&["backup", "on", "--key", "operator"]).expect(0));
    let account = carol.run(&["account", "show", "--json"]).expect(0).json()["account"].clone();
    drop(relay.stop());
    let remove = ["account", "remove", account.as_str().unwrap(), "--data", data.to_str().unwrap()];
    let all = "2 deposits with a backup, 1 channel with its posts, 1 place in a group, its keys";
    drop(relay_command(&place, &remove).expect(1).says(all));
}

fn with(mut command: std::process::Command, arguments: &[&str]) -> std::process::Command {
    command.args(arguments);
    command
}

#[test]
fn wrong_names_are_answered_with_what_to_do_and_change_nothing() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob, carol] = three(&place, &relay);
    let groups = |phone: &Phone| {
        phone.run(&["group", "list", "--json"]).expect(0).json()["groups"].as_array().unwrap().len()
    };
    drop(alice.run(&["send", "--group", "Harbour", "hello"]).expect(1).says("You are in none yet"));
    drop(alice.run(&["group", "create", "Harbour"]).expect(2).says("<MEMBER>"));
    drop(alice.run(&["group", "create", "+1", "Bob"]).expect(2).says("A name has 1 to 64 bytes"));
    drop(
        alice
            .run(&["group", "create", "Harbour", "Bob", "Nobody"])
            .expect(1)
            .says("no contact called Nobody"),
    );
    drop(alice.run(&["contact", "block", "Carol"]).expect(0));
    drop(alice.run(&["group", "create", "Harbour", "Bob", "Carol"]).expect(1).says("You have blocked Carol"));
    drop(alice.run(&["contact", "unblock", "Carol"]).expect(0));
    assert_eq!(groups(&alice), 0);
    drop(alice.run(&["group", "create", "Harbour", "Bob", "Carol", "Bob"]).expect(0).prints("3 members"));
    drop(
        alice.run(&["group", "create", "harbour ", "Bob"]).expect(1).says("You have a group called harbour"),
    );
    drop(alice.run(&["group", "show", "arbou"]).expect(1).says("Did you mean Harbour?"));
    drop(alice.run(&["send", "--group", "Harbour", " "]).expect(2).says("the message is empty"));
    drop(alice.run(&["send", "--group", "Harbour"]).expect(2));
    drop(alice.run(&["history", "Bob", "--group", "Harbour"]).expect(2));
    drop(alice.run(&["chat", "Bob", "--group", "Harbour"]).expect(2));

    // Anybody can give a group any name. Two groups of one name are distinguished by their ids.
    drop(bob.run(&["inbox"]).expect(0));
    drop(carol.run(&["group", "create", "Harbour", "Bob"]).expect(0));
    drop(bob.run(&["inbox"]).expect(0));
    let several = bob.run(&["send", "--group", "Harbour", "hello"]).expect(1);
    let several = several.says("Harbour can mean 2 of your groups");
    let id = several.err.split_whitespace().find(|word| word.len() == 32).unwrap();
    drop(bob.run(&["send", "--group", id, "hello"]).expect(0).prints("Sent to Harbour"));

    // Somebody who has left does not return.
    drop(carol.run(&["inbox"]).expect(0));
    let made_first = alice.run(&["group", "list", "--json"]).expect(0).json();
    let made_first = made_first["groups"][0]["group_id"].as_str().unwrap().to_owned();
    drop(carol.run(&["group", "leave", &made_first, "--yes"]).expect(0));
    drop(alice.run(&["inbox"]).expect(0).prints("Carol left Harbour."));
    drop(alice.run(&["group", "add", "Harbour", "Carol"]).expect(1).says("Carol has left Harbour"));
    let gone = carol.run(&["group", "add", &made_first, "Alice"]).expect(1);
    drop(gone.says("You have left Harbour, and nobody comes back"));
}

#[test]
fn a_closed_account_in_a_group_is_named_and_the_others_get_their_copies() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob, carol] = three(&place, &relay);
    drop(alice.run(&["group", "create", "Harbour", "Bob", "Carol"]).expect(0));
    drop(bob.run(&["inbox"]).expect(0));
    drop(carol.run(&["account", "close", "--yes"]).expect(0));
    let sent = alice.run(&["send", "--group", "Harbour", "hello"]).expect(1);
    let sent = sent.prints("Sent to 1 of 2 members of Harbour.").prints("does not take it for: Carol");
    assert!(sent.tells("a message to Carol was not sent"), "{sent:?}");
    assert_eq!(bob.inbox(), ["hello"]);
    let sent = alice.run(&["send", "--json", "--group", "Harbour", "again"]).expect(1).json();
    let copies: Vec<_> =
        sent["copies"].as_array().unwrap().iter().map(|copy| (&copy["contact"], &copy["state"])).collect();
    assert!(copies.contains(&(&Value::from("Carol"), &Value::from("refused"))), "{sent}");
    assert_eq!(bob.inbox(), ["again"]);
    drop(carol.run(&["group", "create", "New", "Bob"]).expect(1).says("This account is closed"));
}

#[test]
fn a_relay_that_is_away_keeps_nothing_from_a_group_and_everything_goes_later() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob, carol] = three(&place, &relay);
    let stopped = relay.kill();
    drop(alice.run(&["group", "create", "Harbour", "Bob", "Carol"]).expect(3).prints("Made Harbour"));
    let sent = alice.run(&["send", "--group", "Harbour", "later"]).expect(3);
    drop(sent.prints("Not sent to Harbour yet. Waiting on this phone for: Bob, Carol."));
    let relay = Relay::listen(&place, stopped.data(), &stopped.host_and_port());
    drop(alice.run(&["inbox"]).expect(0));
    for other in [&bob, &carol] {
        assert_eq!(other.inbox(), ["later"]);
    }
    drop(relay);
}

#[test]
fn a_sender_who_is_killed_between_copies_loses_none_and_sends_none_twice() {
    let place = Place::new();
    let limits = place.path("limits.json");
    // The limits let copies be sent one at a time, so that a kill falls between them.
    std::fs::write(&limits, r#"{"sealed_submissions":{"burst":3,"every":40}}"#).unwrap();
    let folder = place.path("relay");
    let relay = Relay::listen_with(&place, &folder, "127.0.0.1:0", &["--limits", limits.to_str().unwrap()]);
    let [alice, bob, carol] = three(&place, &relay);
    let mut made = alice.run(&["group", "create", "Harbour", "Bob", "Carol"]);
    let settle = |phone: &Phone| {
        let begun = Instant::now();
        while phone.waiting() > 0 {
            assert!(begun.elapsed() < Duration::from_secs(60), "something waits for ever");
            thread::sleep(Duration::from_millis(50));
            drop(phone.run(&["inbox"]));
        }
    };
    settle(&alice);
    made.out.clear();
    let mut dice = StdRng::seed_from_u64(rand::rng().random());
    for round in 0..8 {
        let mut chat = alice.start(&["chat", "--group", "Harbour"]);
        chat.feed(&(0..4).map(|line| format!("{round}.{line}\n")).collect::<String>());
        thread::sleep(Duration::from_millis(dice.random_range(150..900)));
        drop(chat.kill());
        let text = format!("{round} sent");
        let sending = Process::start(alice.command(&["send", "--group", "Harbour", &text]));
        thread::sleep(Duration::from_millis(dice.random_range(100..700)));
        drop(sending.kill());
    }
    settle(&alice);
    let stored = texts(&alice, "Harbour");
    println!("{} texts were stored before their kill", stored.len());
    assert!(!stored.is_empty());
    for other in [&bob, &carol] {
        let mut got = Vec::new();
        loop {
            let more = other.inbox();
            if more.is_empty() {
                break;
            }
            got.extend(more);
        }
        assert_eq!(got, stored, "each once, in order");
    }
    drop(alice.run(&["inbox"]));
}

#[test]
fn a_chat_in_a_group_shows_what_is_said_there_and_who_comes_and_goes() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob, carol] = three(&place, &relay);
    drop(alice.run(&["group", "create", "Harbour", "Bob", "Carol"]).expect(0));
    drop(bob.run(&["inbox"]).expect(0));
    drop(carol.run(&["inbox"]).expect(0));
    let mut chat = bob.start(&["chat", "--group", "Harbour"]);
    chat.wait_until_told("Talking in Harbour, 3 members: you, Alice and Carol.");
    chat.feed("from Bob\n/timer 1h\n/verify\n");
    chat.wait_until_told("Message 1: sent.");
    assert_eq!(alice.inbox(), ["from Bob"]);
    drop(alice.run(&["send", "--group", "Harbour", "from Alice"]).expect(0));
    chat.wait_for(Stream::Out, |line| {
        line.contains("Alice in Harbour (NOT VERIFIED)") && line.ends_with("from Alice")
    });
    drop(carol.run(&["group", "leave", "Harbour", "--yes"]).expect(0));
    chat.wait_for(Stream::Out, |line| line.contains("Carol left Harbour."));
    let ended = chat.finish().expect(0);
    drop(ended.says("this is for a chat with one person"));
    let again = bob.run(&["chat", "--group", "Harbour", "--last", "9"]).expect(0);
    drop(again.prints("from Bob").prints("from Alice").prints("Carol left Harbour."));
}

#[test]
fn the_screens_of_groups_fit_a_narrow_window() {
    let place = Place::new();
    let relay = place.relay();
    let [alice, bob, _carol] = three(&place, &relay);
    let name = "The harbour watch of the long pier";
    let run = |phone: &Phone, arguments: &[&str]| {
        let mut command = phone.command(arguments);
        command.env("COLUMNS", "40");
        Process::run(command, "")
    };
    let screens = [
        run(&alice, &["group", "create", name, "Bob", "Carol"]),
        run(&alice, &["send", "--group", name, "hello"]),
        run(&bob, &["inbox"]),
        run(&alice, &["group", "list"]),
        run(&alice, &["group", "show", name]),
        run(&alice, &["history", "--group", name]),
        run(&alice, &["group", "show", "no such group, whatever it is called"]),
        run(&bob, &["group", "leave", name, "--yes"]),
    ];
    for screen in screens {
        let lines = screen.out.lines().chain(screen.err.lines());
        for line in lines.filter(|line| !line.starts_with("Next:")) {
            assert!(line.chars().count() <= 40, "{line}");
        }
    }
}

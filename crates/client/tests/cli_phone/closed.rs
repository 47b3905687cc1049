//! A phone with a closed account: what still works, and how to begin again.

use pillarbox_relay::offline::Offline;

use super::support::Place;

#[test]
fn a_closed_account_says_so_and_keeps_nothing_that_cannot_go() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    alice.run(&["send", "Bob", "before"]).expect(0);
    assert!(alice.run(&["account", "close", "--yes"]).expect(0).tells("--replace-closed"));
    for arguments in [
        &["send", "Bob", "after"][..],
        &["chat", "Bob"],
        &["inbox"],
        &["inbox", "--follow"],
        &["contact", "add", "+447700900102"],
        &["account", "invite"],
        &["account", "close"],
    ] {
        let ran = alice.run(arguments).expect(1);
        assert!(ran.tells("This account is closed, so nothing was kept or sent."), "{}", ran.err);
    }
    let shown = alice.run(&["account", "show"]).expect(0).out;
    let line = |word: &str| shown.lines().find(|line| line.starts_with(word)).unwrap_or_default().to_owned();
    assert!(line("Closed").ends_with(" UTC; nothing goes or comes"), "{shown}");
    assert_eq!(line("Waiting"), "Waiting     nothing any more; 0 never sent");
    assert!(alice.run(&["history", "Bob"]).expect(0).out.contains("before"));
    let json: serde_json::Value =
        serde_json::from_str(&alice.run(&["account", "show", "--json"]).expect(0).out).unwrap();
    assert!(json["closed_at_ms"].is_u64(), "{json}");
    let json: serde_json::Value =
        serde_json::from_str(&bob.run(&["account", "show", "--json"]).expect(0).out).unwrap();
    assert!(json["closed_at_ms"].is_null(), "{json}");
}

#[test]
fn after_closing_one_can_begin_anew_and_nothing_is_destroyed() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    alice.run(&["send", "Bob", "kept"]).expect(0);
    let address = place.relay.address();
    let anew: &[&str] = &["account", "create", "--relay", &address, "--replace-closed"];
    let open = alice.run(anew).expect(4);
    assert!(open.tells("is not closed, so nothing was changed"), "{}", open.err);
    alice.run(&["account", "close", "--yes"]).expect(0);
    let shown = alice.run(&["account", "show"]).expect(0);
    assert!(
        shown
            .err
            .trim_end()
            .ends_with(&format!("account create --relay {address} --name=Alice --replace-closed")),
        "{}",
        shown.err
    );
    let plain = alice.run(&["account", "create", "--relay", &address]).expect(4);
    assert!(plain.tells("--replace-closed moves it aside and begins anew"), "{}", plain.err);
    // A relay that does not run leaves everything unchanged.
    let nowhere = address
        .replace(&format!(":{}/", address.rsplit(':').next().unwrap().split('/').next().unwrap()), ":1/");
    alice.run(&["account", "create", "--relay", &nowhere, "--replace-closed"]).expect(3);
    assert!(alice.run(&["history", "Bob"]).expect(0).out.contains("kept"));

    let made = alice.run(anew).expect(0);
    assert!(made.tells("does not take over its name Alice from the closed one"), "{}", made.err);
    assert!(made.tells("The profile of the closed account is in"), "{}", made.err);
    assert!(made.err.lines().last().unwrap().starts_with("Next: "), "what to type stands last: {}", made.err);
    assert_eq!(alice.run(&["contact", "list", "--plain"]).expect(0).out, "");
    let folders = std::fs::read_dir(alice.folder().parent().unwrap()).unwrap();
    let names = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap());
    let aside = names.into_iter().find(|name| name.starts_with("alice-closed-")).unwrap();
    assert!(place.phone(&aside).run(&["history", "Bob"]).expect(0).out.contains("kept"));
    // The account is closed once more on the same day.
    alice.run(&["account", "close", "--yes"]).expect(0);
    alice.run(anew).expect(0);
    assert!(place.phone(&format!("{aside}-2")).folder().exists());
    // Creating a new profile in an empty folder does not need a closed account.
    let carol = place.phone("carol");
    carol.run(anew).expect(0);
}

/// The suggested command makes an account with the same number and name.
#[test]
fn what_is_told_to_begin_anew_keeps_number_and_name() {
    let place = Place::new();
    let alice = place.phone("alice");
    let address = place.relay.address();
    let name = "--name=-Alice's $(phone)";
    alice.run(&["account", "create", "--relay", &address, "--number", "+447700900101", name]).expect(0);
    let closed = alice.run(&["account", "close", "--yes"]).expect(0);
    let shown = alice.run(&["account", "show"]).expect(0);
    assert_eq!(closed.next_step(), shown.next_step());
    let made = alice.follow(shown.next_step().unwrap()).expect(0);
    assert!(!made.tells("does not take over"), "{}", made.err);
    let plain = alice.run(&["account", "show", "--plain"]).expect(0).out;
    assert!(plain.contains("+447700900101\t-Alice's $(phone)\t"), "{plain}");
}

/// An account removed by the relay's operator can be closed on the phone, and replaced by a new one.
#[test]
fn an_account_that_the_operator_removed_is_no_dead_end() {
    let mut place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    alice.run(&["send", "Bob", "kept"]).expect(0);
    let shown = alice.run(&["account", "show", "--json"]).expect(0).out;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let address = shown["account"].as_str().unwrap();
    place.relay.stop();
    let reserve = pillarbox_relay::Limits::default().reserve_bytes;
    let mut offline = Offline::open(&place.relay_folder(), reserve).unwrap();
    let account = offline.by_id(&[]).find(|account| address.starts_with(&account.to_string())).unwrap();
    offline.remove_account(account).unwrap();
    drop(offline);
    let folder = place.relay_folder();
    place.relay = place.relay.restart(&folder);
    let address = place.relay.address();
    let anew: &[&str] = &["account", "create", "--relay", &address, "--name", "Alice", "--replace-closed"];
    alice.run(anew).expect(4);
    let closed = alice.run(&["account", "close", "--yes"]).expect(0);
    assert!(closed.out.contains("whoever runs it has removed the account"), "{}", closed.out);
    assert!(alice.run(&["account", "show"]).expect(0).out.contains("nothing goes or comes"));
    assert!(alice.run(&["history", "Bob"]).expect(0).out.contains("kept"));
    alice.run(anew).expect(0);
    alice.run(&["account", "invite", "--plain"]).expect(0);
}

/// Tabs are treated by one rule, in the same words, wherever a text comes from.
#[test]
fn a_tab_is_a_blank_and_that_is_said() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    let says = "A tab is a blank in a message.";
    let sent = alice.run(&["send", "Bob", "one\ttab"]).expect(0);
    assert!(sent.tells(says), "{}", sent.err);
    assert!(!alice.run(&["send", "Bob", "no tab"]).expect(0).tells(says));
    let chat = alice.run_with(&["chat", "Bob"], "two\ttabs\there\nthree\ttabs\n").expect(0);
    assert_eq!(chat.err.matches(says).count(), 1, "{}", chat.err);
    let history = alice.run(&["history", "Bob", "--json"]).expect(0).out;
    for text in ["\"one tab\"", "\"two tabs here\"", "\"three tabs\""] {
        assert!(history.contains(text), "{history}");
    }
}

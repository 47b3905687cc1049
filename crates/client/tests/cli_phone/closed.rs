//! A phone whose account is closed: what it still does, and how one begins anew.

use crate::support::Place;

#[test]
fn a_closed_account_says_so_and_keeps_nothing_that_cannot_go() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    alice.run(&["send", "Bob", "before"]).expect(0);
    assert!(alice.run(&["account", "close", "--yes"]).expect(0).says("--replace-closed"));
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
        assert!(ran.says("This account is closed, so nothing was kept or sent."), "{}", ran.err);
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
    assert!(open.says("is not closed, so nothing was changed"), "{}", open.err);
    alice.run(&["account", "close", "--yes"]).expect(0);
    let shown = alice.run(&["account", "show"]).expect(0);
    assert!(
        shown.err.trim_end().ends_with(&format!("account create --relay {address} --replace-closed")),
        "{}",
        shown.err
    );
    let plain = alice.run(&["account", "create", "--relay", &address]).expect(4);
    assert!(plain.says("--replace-closed moves it aside and begins anew"), "{}", plain.err);
    // A relay that is not there leaves everything as it was.
    let nowhere = address
        .replace(&format!(":{}/", address.rsplit(':').next().unwrap().split('/').next().unwrap()), ":1/");
    alice.run(&["account", "create", "--relay", &nowhere, "--replace-closed"]).expect(3);
    assert!(alice.run(&["history", "Bob"]).expect(0).out.contains("kept"));

    let made = alice.run(anew).expect(0);
    assert!(made.says("The profile of the closed account is in"), "{}", made.err);
    assert!(made.err.lines().last().unwrap().starts_with("Next: "), "what to type stands last: {}", made.err);
    assert_eq!(alice.run(&["contact", "list", "--plain"]).expect(0).out, "");
    let folders = std::fs::read_dir(alice.directory().parent().unwrap()).unwrap();
    let names = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap());
    let aside = names.into_iter().find(|name| name.starts_with("alice-closed-")).unwrap();
    assert!(place.phone(&aside).run(&["history", "Bob"]).expect(0).out.contains("kept"));
    // And once more on the same day.
    alice.run(&["account", "close", "--yes"]).expect(0);
    alice.run(anew).expect(0);
    assert!(place.phone(&format!("{aside}-2")).directory().exists());
    // A new profile in a free place needs nothing to be closed.
    let carol = place.phone("carol");
    carol.run(anew).expect(0);
}

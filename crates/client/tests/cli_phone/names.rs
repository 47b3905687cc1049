//! No name or number passes somebody off as somebody else.

use super::support::{Phone, Place};

/// Creates an account with this suggested name.
fn calling_itself(place: &Place, profile: &str, name: &str) -> Phone {
    let phone = place.phone(profile);
    let relay = place.relay.address();
    phone.run(&["account", "create", "--relay", &relay, "--name", name]).expect(0);
    phone
}

/// Returns the names in the list of contacts, from its JSON.
fn listed(phone: &Phone) -> Vec<String> {
    let list = phone.run(&["contact", "list", "--plain"]).expect(0).out;
    list.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect()
}

#[test]
fn what_is_sent_to_a_verified_contact_goes_to_nobody_who_calls_themselves_so() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    alice.run(&["verify", "Bob", "--heard", &bob.number("Alice")]).expect(0);
    for (at, name) in ["bob", "BOB ", "Bo\u{200d}b", "\u{ff22}ob"].into_iter().enumerate() {
        let mallory = calling_itself(&place, &format!("mallory{at}"), name);
        let added = alice.run(&["contact", "add", &mallory.invitation()]).expect(0);
        assert!(!added.out.starts_with(&format!("Added {name}. ")), "{}", added.out);
        alice.run(&["contact", "add", &mallory.invitation(), "--name", name]).expect(1);
        for typed in ["bob", "Bob", "BOB", " bob "] {
            let sent = alice.run(&["send", typed, "meet me at six"]).expect(0);
            assert_eq!(sent.out, "Sent: the relay keeps it for Bob.\n", "{typed}");
        }
        assert_eq!(mallory.run(&["inbox", "--plain"]).expect(0).out, "");
    }
    assert!(bob.run(&["inbox"]).expect(0).out.contains("meet me at six"));
    alice.run(&["contact", "rename", "bob", "BOB"]).expect(0);
    alice.run(&["history", "Bob"]).expect(0);
}

#[test]
fn a_number_finds_by_number_only_in_every_command() {
    let place = Place::new();
    let relay = place.relay.address();
    let bob = place.phone("bob");
    bob.run(&["account", "create", "--relay", &relay, "--number", "+44 (0) 7700 900102"]).expect(0);
    let mallory = calling_itself(&place, "mallory", "+447700900102");
    let alice = place.account("alice");
    alice.run(&["contact", "add", " +44 (0)7700 900102", "--name", "Robert"]).expect(0);
    let added = alice.run(&["contact", "add", &mallory.invitation()]).expect(0);
    assert!(added.tells("calls itself \"+447700900102\"") && added.tells("not taken over"), "{}", added.err);
    assert!(!listed(&alice).contains(&"+447700900102".to_owned()));

    for typed in ["+447700900102", "+44 7700 900102", "+44 (0) 7700 900102", "+44-7700-900-102"] {
        let sent = alice.run(&["send", typed, "by number"]).expect(0);
        assert_eq!(sent.out, "Sent: the relay keeps it for Robert.\n", "{typed}");
        alice.run(&["verify", typed, "--show"]).expect(0);
        alice.run(&["history", typed]).expect(0);
        alice.run(&["contact", "timer", typed, "off"]).expect(0);
    }
    assert_eq!(mallory.run(&["inbox", "--plain"]).expect(0).out, "");
    for name in ["+447700900199", "00447700900199", "07700 900199", "447700900199", "+x", "You"] {
        let refused = alice.run(&["contact", "rename", "Robert", name]).expect(2);
        assert!(
            refused.tells("is no telephone number, also without its +, and not the word You"),
            "{}",
            refused.err
        );
        alice.run(&["contact", "add", &mallory.invitation(), "--name", name]).expect(2);
    }
    let unknown = alice.run(&["send", "+44 7700 900103", "x"]).expect(1);
    assert!(unknown.tells("no contact with the number"), "{}", unknown.err);
    assert!(alice.follow(unknown.next_step().unwrap()).expect(1).tells("no account has this number"));
    for command in ["rename", "remove"] {
        let last = if command == "rename" { "Bob" } else { "--yes" };
        let whom = if command == "rename" { "+44 7700 900102" } else { "+447700900102" };
        alice.run(&["contact", command, whom, last]).expect(0);
    }
}

#[test]
fn a_look_alike_of_another_script_is_told_and_not_refused() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    alice.run(&["verify", "Bob", "--heard", &bob.number("Alice")]).expect(0);
    let mallory = calling_itself(&place, "mallory", "Bоb");
    let added = alice.run(&["contact", "add", &mallory.invitation()]).expect(0);
    assert_eq!(added.out, "Added Bоb. NOT VERIFIED.\n");
    assert!(
        added.tells("this Bоb looks like Bob (VERIFIED)") && added.tells("is somebody else"),
        "{}",
        added.err
    );
    let list = alice.run(&["contact", "list"]).expect(0).out;
    assert!(list.contains("looks like Bob, and is somebody else"), "{list}");
    alice.run(&["send", "Bob", "for Bob"]).expect(0);
    assert_eq!(mallory.run(&["inbox", "--plain"]).expect(0).out, "");
    let renamed = alice.run(&["contact", "rename", "Bоb", "Mallory"]).expect(0);
    assert!(!renamed.tells("looks like"), "{}", renamed.err);
    assert!(alice.run(&["contact", "rename", "Mallory", "B0b"]).expect(0).tells("looks like Bob"));
    let typed = alice.run(&["send", "Воb", "x"]).expect(1);
    assert!(typed.tells("Did you mean"), "{}", typed.err);
    // A stranger's look-alike name is also reported when the stranger writes first.
    let stranger = calling_itself(&place, "stranger", "Βob");
    stranger.add(&alice);
    stranger.run(&["send", "Alice", "it is me"]).expect(0);
    let inbox = alice.run(&["inbox"]).expect(0);
    assert!(inbox.tells("whose account is another one"), "{}", inbox.err);
}

#[test]
fn names_that_mean_something_else_than_a_person_are_not_taken_over() {
    let place = Place::new();
    let alice = place.account("alice");
    for (at, name) in ["You", "Bob (VERIFIED)", "07700 900102", "YОU", "3c891561", "waiting", "Blocked"]
        .into_iter()
        .enumerate()
    {
        let mallory = calling_itself(&place, &format!("mallory{at}"), name);
        let added = alice.run(&["contact", "add", &mallory.invitation()]).expect(0);
        assert!(added.tells("was not taken over"), "{name}: {}", added.err);
        let listed = listed(&alice);
        assert!(!listed.contains(&name.to_owned()), "{listed:?}");
        mallory.add(&alice);
        mallory.run(&["send", "Alice", "hello"]).expect(0);
        let inbox = alice.run(&["inbox"]).expect(0).out;
        assert!(!inbox.starts_with(name), "{inbox}");
    }
}

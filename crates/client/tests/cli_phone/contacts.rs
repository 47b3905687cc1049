//! Contacts through the program: adding, listing, verifying, forgetting.

use pillarbox_client::Invitation;
use pillarbox_crypto::IdentitySecret;

use super::support::{Phone, Place, Process};

#[test]
fn an_invitation_makes_a_contact_that_is_not_verified() {
    let place = Place::new();
    let (alice, bob) = (place.account("alice"), place.account("bob"));
    let added = bob.run(&["contact", "add", &alice.invitation()]).expect(0);
    assert_eq!(added.out, "Added Alice. NOT VERIFIED.\n");
    assert!(added.next_step().unwrap().ends_with("verify Alice"));

    // The invitation comes from standard input, and the contact gets a name of Alice's choice.
    alice.run_with(&["contact", "add", "-", "--name", "Bob B"], &bob.invitation()).expect(0);
    let listed = alice.run(&["contact", "list", "--plain"]).expect(0).out;
    assert!(listed.starts_with("Bob B\tunverified\t"), "{listed}");
    let list: serde_json::Value =
        serde_json::from_str(&alice.run(&["contact", "list", "--json"]).expect(0).out).unwrap();
    assert_eq!(list["v"], 1);
    assert_eq!(list["contacts"][0]["contact"], "Bob B");
    assert!(alice.run(&["contact", "list"]).expect(0).out.contains("NOT VERIFIED"));
}

#[test]
fn an_invitation_is_printed_once_and_what_to_do_with_it_beside_it() {
    let place = Place::new();
    let (alice, bob) = (place.account("alice"), place.account("bob"));
    let invited = alice.run(&["account", "invite"]).expect(0);
    let link = invited.out.trim_end();
    assert!(link.starts_with("pillarbox:invite/") && !link.contains(char::is_whitespace), "{link}");
    assert!(!invited.err.contains("pillarbox:invite/") && invited.next_step().is_none(), "{}", invited.err);
    assert!(invited.tells("They type: pillarbox contact add LINK"), "{}", invited.err);
    assert_eq!(bob.run(&["contact", "add", link]).expect(0).out, "Added Alice. NOT VERIFIED.\n");
}

#[test]
fn who_is_not_verified_stands_out_by_weight_and_by_words() {
    const BOLD: &str = "\u{1b}[1m";
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let list = |phone: &Phone, when: &str| phone.run(&["--color", when, "contact", "list"]).expect(0).out;
    let heavy = list(&alice, "always");
    assert!(heavy.contains(&format!("{BOLD}NOT VERIFIED")), "{heavy}");
    assert_eq!(list(&alice, "never"), anstream::adapter::strip_str(&heavy).to_string());
    let chat = alice.run_with(&["--color", "always", "chat", "Bob"], "hi\n").expect(0);
    assert!(chat.err.contains(&format!("Talking with Bob, {BOLD}NOT VERIFIED")), "{}", chat.err);
    let inbox = bob.run(&["--color", "always", "inbox"]).expect(0).out;
    assert!(inbox.starts_with(&format!("Alice ({BOLD}NOT VERIFIED")), "{inbox}");
    alice.run(&["verify", "Bob", "--heard", &bob.number("Alice")]).expect(0);
    let light = list(&alice, "always");
    assert!(light.contains("VERIFIED") && !light.contains('\u{1b}'), "{light}");
}

#[test]
fn texts_of_others_keep_to_the_window_and_never_begin_where_names_stand() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    alice.run(&["send", "Bob", &"x".repeat(70)]).expect(0);
    let mut inbox = bob.command(&["inbox"]);
    inbox.env("COLUMNS", "40");
    let shown = Process::run(inbox, "").expect(0).out;
    assert!(shown.lines().all(|line| line.chars().count() <= 40), "{shown}");
    assert!(shown.lines().skip(1).all(|line| line.starts_with("  ")), "{shown}");
}

#[test]
fn a_number_makes_a_contact_by_the_word_of_the_relay() {
    let place = Place::new();
    let relay = place.relay.address();
    let alice = place.phone("alice");
    alice.run(&["account", "create", "--relay", &relay, "--number", "+447700900123"]).expect(0);
    let bob = place.account("bob");
    let added = bob.run(&["contact", "add", "+44 7700 900123", "--name", "Alice"]).expect(0);
    assert_eq!(added.out, "Added Alice. NOT VERIFIED.\n");
    assert!(added.tells("The relay introduced you"), "{}", added.err);
    let unknown = bob.run(&["contact", "add", "+447700900999"]).expect(1);
    assert!(unknown.tells("no account has this number"), "{}", unknown.err);
}

#[test]
fn a_stranger_s_own_name_is_shown_as_a_claim_and_the_owner_chooses_the_name() {
    let place = Place::new();
    let (alice, bob) = (place.account("alice"), place.account("bob"));
    bob.add(&alice);
    bob.run(&["send", "Alice", "hello"]).expect(0);
    let inbox = alice.run(&["inbox"]).expect(0);
    assert!(inbox.tells("calls itself \"Bob\"; anybody can say so"), "{}", inbox.err);
    assert!(!inbox.out.starts_with("Bob"), "a claim is not a name: {}", inbox.out);

    let listed = alice.run(&["contact", "list", "--plain"]).expect(0).out;
    let name = listed.split('\t').next().unwrap();
    let renamed = alice.run(&["contact", "rename", name, "Bob from the club"]).expect(0);
    assert_eq!(renamed.out, format!("{name} is called Bob from the club here from now on. NOT VERIFIED.\n"));
    alice.run(&["send", "Bob from the club", "hello yourself"]).expect(0);
    alice.run(&["contact", "rename", name, "Bob"]).expect(1);
    alice.run(&["contact", "rename", "Bob from the club", "a\u{202e}b"]).expect(2);
}

#[test]
fn what_is_no_invitation_is_refused_with_the_reason() {
    let place = Place::new();
    let (alice, bob) = (place.account("alice"), place.account("bob"));
    let link = bob.invitation();
    let cut = &link[..link.len() / 2];
    // The last letter is left alone, because some of its bits carry no data and have to be zero.
    let (before, end) = link.split_at(link.len() - 2);
    let wrong = if end.starts_with('a') { "b" } else { "a" };
    let mistyped = format!("{before}{wrong}{}", &end[1..]);
    for (text, reason, code) in [
        (cut, "cut off", 2),
        (mistyped.as_str(), "typing error", 2),
        (place.relay.address().as_str(), "address of a relay", 2),
        ("hello", "starts with pillarbox:invite/", 2),
        ("+44x", "only digits", 2),
        (alice.invitation().as_str(), "your own invitation", 1),
    ] {
        let ran = alice.run(&["contact", "add", text]).expect(code);
        assert!(ran.tells(reason), "{reason}: {}", ran.err);
    }
    alice.run(&["contact", "add", &link]).expect(0);
    let carol = place.account("carol");
    let taken = alice.run(&["contact", "add", &carol.invitation(), "--name", "Bob"]).expect(1);
    assert!(taken.tells("already call somebody by this name"), "{}", taken.err);
    alice.follow(taken.next_step().unwrap()).expect(0);
    alice.run(&["contact", "add", &carol.invitation(), "--name", "a\u{202e}b"]).expect(2);
}

#[test]
fn an_unknown_contact_is_told_with_the_nearest_name() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    for (typed, said) in [("Bobby", "no contact called Bobby"), ("ob", "Did you mean Bob?")] {
        let ran = alice.run(&["send", typed, "hi"]).expect(1);
        assert!(ran.tells(said), "{}", ran.err);
        alice.follow(ran.next_step().unwrap()).expect(0);
    }
    alice.run(&["verify", "bob", "--show"]).expect(0);
}

#[test]
fn the_same_number_on_both_phones_verifies_and_only_that() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let number = bob.number("Alice");
    assert_eq!(number, alice.number("Bob"));
    assert_eq!(number.len(), 60);

    // The number is shown, and nothing is decided.
    let shown = alice.run(&["verify", "Bob", "--show"]).expect(0).out;
    assert!(shown.starts_with("Safety number with Bob (NOT VERIFIED):\n"), "{shown}");
    let silent = alice.run(&["verify", "Bob"]).expect(1);
    assert!(silent.tells("Not compared"), "{}", silent.err);

    let mut wrong = number.clone().into_bytes();
    wrong[30] = if wrong[30] == b'0' { b'1' } else { b'0' };
    let wrong = String::from_utf8(wrong).unwrap();
    let mismatch = alice.run(&["verify", "Bob", "--heard", &wrong]).expect(1);
    assert!(mismatch.tells("The three usual reasons"), "{}", mismatch.err);
    for number in [&number, &wrong] {
        let digits: String = mismatch.err.chars().filter(char::is_ascii_digit).collect();
        assert!(digits.contains(number.as_str()), "both numbers are printed");
    }
    alice.follow(mismatch.next_step().unwrap()).expect(0);
    assert!(alice.run(&["contact", "list", "--plain"]).expect(0).out.contains("\tunverified\t"));

    let short = alice.run(&["verify", "Bob", "--heard", &number[1..]]).expect(2);
    assert!(short.tells("this has 59"), "{}", short.err);

    let verified = alice.run_with(&["verify", "Bob"], &format!("{number}\n")).expect(0);
    assert_eq!(verified.out, "Bob is VERIFIED.\n");
    assert!(verified.next_step().unwrap().ends_with("chat Bob"));
    assert!(alice.run(&["contact", "list", "--plain"]).expect(0).out.contains("\tverified\t"));
    let json: serde_json::Value =
        serde_json::from_str(&bob.run(&["verify", "Alice", "--heard", &number, "--json"]).expect(0).out)
            .unwrap();
    assert_eq!((&json["compared"], &json["trust"]), (&true.into(), &"verified".into()));
}

#[test]
fn there_is_no_flag_that_just_says_yes() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    for word in ["--yes", "--force", "-y"] {
        alice.run(&["verify", "Bob", word]).expect(2);
    }
    for word in ["y\n", "yes\n"] {
        alice.run_with(&["verify", "Bob"], word).expect(2);
    }
    assert!(alice.run(&["contact", "list", "--plain"]).expect(0).out.contains("\tunverified\t"));
}

#[test]
fn an_unchanged_key_has_nothing_to_accept() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    let ran = alice.run(&["contact", "accept", "Bob"]).expect(1);
    assert!(ran.tells("Nothing was changed"), "{}", ran.err);
}

#[test]
fn a_removed_contact_is_gone() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    alice.run(&["contact", "remove", "Bob"]).expect(2);
    alice.run(&["contact", "remove", "Bob", "--yes"]).expect(0);
    let none = alice.run(&["contact", "list"]).expect(0);
    assert_eq!(none.out, "No contacts yet.\n");
    alice.follow(none.next_step().unwrap()).expect(0);
}

#[test]
fn the_code_to_scan_is_printed_on_request_and_as_a_picture() {
    let place = Place::new();
    let alice = place.account("alice");
    let link = alice.invitation();
    let full = alice.run(&["account", "invite", "--qr", "full"]).expect(0);
    assert!(full.out.starts_with(&link) && full.out.contains("██"));
    let coloured = alice.run(&["--color", "always", "account", "invite", "--qr", "small"]).expect(0).out;
    assert!(coloured.contains("\u{1b}[") && coloured.contains("107m"), "light modules are painted too");
    assert!(
        coloured
            .lines()
            .skip(1)
            .all(|line| { anstream::adapter::strip_str(line).to_string().chars().count() <= 80 })
    );
    let picture = place.path("code.svg");
    alice.run(&["account", "invite", "--svg", picture.to_str().unwrap()]).expect(0);
    assert!(std::fs::read_to_string(picture).unwrap().contains("<svg"));
}

/// Forges Bob's invitation with the keys of an attacker in between, as a thief of the link or a relay could.
fn forged(invitation: &str) -> String {
    let mut forged: Invitation = invitation.parse().unwrap();
    forged.identity = IdentitySecret::generate(&mut rand::rng()).public();
    forged.to_string()
}

#[test]
fn a_verified_contacts_new_key_stops_everything_until_a_choice() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let before = alice.number("Bob");
    alice.run(&["verify", "Bob", "--heard", &before]).expect(0);

    let changed = alice.run(&["contact", "add", &forged(&bob.invitation())]).expect(1);
    let now = alice.number("Bob");
    assert_ne!(before, now);
    for ran in [changed, alice.run(&["send", "Bob", "hi"]).expect(1)] {
        assert!(ran.tells("Bob's safety number has changed since you verified it"), "{}", ran.err);
        let digits: String = ran.err.chars().filter(char::is_ascii_digit).collect();
        assert!(digits.contains(&before) && digits.contains(&now), "both numbers are printed");
        assert!(ran.tells("`contact accept Bob`"), "{}", ran.err);
        // The suggested next step works, and it changes nothing because nobody is there to compare with.
        assert!(alice.follow(ran.next_step().unwrap()).expect(1).tells("Not compared"));
    }
    let chat = alice.run_with(&["chat", "Bob"], "hi\n").expect(1);
    assert!(chat.tells("KEY CHANGED") && !chat.tells("Message 1"), "{}", chat.err);
    assert!(alice.run(&["account", "show", "--json"]).expect(0).out.contains("\"waiting\":0"));

    let accepted = alice.run(&["contact", "accept", "Bob"]).expect(0);
    assert!(accepted.out.contains("NOT VERIFIED"), "{}", accepted.out);
    assert!(accepted.next_step().unwrap().ends_with("verify Bob"));
    assert!(alice.run(&["contact", "list", "--plain"]).expect(0).out.contains("\tunverified\t"));
}

#[test]
fn an_unverified_contacts_new_key_is_told_and_used() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let changed = alice.run(&["contact", "add", &forged(&bob.invitation())]).expect(0);
    assert!(changed.tells("brings another key"), "{}", changed.err);
    assert_eq!(changed.out, "Bob goes on under the new key. NOT VERIFIED.\n");
}

#[test]
fn an_invitation_to_another_relay_is_told() {
    let (place, elsewhere) = (Place::new(), Place::new());
    let (alice, bob) = (place.account("alice"), elsewhere.account("bob"));
    let ran = alice.run(&["contact", "add", &bob.invitation()]).expect(1);
    assert!(ran.tells("for another relay than yours"), "{}", ran.err);
}

#[test]
fn colours_add_nothing_that_the_words_do_not_say() {
    let place = Place::new();
    let (alice, _bob) = place.alice_and_bob();
    let number = alice.number("Bob");
    let plain = alice.run(&["verify", "Bob", "--heard", &number]).expect(0);
    let coloured = alice.run(&["--color", "always", "verify", "Bob", "--heard", &number]).expect(0);
    assert!(coloured.out.contains('\u{1b}') && !plain.out.contains('\u{1b}'));
    let strip = |text: &str| anstream::adapter::strip_str(text).to_string();
    assert_eq!((strip(&coloured.out), strip(&coloured.err)), (plain.out, plain.err));
}

#[test]
fn adding_somebody_again_says_so() {
    let place = Place::new();
    let (alice, bob) = place.alice_and_bob();
    let again = alice.run(&["contact", "add", &bob.invitation()]).expect(0);
    assert_eq!(again.out, "You have Bob already. NOT VERIFIED.\n");
    assert!(!again.tells("introduced") && !again.tells("on its way"), "{}", again.err);
    let renamed = alice.run(&["contact", "add", &bob.invitation(), "--name", "Robert"]).expect(0);
    assert_eq!(renamed.out, "You have Bob already; it is now called Robert here. NOT VERIFIED.\n");
    let accepted = alice.run(&["contact", "accept", "Robert"]).expect(1);
    assert!(
        accepted.tells("There is nothing to accept: Robert's key is the one that you have had"),
        "{}",
        accepted.err
    );
}

#[test]
fn an_invitation_of_somebody_known_by_number_says_that_the_key_is_the_same() {
    let place = Place::new();
    let (alice, bob) = (place.account("alice"), place.phone("bob"));
    let number = "+447700900102";
    bob.run(&["account", "create", "--relay", &place.relay.address(), "--number", number, "--name", "Bob"])
        .expect(0);
    alice.run(&["contact", "add", number, "--name", "Bob"]).expect(0);
    let again = alice.run(&["contact", "add", &bob.invitation()]).expect(0);
    assert_eq!(again.out, "You have Bob already. NOT VERIFIED.\n");
    assert!(again.tells("The invitation brings the same key as the relay did."), "{}", again.err);
    assert!(!again.tells("introduced"), "{}", again.err);
    let renamed = alice.run(&["contact", "add", number, "--name", "Robert"]).expect(0);
    assert_eq!(renamed.out, "You have Bob already; it is now called Robert here. NOT VERIFIED.\n");
    let again = alice.run(&["contact", "add", number]).expect(0);
    assert_eq!(again.out, "You have Robert already. NOT VERIFIED.\n");
}

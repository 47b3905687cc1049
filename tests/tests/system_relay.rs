//! The relay as its operator sees it: what it holds and sees, how it is watched, and how it starts and stops.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::net::TcpStream;

use pillarbox_testkit::program::{Place, Process, Relay, Stream, relay_command};
use serde_json::Value;

const TEXT: &str = "a text that only two people know";

fn ledger(place: &Place, relay: &std::path::Path, form: &str) -> String {
    relay_command(place, &["ledger", form, "--data", relay.to_str().unwrap()]).expect(0).out
}

#[test]
fn a_relay_asks_for_the_descriptors_that_it_promises_or_says_how_many_it_takes() {
    let place = Place::new();
    let lowered = Relay::with_descriptors(&place, &place.path("lowered"), 128, 1_024);
    // The relay raises its limit above the shell's, up to the allowed one. It accepts connections that the shell's
    // limit would not allow.
    let address = lowered.address().split('/').nth(2).unwrap().to_owned();
    let held: Vec<_> = (0..200).map(|_| TcpStream::connect(&address).unwrap()).collect();
    let alice = place.account(&lowered, "alice");
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(lowered.get("/readyz"), (200, "ready\n".to_owned()));
    drop(held);
    let (_stopped, ended) = lowered.stop();
    let said =
        "Connections At most 912 at once and not 20000: the system gives this process 1024 open files.";
    drop(ended.expect(0).prints(said));
}

#[test]
fn the_ledger_shows_the_same_of_a_running_relay_and_of_a_stopped_one() {
    let place = Place::new();
    let relay = place.relay();
    let alice = place.phone("alice");
    alice.register(&relay, &["--number", "+447700900101"]);
    let bob = place.account(&relay, "bob");
    alice.add(&bob);
    drop(alice.run(&["send", "Bob", TEXT]).expect(0));
    let running: Value = serde_json::from_str(&ledger(&place, relay.data(), "--json")).unwrap();
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    let at_rest: Value = serde_json::from_str(&ledger(&place, stopped.data(), "--json")).unwrap();

    for part in ["keeping", "accounts", "messages", "prekeys"] {
        assert_eq!(running[part], at_rest[part], "{part}");
    }
    assert_eq!(at_rest["accounts"].as_array().unwrap().len(), 2);
    let [message] = at_rest["messages"].as_array().unwrap().as_slice() else { panic!("{at_rest}") };
    assert_eq!(message["sender"], Value::Null, "it came sealed");
    let bobs =
        at_rest["accounts"].as_array().unwrap().iter().find(|account| account["handle"].is_null()).unwrap();
    assert!(message["to"].as_str().unwrap().starts_with(bobs["account"].as_str().unwrap()));
    assert_eq!(message["readable_text"], Value::Null);

    // People and pipes get the same rows, and no row contains the text.
    let rows = ledger(&place, stopped.data(), "--plain");
    assert_eq!(rows.lines().count(), 2, "{rows}");
    let page = relay_command(&place, &["ledger", "--data", stopped.data().to_str().unwrap()]).expect(0).out;
    assert!(
        page.contains("1 of 1 message; also 2 accounts, 2 devices") && page.contains("not named"),
        "{page}"
    );
    for output in [&running.to_string(), &rows, &page] {
        assert!(!output.contains(TEXT));
    }

    // The message is delivered after a restart, and then the relay has nothing left of it.
    let relay = stopped.start_again(&place);
    assert_eq!(bob.inbox(), [TEXT]);
    let receipts: Value = serde_json::from_str(&ledger(&place, relay.data(), "--json")).unwrap();
    assert!(
        receipts["messages"].as_array().unwrap().iter().all(|left| left["message"] != message["message"])
    );
}

#[test]
fn the_files_of_the_relay_hold_no_text_and_those_of_the_phone_neither() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", TEXT]).expect(0));
    let holds = |folder: &std::path::Path, needle: &str| {
        std::fs::read_dir(folder).unwrap().any(|entry| {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
        })
    };
    assert!(
        holds(relay.data(), "This is everything that a Pillarbox relay keeps"),
        "the search finds what is there"
    );
    for folder in [relay.data(), &alice.folder(), &bob.folder()] {
        assert!(!holds(folder, TEXT), "{}", folder.display());
    }
}

#[test]
fn following_the_ledger_shows_a_message_as_it_passes() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let mut follow = relay.follow(&place);
    let matters = relay.follow_with(&place, &[]);
    drop(alice.run(&["send", "Bob", TEXT]).expect(0));
    let submitted = follow.wait_for(Stream::Out, |line| line.contains(" sent to "));
    assert!(!submitted.contains(TEXT) && submitted.ends_with("127.0.0.1"), "{submitted}");
    assert_eq!(bob.inbox(), [TEXT]);
    follow.wait_for(Stream::Out, |line| line.contains(" received "));
    // This list shows the number of a person who wants to be found by it, even if the account is new.
    let number = ["account", "create", "--relay", relay.address(), "--number", "+447700900103"];
    let carol = place.phone("carol");
    drop(carol.run(&number).expect(0));
    // The follower reads numbers from the database at most once a second. An account that appears between two readings
    // is shown by its number after the next reading.
    let named = (0..50).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert_eq!(carol.inbox(), Vec::<String>::new());
        let line = follow.wait_for(Stream::Out, |line| line.contains(" let in "));
        line.contains("  +447700900103  ")
    });
    assert!(named, "the number of an account that came just now");
    let (_stopped, ended) = relay.stop();
    drop(ended.expect(0));
    drop(follow.finish().expect(3).says("the relay has stopped. Its rows are still there"));
    let shown = matters.finish().expect(3).out;
    for (what, is_shown) in
        [("sent to", true), ("delivered to", true), ("received", false), ("disconnected", false)]
    {
        assert_eq!(shown.contains(&format!("  {what} ")), is_shown, "{what}: {shown}");
    }
}

#[test]
fn the_first_screen_of_a_relay_ends_with_its_address_and_a_line_to_copy() {
    let place = Place::new();
    let mut command = Relay::command(&place, &place.path("relay"), "127.0.0.1:0");
    command.args(["--last-seen", "exact", "--keep-delivered", "90"]);
    let mut relay = Process::start(command);
    let screen = std::cell::RefCell::new(Vec::new());
    let next = relay.wait_for(Stream::Out, |line| {
        screen.borrow_mut().push(line.to_owned());
        line.starts_with("Next: ")
    });
    let screen = screen.into_inner();
    let address = screen[screen.len() - 2].strip_prefix("Relay ready").unwrap().trim();
    assert_eq!(next, format!("Next: export RELAY='{address}'"));
    let text = screen.join(" ");
    assert!(text.starts_with("It keeps:") && screen.len() < 20, "{screen:#?}");
    // The output names what this relay was configured to keep. It contains no name of a table's column.
    assert!(text.contains("the time of last use") && text.contains("(90 days after delivery,"), "{text}");
    assert!(!text.contains('_') && !text.contains(" row"), "{text}");
    relay.signal("TERM");
    drop(relay.finish().expect(0));
}

#[test]
fn what_passes_can_only_be_followed_while_a_relay_runs() {
    let place = Place::new();
    let stopped = place.relay().kill();
    let data = stopped.data().to_str().unwrap();
    // The killed relay's announcement still exists, and leads nowhere.
    drop(
        relay_command(&place, &["ledger", "--follow", "--data", data])
            .expect(3)
            .says("no relay with an admin port"),
    );
    let nowhere = place.path("nowhere");
    let ended = relay_command(&place, &["ledger", "--data", nowhere.to_str().unwrap()]).expect(4);
    drop(ended.says("there is no relay's database in"));
    assert!(!nowhere.exists(), "looking makes nothing");
}

#[test]
fn the_inventory_lists_every_field_in_every_form() {
    let place = Place::new();
    let document = relay_command(&place, &["inventory", "--json"]).expect(0).json();
    let fields = document["fields"].as_array().unwrap();
    let plain = relay_command(&place, &["inventory", "--plain"]).expect(0).out;
    assert_eq!(plain.lines().count(), fields.len() + 1);
    let page = relay_command(&place, &["inventory"]).expect(0).out;
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    for field in fields {
        assert!(!field["why"].as_str().unwrap().is_empty(), "{field}");
        assert!(page.contains(field["field"].as_str().unwrap()), "{field}");
    }
    // The output shows the effect of a setting: whether messages are kept after delivery.
    let kept = relay_command(&place, &["inventory", "--keep-delivered", "365", "--json"]).expect(0).out;
    assert!(kept.contains("365 days after delivery") && !document.to_string().contains("365 days"));
    // The file has a column for everything that the output calls kept.
    let relay = place.relay();
    let said =
        relay_command(&place, &["ledger", "--fields", "--plain", "--data", relay.data().to_str().unwrap()]);
    assert!(said.expect(0).out.contains("payload"));
}

#[test]
fn the_admin_port_answers_alive_ready_and_counts() {
    let place = Place::new();
    let relay = place.relay();
    relay.wait_until("/readyz", |status, body| status == 200 && body == "ready\n");
    assert_eq!(relay.get("/healthz"), (200, "alive\n".to_owned()));
    assert_eq!(relay.get("/passing").0, 401, "what passes is for whoever may read the data");
    let before = frames(&relay);
    let (alice, _bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", TEXT]).expect(0));
    assert!(frames(&relay) >= before + 4);
    let (_, metrics) = relay.get("/metrics");
    let mut values = metrics.lines().filter(|line| !line.starts_with('#'));
    assert!(
        values.all(|line| line.starts_with("pillarbox_") && !line.contains('{')),
        "no label names anybody"
    );
}

fn frames(relay: &Relay) -> u64 {
    let (status, metrics) = relay.get("/metrics");
    assert_eq!(status, 200);
    let line = metrics.lines().find_map(|line| line.strip_prefix("pillarbox_frames_received_total "));
    line.unwrap().parse().unwrap()
}

#[test]
fn one_data_directory_serves_one_relay_at_a_time() {
    let place = Place::new();
    let relay = place.relay();
    let second = || Process::run(Relay::command(&place, relay.data(), "127.0.0.1:0"), "");
    drop(second().expect(4).says("another relay is running on").says("Stop it first"));
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "unharmed"]).expect(0));
    assert_eq!(bob.inbox(), ["unharmed"]);
}

#[test]
fn a_port_that_is_taken_is_told_and_nothing_is_harmed() {
    let place = Place::new();
    let relay = place.relay();
    let taken = relay.address().strip_prefix("pillarbox://").unwrap().split('/').next().unwrap().to_owned();
    let ended = Process::run(Relay::command(&place, &place.path("other"), &taken), "").expect(3);
    drop(ended.says("is taken by another program").says("--listen"));
    relay.wait_until("/readyz", |status, _| status == 200);
}

#[test]
fn a_relay_that_is_told_to_stop_says_goodbye_and_ends_well() {
    let place = Place::new();
    let relay = place.relay();
    let (_alice, bob) = place.alice_and_bob(&relay);
    let mut follow = bob.start(&["inbox", "--follow"]);
    let mut passing = relay.follow(&place);
    passing.wait_for(Stream::Out, |line| line.contains(" signs in as"));
    let (stopped, ended) = relay.stop();
    let ended = ended.expect(0);
    assert!(!ended.err.contains("ERROR") && !ended.err.contains("127.0.0.1"), "{}", ended.err);
    follow.wait_for(Stream::Err, |line| line.contains("The relay"));
    let again = stopped.start_again(&place);
    follow.wait_for(Stream::Err, |line| line.contains("Connected again."));
    follow.signal("INT");
    drop(follow.finish().expect(130));
    drop(again);
}

//! Database files that are deleted, moved or replaced while the relay runs.

use std::fs;
use std::path::Path;

use pillarbox_testkit::program::{Place, Relay, relay_command};

const DATABASE: &str = "relay.sqlite3";
const NOT_THERE: &str = "the database's files were deleted, moved or replaced";

/// Returns the commands that a line of the log tells the operator to type.
fn copies(line: &str) -> String {
    let from = line.split("type: ").nth(1).unwrap();
    from.split(". Then stop it").next().unwrap().to_owned()
}

fn in_a_shell(place: &Place, script: &str) {
    let mut shell = place.command("sh");
    assert!(shell.arg("-ec").arg(script).status().unwrap().success(), "{script}");
}

fn messages(place: &Place, data: &Path) -> usize {
    let held = relay_command(place, &["ledger", "--json", "--data", data.to_str().unwrap()]).expect(0).json();
    held["messages"].as_array().unwrap().len()
}

#[test]
fn deleted_files_are_noticed_nothing_is_accepted_into_them_and_what_they_held_is_saved_as_the_log_says() {
    for (lost, is_recent) in [(&["", "-wal", "-shm"][..], false), (&["-wal"], true), (&[""], true)] {
        let place = Place::new();
        let mut relay = place.relay();
        let (alice, bob) = place.alice_and_bob(&relay);
        drop(alice.run(&["send", "Bob", "accepted"]).expect(0));
        // The control: the same questions before the accident.
        assert_eq!(relay.get("/readyz"), (200, "ready\n".to_owned()));
        for suffix in lost {
            fs::remove_file(relay.data().join(format!("{DATABASE}{suffix}"))).unwrap();
        }
        // A refused message and a request to `/readyz` each notice the accident without the other, and at once.
        if is_recent {
            let refused = alice.run(&["send", "Bob", "kept back"]).expect(1).prints("Waiting on this phone");
            drop(refused.says("Nothing of it was kept there."));
        }
        let (status, body) = relay.get("/readyz");
        assert!(status == 503 && body.contains(NOT_THERE), "{body}");
        if !is_recent {
            drop(alice.run(&["send", "Bob", "kept back"]).expect(1).says("Nothing of it was kept there."));
        }
        let line = relay.wait_for_log(|line| line.contains(NOT_THERE));
        assert!(lost.iter().all(|suffix| line.contains(&format!("{DATABASE}{suffix}"))), "{line}");
        in_a_shell(&place, &copies(&line));
        let (stopped, ended) = relay.stop();
        drop(ended.expect(4).says("deleted, moved or replaced"));

        let data = stopped.data().to_owned();
        for suffix in ["", "-wal", "-shm"] {
            fs::remove_file(data.join(format!("{DATABASE}{suffix}"))).unwrap_or_default();
        }
        for suffix in ["", "-wal"] {
            fs::rename(data.join(format!("saved.sqlite3{suffix}")), data.join(format!("{DATABASE}{suffix}")))
                .unwrap();
        }
        let relay = stopped.start_again(&place);
        drop(alice.run(&["inbox"]).expect(0));
        assert_eq!(bob.inbox(), ["accepted", "kept back"], "{lost:?}");
        drop(relay);
    }
}

#[test]
fn files_that_others_were_put_in_the_place_of_are_noticed_and_the_new_ones_are_left_alone() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    drop(alice.run(&["send", "Bob", "in the copy"]).expect(0));
    let (stopped, ended) = relay.stop();
    drop(ended.expect(0));
    let copy = place.path("copy");
    fs::copy(stopped.data().join(DATABASE), &copy).unwrap();
    let relay = stopped.start_again(&place);
    drop(alice.run(&["send", "Bob", "later"]).expect(0));
    fs::rename(&copy, relay.data().join(DATABASE)).unwrap();
    fs::remove_file(relay.data().join(format!("{DATABASE}-wal"))).unwrap();
    fs::write(relay.data().join(format!("{DATABASE}-wal")), "").unwrap();
    drop(alice.run(&["send", "Bob", "refused"]).expect(1).says("Nothing of it was kept there."));
    // Waiting messages are still delivered, even those that the copy lacks.
    assert_eq!(bob.inbox(), ["in the copy", "later"]);
    let (stopped, ended) = relay.stop();
    drop(ended.expect(4));
    assert!(
        stopped.data().join(format!("{DATABASE}-wal")).exists(),
        "the relay took away a file that is not its own"
    );
    assert_eq!(messages(&place, stopped.data()), 1, "the copy is as it was");
}

#[test]
fn files_that_were_moved_away_and_back_are_gone_on_with() {
    let place = Place::new();
    let mut relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    let (file, aside) = (relay.data().join(DATABASE), place.path("aside"));
    fs::rename(&file, &aside).unwrap();
    drop(alice.run(&["send", "Bob", "meanwhile"]).expect(1).says("Nothing of it was kept there."));
    fs::rename(&aside, &file).unwrap();
    relay.wait_until("/readyz", |status, _| status == 200 || status == 503);
    drop(relay.wait_for_log(|line| line.contains("files are where they were")));
    drop(alice.run(&["inbox"]).expect(0));
    assert_eq!(bob.inbox(), ["meanwhile"]);
    assert_eq!(relay.get("/readyz").0, 200);
    let (_stopped, ended) = relay.stop();
    drop(ended.expect(0));
}

#[test]
fn a_relay_whose_folder_is_deleted_whole_says_so_and_accepts_nothing() {
    let place = Place::new();
    let mut relay = Relay::start(&place, &place.path("relay"));
    let (alice, _bob) = place.alice_and_bob(&relay);
    fs::remove_dir_all(relay.data()).unwrap();
    drop(alice.run(&["send", "Bob", "nowhere"]).expect(1).says("Nothing of it was kept there."));
    drop(relay.wait_for_log(|line| line.contains(NOT_THERE)));
    assert_eq!(relay.get("/readyz").0, 503);
    let (_stopped, ended) = relay.stop();
    drop(ended.expect(4));
}

#[test]
fn a_phone_whose_vault_is_deleted_keeps_nothing_in_the_deleted_file_and_the_relay_keeps_what_waits() {
    for is_copied in [true, false] {
        let place = Place::new();
        let relay = place.relay();
        let (alice, bob) = place.alice_and_bob(&relay);
        let (vault, copy) = (bob.folder().join("vault.sqlite"), place.path("copy"));
        fs::copy(&vault, &copy).unwrap();
        let mut following = bob.start(&["inbox", "--follow", "--plain"]);
        drop(alice.run(&["send", "Bob", "before"]).expect(0));
        drop(following.wait_for(pillarbox_testkit::program::Stream::Out, |line| line.contains("before")));
        fs::remove_file(&vault).unwrap();
        if is_copied {
            fs::rename(&copy, &vault).unwrap();
        }
        drop(alice.run(&["send", "Bob", "meanwhile"]).expect(0));
        let ended = following.finish().expect(4);
        drop(ended.says("deleted, moved or replaced while it was open"));
        let held = relay_command(&place, &["ledger", "--json", "--data", relay.data().to_str().unwrap()]);
        let held = held.expect(0).json();
        // Bob's is the second account.
        let bobs = &held["devices"][1]["device_number"];
        let mut waiting = held["messages"].as_array().unwrap().iter();
        assert!(waiting.any(|row| row["mailbox"] == *bobs), "nothing waits: {held}");
        drop(relay);
    }
}

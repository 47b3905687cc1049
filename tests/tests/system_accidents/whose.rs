//! Tests: a key copied from another relay is refused, a data folder that becomes writable to others is reported,
//! and printed commands survive the shell.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use pillarbox_testkit::program::{Place, Process, Relay, programs};

/// Does something to the database of a relay that does not run.
fn sql(data: &Path, statement: &str) {
    rusqlite::Connection::open(data.join("relay.sqlite3")).unwrap().execute_batch(statement).unwrap();
}

#[test]
fn another_relays_key_is_refused_and_a_database_of_an_earlier_version_notes_its_own() {
    let place = Place::new();
    let (ours, theirs) = (place.path("ours"), place.path("theirs"));
    for data in [&ours, &theirs] {
        drop(Relay::start(&place, data).stop());
    }
    let key = ours.join("relay.key");
    let own = fs::read(&key).unwrap();
    let swap = |bytes: &[u8]| {
        fs::write(&key, bytes).unwrap();
        fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    };
    let start = || Process::run(Relay::command(&place, &ours, "127.0.0.1:0"), "");
    swap(&fs::read(theirs.join("relay.key")).unwrap());
    drop(start().expect(4).says("is the key of another relay").says("from the same copy"));
    swap(&own);
    drop(Relay::start(&place, &ours).stop());
    // The database of an earlier version has no note of its key. Its relay accepts the key that it finds, and insists
    // on that key from then on.
    sql(&ours, "DELETE FROM meta WHERE name = 'relay_key'");
    drop(Relay::start(&place, &ours).stop());
    swap(&fs::read(theirs.join("relay.key")).unwrap());
    drop(start().expect(4).says("is the key of another relay"));
}

#[test]
fn a_folder_that_others_may_write_in_by_now_is_told_of_and_the_relay_goes_on() {
    let place = Place::new();
    let mut relay = place.relay();
    let set = |mode| fs::set_permissions(relay.data(), Permissions::from_mode(mode)).unwrap();
    let data = relay.data().to_owned();
    set(0o777);
    // A request to `/readyz` makes the relay check the folder at once.
    assert_eq!(relay.get("/readyz").0, 200);
    let line = relay.wait_for_log(|line| line.contains("others may write in the data folder"));
    assert!(line.contains("chmod go-w"), "{line}");
    drop(place.account(&relay, "alice"));
    fs::set_permissions(&data, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(relay.get("/readyz").0, 200);
    drop(relay.wait_for_log(|line| line.contains("others may not write in the data folder any more")));
}

#[test]
fn a_link_in_the_place_of_the_lock_has_the_sentence_of_other_links() {
    let place = Place::new();
    let data = place.path("relay");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, Permissions::from_mode(0o700)).unwrap();
    symlink(place.path("theirs"), data.join("lock")).unwrap();
    let refused = Process::run(Relay::command(&place, &data, "127.0.0.1:0"), "").expect(4);
    drop(refused.says("/lock cannot be written: something else stands in its place").says("Move away"));
    assert!(!place.path("theirs").exists());
}

#[test]
fn a_command_to_type_next_holds_in_a_shell_whatever_the_folder_is_called() {
    let place = Place::new();
    let data = place.path("anna's data of $(relay)");
    let relay = Relay::start(&place, &data);
    place.phone("alice").register(&relay, &["--number", "+447700900101"]);
    drop(relay.stop());
    for (arguments, folder) in [
        (&["ledger"][..], place.path("anna's data of $(nobody)")),
        (&["ledger", "--follow"], data.clone()),
        (&["account", "remove", "+447700900101"], data.clone()),
    ] {
        let mut command = place.command(programs().relay());
        command.args(arguments).arg("--data").arg(&folder);
        let said = Process::run(command, "").err.split_whitespace().collect::<Vec<_>>().join(" ");
        let (_, typed) = said.rsplit_once("--data ").unwrap_or_else(|| panic!("{arguments:?}: {said}"));
        let typed = typed.trim_end_matches('.').trim_end_matches(" --yes");
        assert_eq!(shlex::split(typed).unwrap(), [folder.display().to_string()], "{said}");
    }
}

#[test]
fn a_phone_whose_account_is_gone_hears_one_thing() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, _bob) = place.alice_and_bob(&relay);
    let account = alice.run(&["account", "show", "--json"]).json()["account"].as_str().unwrap().to_owned();
    let data = relay.data().to_owned();
    let (stopped, _) = relay.stop();
    let mut remove = place.command(programs().relay());
    remove.args(["account", "remove", &account, "--yes", "--data"]).arg(&data);
    drop(Process::run(remove, "").expect(0));
    let _relay = Relay::start_again(&place, &stopped);
    let sent = alice.run(&["send", "bob", "still there?"]).expect(1);
    assert!(sent.out.starts_with("Not sent: the message to Bob is kept on this phone."), "{sent:?}");
    let inbox = alice.run(&["inbox"]).expect(1);
    for said in [&sent, &inbox] {
        let all = format!("{}{}", said.out, said.err);
        assert!(!all.contains("goes to") && !all.contains("later command"), "{all}");
        assert_eq!(all.matches("The relay says no").count(), 1, "{all}");
    }
}

#[test]
fn a_zone_that_is_not_known_is_told_of_once() {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = place.alice_and_bob(&relay);
    for text in ["one", "two"] {
        drop(alice.run(&["send", "bob", text]));
    }
    drop(bob.run(&["inbox"]));
    for (zone, told) in [("Nowhere/Nothing", 1), ("UTC", 0)] {
        let mut history = alice.command(&["history", "bob"]);
        history.env("TZ", zone);
        let shown = Process::run(history, "").expect(0);
        assert_eq!(
            shown.err.matches("a time zone that this computer does not know").count(),
            told,
            "{zone}: {shown:?}"
        );
        assert!(shown.out.contains("UTC"), "{shown:?}");
    }
}

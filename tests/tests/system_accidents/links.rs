//! Links that somebody created in a folder, folders in which others may write, and files that others may read.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use pillarbox_testkit::program::{Place, Process, Relay, programs};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Creates a folder of this user with a link in it, and returns somebody else's file to which the link leads.
fn planted(place: &Place, folder: &Path, name: &str) -> std::path::PathBuf {
    let theirs = place.path("theirs");
    fs::write(&theirs, "theirs\n").unwrap();
    set_mode(&theirs, 0o666);
    fs::create_dir_all(folder).unwrap();
    set_mode(folder, 0o700);
    fs::remove_file(folder.join(name)).unwrap_or_default();
    symlink(&theirs, folder.join(name)).unwrap();
    theirs
}

#[test]
fn a_relay_writes_through_no_link_that_was_planted_in_its_folder() {
    // These are files that the relay creates again at each start, and files that it continues to use.
    for (name, starts) in [
        ("relay.key.new", true),
        ("admin", false),
        ("reserve", true),
        ("relay.key", false),
        ("lock", false),
        ("relay.sqlite3", false),
        ("relay.sqlite3-wal", true),
        ("number-codes", false),
        ("committed", true),
    ] {
        let place = Place::new();
        let data = place.path("relay");
        let theirs = planted(&place, &data, name);
        let mut command = Relay::command(&place, &data, "127.0.0.1:0");
        command.arg("--verify-numbers");
        if starts {
            let mut relay = Process::start(command);
            drop(
                relay.wait_for(pillarbox_testkit::program::Stream::Out, |line| {
                    line.starts_with("Relay ready")
                }),
            );
            relay.signal("TERM");
            drop(relay.finish().expect(0));
        } else {
            let refused = Process::run(command, "").expect(4);
            assert!(
                refused.err.lines().any(|line| line.starts_with("pillarbox-relay: "))
                    && refused.out.is_empty(),
                "{name}: {refused:?}"
            );
        }
        assert_eq!(fs::read(&theirs).unwrap(), b"theirs\n", "{name}");
        assert_eq!(mode(&theirs), 0o666, "{name}");
    }
}

#[test]
fn a_relay_refuses_a_folder_that_others_may_write_in_and_takes_it_after_the_command_that_it_says() {
    let place = Place::new();
    let data = place.path("data of relay");
    fs::create_dir(&data).unwrap();
    for exposed in [0o777, 0o770, 0o1777, 0o707] {
        set_mode(&data, exposed);
        let refused = Process::run(Relay::command(&place, &data, "127.0.0.1:0"), "").expect(4);
        let refused = refused.says("others on this computer may write in");
        assert_eq!(fs::read_dir(&data).unwrap().count(), 0, "it made something first");
        let said = refused.err.split('`').nth(1).unwrap().to_owned();
        let mut shell = place.command("sh");
        assert!(shell.arg("-c").arg(&said).status().unwrap().success(), "{said}");
        assert_eq!(mode(&data), exposed & 0o755 & 0o777, "{said}");
    }
    drop(Relay::start(&place, &data));
}

#[test]
fn a_phone_refuses_a_folder_that_others_may_write_in_and_its_vault_is_its_owners_alone() {
    let place = Place::new();
    let relay = place.relay();
    let folder = place.path("phone-folder");
    fs::create_dir(&folder).unwrap();
    let alice = place.phone("alice").in_folder(folder.clone());
    let create = ["account", "create", "--relay", relay.address()];
    set_mode(&folder, 0o777);
    drop(alice.run(&create).expect(4).says("chmod go-w").says("may write in"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "it made something first");
    set_mode(&folder, 0o755);
    drop(alice.run(&create).expect(0));
    let vault = folder.join("vault.sqlite");
    assert_eq!(mode(&vault), 0o600);
    // A vault of an earlier version gets this mode when it is opened.
    set_mode(&vault, 0o644);
    drop(alice.run(&["account", "show"]).expect(0));
    assert_eq!(mode(&vault), 0o600);
    set_mode(&folder, 0o770);
    drop(alice.run(&["account", "show"]).expect(4).says("may write in"));
    set_mode(&folder, 0o700);

    let other = place.path("other");
    let theirs = planted(&place, &other, "vault.sqlite");
    let bob = place.phone("bob").in_folder(other);
    drop(bob.run(&create).expect(4).says("a link or something else that is no file"));
    assert_eq!(fs::read(theirs).unwrap(), b"theirs\n");
}

#[test]
fn a_passphrase_file_that_others_can_read_is_refused_as_the_relays_key_is() {
    let place = Place::new();
    let relay = place.relay();
    let alice = place.account(&relay, "alice");
    for exposed in [0o644, 0o640, 0o666, 0o604] {
        set_mode(&place.passphrase_file(), exposed);
        let refused = alice.run(&["account", "show"]).expect(4);
        drop(refused.says("thers on this computer can read the passphrase file. Type `chmod 600"));
    }
    for own in [0o600, 0o400] {
        set_mode(&place.passphrase_file(), own);
        drop(alice.run(&["account", "show"]).expect(0));
    }
    // Nobody else can read the contents of a pipe.
    let mut shell = place.command("sh");
    let phone = programs().phone().display().to_string();
    shell.arg("-c").arg(format!(
        "cat {} | {phone} --profile alice --passphrase-file /dev/stdin account show",
        place.passphrase_file().display()
    ));
    drop(Process::run(shell, "").expect(0));
}

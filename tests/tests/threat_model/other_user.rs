//! Another user of the computer on which a relay or a phone runs. They can write where the owner lets them, and
//! read what the owner lets them read. These tests do so in their place.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use pillarbox_testkit::program::{Place, Process, Relay, Stream};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

/// Returns the same command under an owner who lets everybody read and write new files.
fn careless(place: &Place, command: &Command) -> Command {
    let mut shell = place.command("sh");
    shell.args(["-c", "umask 000 && exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    shell
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect()
}

#[test]
fn another_user_can_keep_a_program_from_starting_where_its_owner_lets_them_write() {
    let place = Place::new();
    let data = place.path("relay");
    fs::create_dir(&data).unwrap();
    set_mode(&data, 0o777);
    drop(Process::run(Relay::command(&place, &data, "127.0.0.1:0"), "").expect(4).says("may write in"));
    set_mode(&data, 0o755);
    symlink(place.path("elsewhere"), data.join("lock")).unwrap();
    drop(Process::run(Relay::command(&place, &data, "127.0.0.1:0"), "").expect(4).says("such as a link"));
    // The control: without the other user's act, the relay starts.
    fs::remove_file(data.join("lock")).unwrap();
    drop(Relay::start(&place, &data));
}

#[test]
fn another_user_cannot_have_a_key_written_into_a_file_of_theirs() {
    for name in ["relay.key.new", "relay.key", "admin", "relay.sqlite3"] {
        let place = Place::new();
        let (data, theirs) = (place.path("relay"), place.path("theirs"));
        fs::create_dir(&data).unwrap();
        fs::write(&theirs, "").unwrap();
        symlink(&theirs, data.join(name)).unwrap();
        let mut relay = Process::start(Relay::command(&place, &data, "127.0.0.1:0"));
        // The relay starts without following the link, or it does not start.
        if name == "relay.key.new" {
            relay.wait_for(Stream::Out, |line| line.starts_with("Relay ready"));
            assert_eq!(fs::read(data.join("relay.key")).unwrap().len(), 32);
            drop(relay.kill());
        } else {
            drop(relay.finish().expect(4));
        }
        assert!(fs::read(&theirs).unwrap().is_empty(), "{name}");
        // The control: a program that follows the link writes into their file.
        if data.join(name).is_symlink() {
            fs::write(data.join(name), "key").unwrap();
            assert_eq!(fs::read(&theirs).unwrap(), b"key");
        }
    }
}

#[test]
fn another_user_cannot_read_what_a_relay_or_a_phone_keeps() {
    let place = Place::new();
    let data = place.path("relay");
    let mut command = Relay::command(&place, &data, "127.0.0.1:0");
    command.arg("--verify-numbers");
    let relay = Relay::run(careless(&place, &command), &data, &[]);
    let alice = place.phone("alice");
    let create = alice.command(&["account", "create", "--relay", relay.address()]);
    drop(Process::run(careless(&place, &create), "").expect(0));
    for folder in [data, alice.folder()] {
        assert_eq!(mode(&folder), 0o700);
        let found = files(&folder);
        assert!(found.iter().all(|file| mode(file) == 0o600), "{found:?}");
        assert!(!found.is_empty());
    }
    // The control: everybody can read and write a file that another program makes under the same owner.
    let mut touch = place.command("touch");
    touch.arg(place.path("readable"));
    drop(Process::run(careless(&place, &touch), "").expect(0));
    assert_eq!(mode(&place.path("readable")), 0o666);
}

#[test]
fn another_user_cannot_find_keys_in_a_core_dump() {
    // The folder to which this system writes a dump. Some systems pass it to a program instead, which keeps it
    // where no test can look.
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    let dumps = |place: &Place| {
        let names = files(&place.path(""));
        names.iter().filter(|file| file.file_name().unwrap().to_string_lossy().starts_with("core")).count()
    };
    let dumping = |place: &Place, command: &Command| {
        let mut shell = place.command("sh");
        shell
            .args(["-c", "ulimit -c unlimited; exec \"$0\" \"$@\""])
            .arg(command.get_program())
            .args(command.get_args());
        shell
    };
    let place = Place::new();
    let data = place.path("relay");
    let relay = Relay::run(dumping(&place, &Relay::command(&place, &data, "127.0.0.1:0")), &data, &[]);
    let (alice, _bob) = place.alice_and_bob(&relay);
    let mut chat = Process::start(dumping(&place, &alice.command(&["chat", "Bob"])));
    chat.feed("hello\n");
    chat.wait_for(Stream::Out, |line| line.contains("hello"));
    chat.signal("ABRT");
    relay.signal("ABRT");
    for ended in [chat.finish(), relay.stop().1] {
        assert_eq!(ended.status.code(), None, "it was not ended by the signal");
    }
    assert_eq!(dumps(&place), 0);
    // The control: another program that ends in this way leaves a dump, on a system that writes it where the program
    // runs.
    let mut other = place.command("sh");
    other.args(["-c", "echo there; kill -ABRT $$"]);
    drop(Process::run(dumping(&place, &other), ""));
    assert!(dumps(&place) > 0 || pattern.trim() != "core", "{pattern}");
}

//! Reading a relay's data leaves its folder unchanged, and says whether rows can be missing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pillarbox_relay::server::KEY_FILE;
use pillarbox_relay::{Completeness, DATABASE_FILE, Holdings};
use pillarbox_testkit::link::Link;
use pillarbox_testkit::program::{Ended, Relay};
use pillarbox_wire::RelayFrame;
use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::cli_program;
use crate::cli_program::{say, start};

/// Messages that the relay of these tests has accepted.
const ACCEPTED: usize = 3;

/// The bytes, modification time and permissions of each file, and the same for the folder.
type Picture = BTreeMap<PathBuf, (Vec<u8>, SystemTime, u32)>;

fn picture(folder: &Path) -> Picture {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .chain([folder.to_owned()])
        .map(|path| {
            let about = fs::metadata(&path).unwrap();
            let bytes = if about.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
            (path, (bytes, about.modified().unwrap(), about.permissions().mode()))
        })
        .collect()
}

/// A relay that runs and has accepted [`ACCEPTED`] messages.
async fn relay(data: &Path) -> Relay {
    let relay = start(data, &[]);
    let mut alice = Link::open(&relay.parsed_address()).await;
    alice.register(1, None).await;
    let recipient = Link::open(&relay.parsed_address()).await.register(2, None).await;
    for number in 0..ACCEPTED {
        let answer = alice.submit(recipient.address, &[number as u8]).await;
        assert!(matches!(answer, RelayFrame::Accepted(_)), "{answer:?}");
    }
    relay
}

fn kill(relay: Relay) {
    drop(relay.kill());
}

fn stop(relay: Relay) {
    relay.signal("TERM");
    relay.finish().expect(0);
}

/// Copies files of a relay's folder, as somebody without other tools would.
fn copied(from: &Path, names: &[&str]) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in names {
        fs::copy(from.join(name), copy.path().join(name)).unwrap();
    }
    copy
}

fn log() -> String {
    format!("{DATABASE_FILE}-wal")
}

/// Runs everything that reads a folder. Each command has to leave the folder unchanged. Returns the output as text and
/// as JSON.
fn read_untouched(folder: &Path) -> (Ended, Value) {
    let before = picture(folder);
    let data = folder.to_str().unwrap();
    let ledger = |more: &[&str]| {
        let said = say(&[&["ledger", "--data", data], more].concat());
        assert_eq!(said.code(), Some(0), "{said:?}");
        assert!(picture(folder) == before, "{more:?} changed the folder");
        said
    };
    let text = ledger(&[]);
    ledger(&["--fields"]);
    let plain = ledger(&["--plain"]);
    assert_eq!(plain.err.is_empty(), !text.out.contains("WARNING"), "{plain:?}");
    assert!(!plain.out.contains("may be missing"));
    let json = serde_json::from_str(&ledger(&["--json"]).out).unwrap();
    Holdings::read_with_certificate_key(folder).unwrap();
    assert!(picture(folder) == before, "the library changed the folder");
    (text, json)
}

fn assert_complete(folder: &Path) {
    let (text, json) = read_untouched(folder);
    assert!(!text.out.contains("missing"), "{}", text.out);
    assert_eq!((&json["completeness"], &json["warning"]), (&"complete".into(), &Value::Null));
    assert_eq!(json["messages"].as_array().unwrap().len(), ACCEPTED);
}

fn assert_incomplete(folder: &Path, word: &str) {
    let (text, json) = read_untouched(folder);
    let last = text.out.split("WARNING: ").nth(1).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(json["completeness"], word);
    assert_eq!(json["warning"], last);
    assert!(last.contains("rows may be missing"), "{last}");
    assert!(text.out.lines().all(|line| line.chars().count() <= 80), "{}", text.out);
}

#[tokio::test]
async fn a_relay_that_was_stopped_is_read_whole_and_left_as_it_was() {
    let data = tempfile::tempdir().unwrap();
    stop(relay(data.path()).await);
    assert_complete(data.path());
    assert_complete(copied(data.path(), &[DATABASE_FILE]).path());
}

#[tokio::test]
async fn a_relay_that_was_killed_is_read_with_its_log_and_left_as_it_was() {
    let data = tempfile::tempdir().unwrap();
    kill(relay(data.path()).await);
    assert_complete(data.path());
    let copy = copied(data.path(), &[DATABASE_FILE, &log()]);
    assert_complete(copy.path());
    // The second reading gives the same result, because the first one has changed nothing that matters to it.
    assert_complete(copy.path());
    assert_incomplete(copied(data.path(), &[DATABASE_FILE]).path(), "log-missing");
}

#[tokio::test]
async fn a_copy_made_while_the_relay_ran_says_that_its_log_is_missing() {
    let data = tempfile::tempdir().unwrap();
    let relay = relay(data.path()).await;
    let copy = copied(data.path(), &[DATABASE_FILE]);
    assert_incomplete(copy.path(), "log-missing");
    // Programs that read such a copy create an empty log beside it.
    fs::write(copy.path().join(log()), "").unwrap();
    assert_incomplete(copy.path(), "log-missing");
    assert_complete(copied(data.path(), &[DATABASE_FILE, &log()]).path());
    stop(relay);
    assert_complete(copied(data.path(), &[DATABASE_FILE]).path());
}

#[tokio::test]
async fn a_relay_that_runs_is_read_whole_and_gets_no_files() {
    let data = tempfile::tempdir().unwrap();
    let relay = relay(data.path()).await;
    let names = |picture: &Picture| picture.keys().cloned().collect::<Vec<_>>();
    let before = picture(data.path());
    for more in [&[][..], &["--json"], &["--plain"], &["--fields"]] {
        let said = say(&[&["ledger", "--data", data.path().to_str().unwrap()], more].concat());
        assert_eq!((said.code(), said.err.as_str()), (Some(0), ""), "{said:?}");
        assert!(!said.out.contains("WARNING"), "{said:?}");
    }
    let held = Holdings::read(data.path()).unwrap();
    assert_eq!((held.messages.len(), held.completeness), (ACCEPTED, Completeness::Complete));
    let after = picture(data.path());
    assert_eq!(names(&before), names(&after));
    for name in [DATABASE_FILE.to_owned(), log()] {
        let file = data.path().join(name);
        assert!(before[&file] == after[&file], "{}", file.display());
    }
    stop(relay);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_read_also_with_a_log() {
    let data = tempfile::tempdir().unwrap();
    kill(relay(data.path()).await);
    for file in fs::read_dir(data.path()).unwrap() {
        fs::set_permissions(file.unwrap().path(), Permissions::from_mode(0o400)).unwrap();
    }
    fs::set_permissions(data.path(), Permissions::from_mode(0o500)).unwrap();
    assert_complete(data.path());
    fs::set_permissions(data.path(), Permissions::from_mode(0o700)).unwrap();
}

#[tokio::test]
async fn the_temporary_copy_is_its_owner_s_alone_and_goes() {
    let (data, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    kill(relay(data.path()).await);
    let path = data.path().to_str().unwrap();
    let mut ledger = cli_program::program(&["ledger", "--data", path]);
    assert!(ledger.env("TMPDIR", temporary.path()).output().unwrap().status.success());
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
    // If there is no room for a temporary copy, the sentence says what to do.
    let nowhere = temporary.path().join("nowhere");
    let refused = cli_program::program(&["ledger", "--data", path]).env("TMPDIR", &nowhere).output().unwrap();
    let sentence = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(4), "{sentence}");
    assert!(sentence.contains("TMPDIR"), "{sentence}");
}

#[tokio::test]
async fn a_database_of_a_relay_that_left_no_note_is_not_called_complete() {
    let data = tempfile::tempdir().unwrap();
    stop(relay(data.path()).await);
    let copy = copied(data.path(), &[DATABASE_FILE, KEY_FILE]);
    let connection = Connection::open(copy.path().join(DATABASE_FILE)).unwrap();
    connection.execute_batch("DELETE FROM meta WHERE name = 'open'").unwrap();
    connection.close().unwrap();
    assert_incomplete(copy.path(), "not-noted");
    // A relay of this version that opens the copy leaves a note.
    stop(start(copy.path(), &[]));
    assert_complete(copy.path());
}

#[tokio::test]
async fn a_log_of_another_relay_is_not_taken_for_this_one_s() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    kill(relay(one.path()).await);
    kill(relay(other.path()).await);
    let copy = copied(one.path(), &[DATABASE_FILE]);
    let mut foreign = fs::read(other.path().join(log())).unwrap();
    // The header's checksum does not fit, as in a log that was just being restarted.
    foreign[20] ^= 1;
    fs::write(copy.path().join(log()), foreign).unwrap();
    assert_incomplete(copy.path(), "log-unfit");
}

//! A relay that is stopped after its database's files were deleted saves what it still has open.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use pillarbox_relay::DATABASE_FILE;
use pillarbox_testkit::link::Link;
use pillarbox_testkit::program::Ended;
use pillarbox_wire::RelayFrame;

use crate::cli_program::start;

/// The number of messages. They fill more than one page of the log, and more than a copy reads at once.
const MESSAGES: u8 = 40;

fn file(folder: &Path, suffix: &str) -> PathBuf {
    folder.join(format!("{DATABASE_FILE}{suffix}"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The folders of rescued files.
fn rescued(data: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("rescued-")).collect()
}

#[tokio::test]
async fn what_a_relay_accepted_is_rescued_when_its_files_are_deleted_and_it_is_stopped_at_once() {
    for (signal, lost) in [("TERM", &["", "-wal", "-shm"][..]), ("INT", &["-wal"]), ("TERM", &[""])] {
        let data = tempfile::tempdir().unwrap();
        let data = data.path();
        let relay = start(data, &[]);
        let mut alice = Link::open(&relay.parsed_address()).await;
        alice.register(1, None).await;
        let recipient = Link::open(&relay.parsed_address()).await.register(2, None).await;
        for number in 0..MESSAGES {
            let answer = alice.submit(recipient.address, &[number; 4_000]).await;
            assert!(matches!(answer, RelayFrame::Accepted(_)));
        }
        drop(alice);
        for suffix in lost {
            fs::remove_file(file(data, suffix)).unwrap();
        }
        relay.signal(signal);
        let Ended { err, .. } = relay.finish().expect(4);
        let folders = rescued(data);
        let [folder] = &folders[..] else { panic!("{folders:?}: {err}") };
        assert_eq!(
            (mode(folder), mode(&file(folder, "")), mode(&file(folder, "-wal"))),
            (0o700, 0o600, 0o600)
        );
        assert!(!err.contains("cp /proc"), "a command that comes too late: {err}");

        // The test does what the log says.
        for suffix in ["", "-wal", "-shm"] {
            fs::remove_file(file(data, suffix)).unwrap_or_default();
        }
        let command = err.split("type: ").nth(1).unwrap().split(" and start").next().unwrap();
        assert!(
            std::process::Command::new("sh").args(["-c", command]).status().unwrap().success(),
            "{command}"
        );
        let relay = start(data, &[]);
        let mut bob = Link::open(&relay.parsed_address()).await;
        assert_eq!(bob.authenticate(&recipient).await, u32::from(MESSAGES));
        for number in 0..MESSAGES {
            assert_eq!(bob.delivery().await.payload.as_slice(), &[number; 4_000][..]);
        }
        drop(bob);
        relay.signal("TERM");
        relay.finish().expect(0);
    }
}

#[test]
fn a_relay_that_cannot_rescue_its_files_says_so_and_one_whose_files_are_in_place_makes_no_copy() {
    let parent = tempfile::tempdir().unwrap();
    let data = parent.path().join("relay");
    let relay = start(&data, &[]);
    relay.signal("TERM");
    relay.finish().expect(0);
    assert!(rescued(&data).is_empty());

    let relay = start(&data, &[]);
    fs::remove_dir_all(&data).unwrap();
    relay.signal("TERM");
    let Ended { err, .. } = relay.finish().expect(4);
    assert!(err.contains("could not be saved") && err.contains("no such file or directory"), "{err}");
}

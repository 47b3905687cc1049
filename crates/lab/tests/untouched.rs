//! A demand on a relay's data leaves the folder unchanged, and says if rows can be missing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use pillarbox_relay::{DATABASE_FILE, Relay, RelaySettings, SqliteStore};
use pillarbox_wire::Timestamp;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

/// Returns the bytes and the time of the last change of each file, and the time of the last change of the folder.
fn picture(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let picture = |path: PathBuf| {
        let about = fs::metadata(&path).unwrap();
        let bytes = if about.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
        (path, (bytes, about.modified().unwrap()))
    };
    files.chain([folder.to_owned()]).map(picture).collect()
}

fn copied(from: &Path, names: &[&str]) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in names {
        fs::copy(from.join(name), copy.path().join(name)).unwrap();
    }
    copy
}

/// Returns the answer of a content warrant, as text on one line and as JSON.
fn demanded(folder: &Path) -> (String, serde_json::Value) {
    let before = picture(folder);
    let demand = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"))
            .args(["demand", "content-warrant", "--about", "+447700900101", "--i-own-this-data", "--data"])
            .arg(folder)
            .args(more)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(picture(folder) == before, "the folder was changed");
        String::from_utf8(output.stdout).unwrap()
    };
    let text = demand(&[]).split_whitespace().collect::<Vec<_>>().join(" ");
    (text, serde_json::from_str(&demand(&["--json"])).unwrap())
}

#[test]
fn a_demand_on_a_copy_without_its_log_says_that_rows_may_be_missing() {
    let data = tempfile::tempdir().unwrap();
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    let store = SqliteStore::open(data.path()).unwrap();
    let relay = Relay::open(store, RelaySettings::default(), Timestamp(1_490_193_607_000), &mut rng).unwrap();
    let log = format!("{DATABASE_FILE}-wal");
    let both = copied(data.path(), &[DATABASE_FILE, &log]);
    let alone = copied(data.path(), &[DATABASE_FILE]);
    drop(relay);
    for complete in [data.path(), both.path()] {
        let (text, json) = demanded(complete);
        assert!(!text.contains("missing"), "{text}");
        assert_eq!(json.get("completeness").unwrap(), "complete");
    }
    let (text, json) = demanded(alone.path());
    assert_eq!(json.get("completeness").unwrap(), "log-missing");
    let warning = json.get("warning").unwrap().as_str().unwrap();
    assert!(warning.contains("rows may be missing"), "{warning}");
    assert!(text.ends_with(&format!("WARNING: {warning}")), "{text}");
}

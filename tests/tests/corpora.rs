//! Every corpus of the fuzzer is replayed through its target, so that each test run checks again for every fault
//! that was found once.
//!
//! `docs/hostile.md` describes the origin of the corpora.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use pillarbox_fuzz_targets::{TARGETS, relay_tables_without_a_row, vault_places};
use pillarbox_wire::{ClientFrame, Encoded, RelayFrame, decode};

/// The largest size of a corpus. Corpora are kept to be replayed and not to be searched.
const MAX_CORPUS_LEN: u64 = 16 * 1024;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn every_target_has_a_small_corpus_and_every_corpus_a_target() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(&corpora()), targets);
    for target in &targets {
        let folder = corpora().join(target);
        let len: u64 = names(&folder).iter().map(|name| fs::metadata(folder.join(name)).unwrap().len()).sum();
        assert!((1..=MAX_CORPUS_LEN).contains(&len), "{target}: {len} bytes");
    }
}

/// Returns the names of the frames in the corpus of a target.
fn seeded<T: Encoded + std::fmt::Debug>(target: &str) -> BTreeSet<String> {
    let folder = corpora().join(target);
    let read = names(&folder).into_iter().map(|file| fs::read(folder.join(file)).unwrap());
    let frames = read.filter_map(|bytes| decode::<T>(&bytes).ok());
    frames.map(|frame| format!("{frame:?}").split('(').next().unwrap().to_owned()).collect()
}

#[test]
fn every_kind_of_frame_is_in_the_corpus_of_its_reader() {
    // The golden bytes have an example of each kind, which a test of theirs checks.
    let golden = include_str!("../../crates/wire/tests/golden.txt").lines();
    let mut kinds: BTreeSet<String> =
        golden.filter_map(|line| line.split_once(' ')).map(|(name, _)| name.to_owned()).collect();
    kinds.retain(|name| !name.starts_with('#'));
    let seeded = &seeded::<ClientFrame>("client_frame") | &seeded::<RelayFrame>("relay_frame");
    assert_eq!(&kinds - &seeded, BTreeSet::new());
    assert!(kinds.len() > 50, "{kinds:?}");
}

#[test]
fn every_kind_of_row_is_altered_by_a_target() {
    let rows = fs::read_to_string("../crates/client/src/vault/rows.rs").unwrap();
    let tables = rows.split("pub(crate) enum Table {").nth(1).unwrap().split('}').next().unwrap();
    let numbers = tables.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "));
    let numbers: BTreeSet<u8> = numbers.map(|(_, number)| number.parse().unwrap()).collect();
    assert_eq!(vault_places(), numbers);
    assert!(numbers.len() > 30, "{numbers:?}");
    assert!(relay_tables_without_a_row().is_empty(), "{:?}", relay_tables_without_a_row());
}

#[test]
fn no_input_of_a_corpus_does_harm() {
    for (name, target) in TARGETS {
        let folder = corpora().join(name);
        for file in names(&folder) {
            let bytes = fs::read(folder.join(&file)).unwrap();
            assert!(catch_unwind(|| target(&bytes)).is_ok(), "corpus/{name}/{file}");
            // The same input is also truncated in the middle. Most readers get that wrong.
            assert!(
                catch_unwind(|| target(&bytes[..bytes.len() / 2])).is_ok(),
                "half of corpus/{name}/{file}"
            );
        }
    }
}

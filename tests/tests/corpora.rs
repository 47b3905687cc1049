//! Every corpus of the fuzzer is replayed through its target, so that each test run checks again for every fault
//! that was found once.
//!
//! `docs/hostile.md` describes the origin of the corpora.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use pillarbox_fuzz_targets::TARGETS;

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

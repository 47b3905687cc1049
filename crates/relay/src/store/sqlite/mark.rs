//! The mark beside the database: the number of transactions that the relay has committed.
//!
//! The database counts them too, in the transaction itself. The mark is written after the commit, so it never
//! counts more than was committed, whatever ends the process. If the database counts fewer than the mark, some
//! transactions that were on the disk are lost: a log was truncated or deleted, or the database is an earlier copy.
//! The mark is not synced: the system keeps it when the process is killed. After a power cut it may be some seconds
//! old, and then counts fewer.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

use pillarbox_system::private;

use crate::store::file_names::MARK_FILE;

/// Digits of the number: as many as the largest has, so that each mark overwrites the one before.
const DIGITS: usize = 20;

/// The open mark; see the module.
#[derive(Debug)]
pub(super) struct CommitMark {
    file: File,
}

impl CommitMark {
    /// Opens the mark in `folder`, or makes it.
    ///
    /// # Errors
    /// The system's error. A relay works without the mark: it has one witness less to check its database against.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let options = private::options().read(true).write(true).create(true).truncate(false).clone();
        private::open(&options, &folder.join(MARK_FILE)).map(|file| Self { file })
    }

    /// Writes the number of committed transactions.
    pub(super) fn set(&self, commits: u64) {
        // A mark that cannot be written keeps its old value, and counts fewer.
        self.file.write_all_at(format!("{commits:0DIGITS$}\n").as_bytes(), 0).ok();
    }
}

/// Reads the number in the mark of `folder`; `None` if there is no mark or it cannot be read.
pub(crate) fn read(folder: &Path) -> Option<u64> {
    let file = private::open(private::options().read(true), &folder.join(MARK_FILE)).ok()?;
    let mut text = String::new();
    file.take(DIGITS as u64 + 1).read_to_string(&mut text).ok()?;
    let number = text.strip_suffix('\n').filter(|number| number.len() == DIGITS)?;
    number.bytes().all(|digit| digit.is_ascii_digit()).then(|| number.parse().ok())?
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_set_and_damage_is_no_mark() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()), None);
        let mark = CommitMark::open(folder.path()).unwrap();
        assert_eq!(read(folder.path()), None, "nothing was said yet");
        for commits in [0, 9, 10, u64::MAX, 1] {
            mark.set(commits);
            assert_eq!(read(folder.path()), Some(commits));
        }
        for damaged in
            ["", "1\n", "0000000000000000000x\n", "99999999999999999999\n", "+0000000000000000001\n"]
        {
            fs::write(folder.path().join(MARK_FILE), damaged).unwrap();
            assert_eq!(read(folder.path()), None, "{damaged:?}");
        }
    }
}

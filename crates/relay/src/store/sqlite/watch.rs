//! The watch over a database in a folder, while it is open.

use std::sync::Arc;

use super::files::OpenFiles;
use super::mark::CommitMark;

/// The things that a database in a folder is held to while it is open.
#[derive(Debug)]
pub(super) struct Watch {
    /// The mark that says how many transactions were committed; none where none can be made.
    pub(super) mark: Option<CommitMark>,
    /// Transactions that were missing and were given up; none if nothing was missing, 0 if they could not be counted.
    pub(super) given_up: Option<u64>,
    /// The files that SQLite has open.
    pub(super) files: Arc<OpenFiles>,
}

impl Watch {
    /// Says if the files are where they were.
    pub(super) fn are_there(&self) -> bool {
        self.files.are_there()
    }

    /// Takes note of so many transactions in all.
    pub(super) fn committed(&self, commits: u64) {
        if let Some(mark) = &self.mark {
            mark.set(commits);
        }
    }
}

//! The watch over a database in a folder, while it is open.

use std::sync::Arc;

use super::files::OpenFiles;
use super::mark::CommitMark;

/// Checks an open database in a folder against what it has committed, and against its files.
#[derive(Debug)]
pub(super) struct Watch {
    /// The mark that counts committed transactions; `None` where no mark can be created.
    pub(super) mark: Option<CommitMark>,
    /// Transactions that were missing and were accepted as lost; `None` if nothing was missing, 0 if they could not
    /// be counted.
    pub(super) given_up: Option<u64>,
    /// The files that SQLite has open.
    pub(super) files: Arc<OpenFiles>,
}

impl Watch {
    /// Returns whether the files are where they were.
    pub(super) fn are_there(&self) -> bool {
        self.files.are_there()
    }

    /// Records the total number of committed transactions.
    pub(super) fn committed(&self, commits: u64) {
        if let Some(mark) = &self.mark {
            mark.set(commits);
        }
    }
}

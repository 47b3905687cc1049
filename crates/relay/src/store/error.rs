//! Errors of the store, in sentences for the relay's operator.

use super::file_names::DATABASE_FILE;

/// Reasons that the store could not be opened, read or written. Nothing that was accepted before is lost by any of
/// these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk is full, or the size limit of the database is reached.
    #[error("the disk is full: nothing was written, and what was accepted before is safe")]
    Full,
    /// The file or its folder cannot be written.
    #[error("the database cannot be written: it, its folder or the whole disk is read-only")]
    ReadOnly,
    /// Another program has the database open.
    #[error("another program is using the database and did not let go of it in time")]
    InUse,
    /// Transactions that the relay had committed are missing.
    #[error("{}", of_loss(*transactions))]
    Lost {
        /// Their number, as far as it is known; 0 if it is not.
        transactions: u64,
    },
    /// The files of an open database were deleted, moved or replaced.
    #[error(
        "the database's files were deleted, moved or replaced while the relay ran. Its log says what is saved of \
         them and how to go on"
    )]
    FilesGone,
    /// The file cannot be opened or created.
    #[error("the database cannot be opened: the folder is missing, or its permissions forbid it")]
    CannotOpen,
    /// A link is where the database should be.
    #[error(
        "a link or something else that is no file stands in the place of {DATABASE_FILE}, and could lead into somebody \
         else's file. Put the database itself there"
    )]
    NoFile,
    /// The file is not a database, or a part of it has unexpected content.
    #[error("the database is damaged; nothing was changed: keep the file and restore a copy")]
    Damaged,
    /// The file is a database of something else.
    #[error("the file is a database, but not one of a Pillarbox relay")]
    Foreign,
    /// The database was created by a later version of this program.
    #[error(
        "the database has layout {found}, made by a newer pillarbox-relay; this one knows layout {known}"
    )]
    Newer {
        /// The layout number of the file.
        found: i64,
        /// The layout number of this program.
        known: i64,
    },
    /// A file could not be extended, and this process has a limit on the size of files.
    #[error(
        "a limit on the size of files stands in the way: none that this process writes may pass {bytes} bytes (SQLite error \
         {code}). Raise it with `ulimit -f`, or LimitFSIZE of the service, and start the relay again"
    )]
    FileLimit {
        /// The limit in bytes.
        bytes: u64,
        /// SQLite's extended result code (sqlite.org/rescode.html).
        code: i32,
    },
    /// The operating system could not read or write.
    #[error("the disk could not be read or written (SQLite error {code})")]
    Failed {
        /// SQLite's extended result code (sqlite.org/rescode.html).
        code: i32,
    },
}

/// Returns the sentence about missing transactions.
fn of_loss(transactions: u64) -> String {
    let missing = match transactions {
        0 => "some of the last transactions are".to_owned(),
        1 => "the last transaction is".to_owned(),
        many => format!("the last {many} transactions are"),
    };
    format!(
        "of what this relay had accepted, {missing} missing: its log ({DATABASE_FILE}-wal) is damaged, cut short or gone, \
         or the database is an earlier copy. Nothing was changed. Put a later copy of the whole directory back, if there is \
         one. To go on without what is missing, keep a copy of the directory, and type the command that starts this relay \
         again, with all its options and with --accept-loss"
    )
}

impl StoreError {
    /// Returns whether the relay can continue and retry: the batch was refused, and the next one may succeed.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Full
                | Self::ReadOnly
                | Self::InUse
                | Self::FilesGone
                | Self::FileLimit { .. }
                | Self::Failed { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_past_a_loss_is_no_command_that_begins_a_relay_elsewhere() {
        for transactions in 0..3 {
            let sentence = StoreError::Lost { transactions }.to_string();
            assert!(sentence.ends_with("with all its options and with --accept-loss"), "{sentence}");
            assert!(!sentence.contains("pillarbox-relay run"), "typed as it stands: {sentence}");
        }
    }
}

//! What can go wrong with the store, in sentences for whoever runs the relay.

/// Why the store could not be opened, read or written. Nothing that was accepted before is lost by any of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No room on the disk, or the size limit of the database is reached.
    #[error("the disk is full: nothing was written, and what was accepted before is safe")]
    Full,
    /// The file or its folder may not be written.
    #[error("the database cannot be written: it, its folder or the whole disk is read-only")]
    ReadOnly,
    /// Another program holds the database.
    #[error("another program is using the database and did not let go of it in time")]
    InUse,
    /// The files of an open database were deleted, moved or replaced.
    #[error(
        "the database's files were deleted, moved or replaced while the relay ran. What it still had open could be \
         saved as its log says, as long as it ran"
    )]
    FilesGone,
    /// The file cannot be opened or made.
    #[error("the database cannot be opened: the folder is missing, or its permissions forbid it")]
    CannotOpen,
    /// The file is no database, or a part of it does not hold what it should.
    #[error("the database is damaged; nothing was changed: keep the file and restore a copy")]
    Damaged,
    /// A database of something else.
    #[error("the file is a database, but not one of a Pillarbox relay")]
    Foreign,
    /// Made by a later version of this program.
    #[error(
        "the database has layout {found}, made by a newer pillarbox-relay; this one knows layout {known}"
    )]
    Newer {
        /// Its layout number.
        found: i64,
        /// The layout number of this program.
        known: i64,
    },
    /// The operating system could not read or write.
    #[error("the disk could not be read or written (SQLite error {code})")]
    Failed {
        /// SQLite's extended result code (sqlite.org/rescode.html).
        code: i32,
    },
}

impl StoreError {
    /// Whether the relay can go on and try again: the batch was refused, and the next one may succeed.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Full | Self::ReadOnly | Self::InUse | Self::FilesGone | Self::Failed { .. })
    }
}

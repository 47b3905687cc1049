//! The holdings: every row that a relay keeps, read from its stored database, with the raw bytes.
//!
//! `pillarbox-relay ledger` shows the holdings, and they answer a legal demand: from the file, not from what the relay
//! reports. The file is opened for reading only, whether the relay runs, has stopped, or only a copy exists, and the
//! folder is not changed.

#[cfg(feature = "server")]
mod untouched;

use std::io::ErrorKind;

use crate::store::{DATABASE_FILE, StoreError};

pub use crate::store::{Completeness, Holdings};

/// Reasons that there are no holdings to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HoldingsError {
    /// The folder has no database.
    #[error("there is no relay's database ({DATABASE_FILE}) in this folder")]
    NoDatabase,
    /// The folder or the file cannot be read with these permissions.
    #[error("the permissions of the folder or of the database do not let it be read")]
    NotReadable,
    /// The database and its log do not fit together.
    #[error(
        "the database and the log beside it ({DATABASE_FILE}-wal) do not fit together: they were copied at different \
         moments while the relay ran, or one of them is damaged. Copy both again, best of a relay that was stopped"
    )]
    PartsDisagree,
    /// The database has a log and no relay uses it, so both have to be read from a temporary copy, and the copy cannot
    /// be made.
    #[error(
        "the database and its log are read from a copy, and the copy cannot be made in the folder for temporary files: \
         {kind}. Name a folder with room with TMPDIR=FOLDER"
    )]
    NotCopied {
        /// The system's error.
        kind: ErrorKind,
    },
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

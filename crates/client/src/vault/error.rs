//! Failures to open a profile, or to store something in it.

use pillarbox_crypto::CostError;
use rusqlite::ErrorCode;

/// Reasons that something was not read or stored. Data stored before is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The profile cannot be written to.
    #[error("the profile is read-only")]
    ReadOnly,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// A row does not authenticate, or the file is not a database: it was altered, or the disk has lost data.
    #[error("the profile is damaged")]
    Damaged,
    /// The file was deleted, moved or replaced while it was open.
    #[error("its file was deleted, moved or replaced while it was open, and what came since was not kept")]
    Gone,
    /// The file cannot be reached, or the system reported an error.
    #[error("the profile cannot be read or written")]
    Unavailable,
}

/// Reasons that a profile was not created or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// There is no profile in this directory.
    #[error("there is no profile here")]
    NoProfile,
    /// There is a profile in this directory already.
    #[error("there is a profile here already")]
    Exists,
    /// Another process has this profile open.
    #[error("another program has this profile open")]
    InUse,
    /// The passphrase is wrong.
    #[error("the passphrase is not the one of this profile")]
    WrongPassphrase,
    /// Others on this computer may create files in the directory.
    #[cfg(all(unix, feature = "folders"))]
    #[error("others on this computer may write in the profile's directory")]
    Exposed(pillarbox_system::private::Exposure),
    /// A link, or something else that is not a file, is where the vault should be.
    #[error("a link or something else that is no file stands in the place of vault.sqlite")]
    NoFile,
    /// A later version of this program wrote the profile.
    #[error("the profile has layout {found}, and this program knows {known}")]
    NewerVersion {
        /// The layout of the profile.
        found: u8,
        /// The layout of this program.
        known: u8,
    },
    /// The passphrase cannot be stretched at the cost that the profile asks for.
    #[error(transparent)]
    Cost(#[from] CostError),
    /// The file cannot be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            _ => Self::Unavailable,
        }
    }
}

impl From<rusqlite::Error> for ProfileError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            _ => Self::Storage(error.into()),
        }
    }
}

//! Errors of SQLite and of the disk, as the store's own.

use rusqlite::ErrorCode;

#[cfg(feature = "server")]
use super::file_limit;
use crate::store::error::StoreError;

/// Converts an error of checking the disk, or of reserving room there, into the store's own.
pub(super) fn reserve_error(error: &std::io::Error) -> StoreError {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => StoreError::ReadOnly,
        StorageFull => StoreError::Full,
        _ => StoreError::CannotOpen,
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, _) = error else {
            // All other errors mean that a column does not contain what the schema says.
            return Self::Damaged;
        };
        match failure.code {
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::PermissionDenied | ErrorCode::CannotOpen => Self::CannotOpen,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
                Self::InUse
            }
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation => {
                Self::Damaged
            }
            _ => failed(failure.extended_code),
        }
    }
}

/// Turns an error of reading or writing into the store's own.
fn failed(code: i32) -> StoreError {
    #[cfg(feature = "server")]
    if let Some(bytes) = file_limit::in_the_way(code) {
        return StoreError::FileLimit { bytes, code };
    }
    StoreError::Failed { code }
}

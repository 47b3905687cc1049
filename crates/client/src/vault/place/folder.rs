//! A vault in a folder of the file system that no one else writes in, and the files that this process has open there.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

#[cfg(unix)]
use pillarbox_system::identity::FileIdentity;
use pillarbox_system::private;
use rusqlite::{Connection, OpenFlags};

use crate::vault::error::{ProfileError, StorageError};
use crate::vault::lock::FILE_NAME;

/// Time for which another process may still hold the profile. A process that is just ending has released the
/// profile by then, and the user soon learns about any other process.
const LOCK_PATIENCE: Duration = Duration::from_millis(250);

/// Creates `directory`, accessible to its owner only.
pub(crate) fn make(directory: &Path) -> Result<(), StorageError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(|error| match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StorageError::Full,
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => StorageError::ReadOnly,
        _ => StorageError::Unavailable,
    })
}

/// Returns true if `directory` contains a vault's file.
pub(crate) fn has(directory: &Path) -> Result<bool, StorageError> {
    directory.join(FILE_NAME).try_exists().map_err(|_| StorageError::Unavailable)
}

/// Returns true if a vault's file in `directory` is a link.
pub(crate) fn is_link(directory: &Path) -> bool {
    fs::symlink_metadata(directory.join(FILE_NAME)).is_ok_and(|found| found.is_symlink())
}

/// Checks that no one else writes in `directory`, and that the vault's file there is its owner's alone. Creates the
/// file if it is missing.
pub(crate) fn claim(directory: &Path) -> Result<(), ProfileError> {
    #[cfg(unix)]
    {
        if let Some(exposure) = private::exposure(directory).map_err(|_| StorageError::Unavailable)? {
            return Err(ProfileError::Exposed(exposure));
        }
        // SQLite reports any other obstacle to writing.
        let made = private::make(&directory.join(FILE_NAME));
        if made.is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists) {
            return Err(ProfileError::NoFile);
        }
    }
    Ok(())
}

/// Opens the file in `directory`.
pub(crate) fn connect(directory: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(directory.join(FILE_NAME), flags)
}

/// Sets how this connection treats the file: data is on the disk before a commit returns, removed data is
/// overwritten, and the write lock is never released once taken.
pub(crate) fn settle(connection: &Connection) -> Result<(), ProfileError> {
    // SQLite opens a read-only file for reading, and would fail later with an error about the log.
    if connection.is_readonly("main")? {
        return Err(ProfileError::Storage(StorageError::ReadOnly));
    }
    connection.busy_timeout(LOCK_PATIENCE)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Only a transaction that intends to write takes a lock.
    connection.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
    Ok(())
}

/// Returns the length of the vault's file in `directory`, or 0 if there is none.
#[must_use]
pub fn length(directory: &Path) -> u64 {
    fs::metadata(directory.join(FILE_NAME)).map_or(0, |file| file.len())
}

/// Copies every file of `from` to `to`, which must exist.
///
/// # Errors
/// Errors of the file system.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Overwrites the vault in `directory` and removes it.
///
/// # Errors
/// [`StorageError::Unavailable`]; parts of the vault may remain.
pub fn erase(directory: &Path) -> Result<(), StorageError> {
    let erase = || -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let of_vault = path
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with(FILE_NAME));
            if of_vault {
                let length = fs::metadata(&path)?.len();
                fs::write(&path, vec![0; usize::try_from(length).unwrap_or(0)])?;
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    };
    erase().map_err(|_| StorageError::Unavailable)
}

/// The files of an open vault, by device and inode: SQLite keeps writing to them after they are deleted.
#[cfg(unix)]
pub(crate) struct Place(Vec<(PathBuf, FileIdentity)>);

#[cfg(unix)]
impl Place {
    /// Records the files of an open vault: the database and its log. There is no index file.
    pub(crate) fn of(directory: &Path) -> Self {
        let file = directory.join(FILE_NAME);
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        let files = [file, log.into()];
        Self(
            files
                .into_iter()
                .filter_map(|file| FileIdentity::of(&file).ok().map(|found| (file, found)))
                .collect(),
        )
    }

    /// Returns true if the files are still in their places.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.iter().all(|(file, identity)| identity.is_at(file))
    }
}

/// On other systems an open file cannot be deleted.
#[cfg(not(unix))]
pub(crate) struct Place;

#[cfg(not(unix))]
impl Place {
    pub(crate) fn of(_directory: &Path) -> Self {
        Self
    }

    pub(crate) fn is_whole(&self) -> bool {
        true
    }
}

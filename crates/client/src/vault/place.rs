//! The place of a vault: a directory that nobody else writes in, and the files that this process has open there.

use std::path::{Path, PathBuf};

#[cfg(unix)]
use pillarbox_system::{identity::FileIdentity, private};

use super::FILE_NAME;
use super::error::ProfileError;
#[cfg(unix)]
use super::error::StorageError;

/// The vault's file, which is its owner's alone, in a directory that nobody else writes in. It is made if it is not there.
pub(super) fn own_file(directory: &Path) -> Result<PathBuf, ProfileError> {
    let file = directory.join(FILE_NAME);
    #[cfg(unix)]
    {
        if let Some(exposure) = private::exposure(directory).map_err(|_| StorageError::Unavailable)? {
            return Err(ProfileError::Exposed(exposure));
        }
        // What stands in the way of writing is for SQLite to find out.
        if private::make(&file).is_err_and(|error| error.kind() == std::io::ErrorKind::AlreadyExists) {
            return Err(ProfileError::NoFile);
        }
    }
    Ok(file)
}

/// The files of an open vault, by device and inode: SQLite goes on writing to them when they are deleted.
#[cfg(unix)]
pub(super) struct Place(Vec<(PathBuf, FileIdentity)>);

#[cfg(unix)]
impl Place {
    /// Notes the files of a vault that is open: the database and its log. There is no index beside them.
    pub(super) fn of(file: &Path) -> Self {
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        let files = [file.to_owned(), log.into()];
        Self(
            files
                .into_iter()
                .filter_map(|file| FileIdentity::of(&file).ok().map(|found| (file, found)))
                .collect(),
        )
    }

    /// Says if they are where they were.
    pub(super) fn is_whole(&self) -> bool {
        self.0.iter().all(|(file, identity)| identity.is_at(file))
    }
}

/// Elsewhere a file that is open cannot be deleted.
#[cfg(not(unix))]
pub(super) struct Place;

#[cfg(not(unix))]
impl Place {
    pub(super) fn of(_file: &Path) -> Self {
        Self
    }

    pub(super) fn is_whole(&self) -> bool {
        true
    }
}

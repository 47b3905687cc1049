//! The relay's data directory. One relay at a time uses it, and it is closed to everybody else.
//!
//! It contains the database (the core's), the relay's key ([`super::key`]), a lock, and while a relay runs the
//! address of its admin port. This module does not know what the database contains.

use std::fs::{DirBuilder, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use pillarbox_system::private::{self, Exposure};

use crate::store::DATABASE_FILE;
use crate::store::lock::{self, LOCK_FILE, Lock};

use crate::server::log::{Level, LogLine};
use crate::server::trouble::in_words;

/// The file in which `ledger --follow` finds the running relay: the admin address, then the token that it asks for.
pub const ADMIN_FILE: &str = "admin";

/// The log's sentence about a lock that was missing.
const LOCK_MADE: &str = "the file `lock` was missing beside the database, and was made anew";

/// Reasons that a data directory cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataDirError {
    /// Another relay runs on it.
    #[error(
        "another relay is running on {path}. Stop it first, or give this one a directory of its own with --data"
    )]
    InUse {
        /// The path of the directory.
        path: PathBuf,
    },
    /// A relay has run here, and its database has disappeared.
    #[error(
        "{path} is missing or empty, and a relay has run here before: its key is there. Put the whole directory back \
         from a copy; to begin anew, with new addresses for everybody, take the key away as well"
    )]
    DatabaseGone {
        /// The path of the missing database.
        path: PathBuf,
    },
    /// Other users may write files into it.
    #[error("{}", exposure.sentence(path))]
    Exposed {
        /// The path of the directory.
        path: PathBuf,
        /// The users who may write there.
        exposure: Exposure,
    },
    /// The system denied access to a file that may be configured outside the data directory.
    #[error("{path} cannot be written: {}. {way_out}", in_words(*kind))]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The system's error.
        kind: io::ErrorKind,
        /// The next step for the operator.
        way_out: &'static str,
    },
    /// The system refused the directory.
    #[error(
        "{path} cannot be used as a data directory: {}. {} another one with --data",
        in_words(*kind),
        match kind {
            // No change of permissions repairs these.
            io::ErrorKind::InvalidFilename | io::ErrorKind::InvalidInput | io::ErrorKind::AlreadyExists => "Give",
            _ => "Make it writable for this user, or give",
        }
    )]
    Io {
        /// The path of the directory.
        path: PathBuf,
        /// The system's error.
        kind: io::ErrorKind,
    },
}

/// A data directory that no other relay uses while this value lives.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: Lock,
}

impl DataDir {
    /// Creates the directory if it does not exist, for its owner only, and locks it.
    ///
    /// # Errors
    /// [`DataDirError`].
    pub(crate) fn claim(path: &Path) -> Result<Self, DataDirError> {
        let refused = |error: io::Error| DataDirError::Io { path: path.to_owned(), kind: error.kind() };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(refused)?;
        if let Some(exposure) = private::exposure(path).map_err(refused)? {
            return Err(DataDirError::Exposed { path: path.to_owned(), exposure });
        }
        let had_lock = std::fs::symlink_metadata(path.join(LOCK_FILE)).is_ok();
        match lock::take(path) {
            Ok(lock) => {
                // A first start has neither file. The lock that counts is on the folder, so nothing was at risk.
                if !had_lock && path.join(DATABASE_FILE).exists() {
                    LogLine::new(LOCK_MADE).write(Level::Warn);
                }
                Ok(Self { path: path.to_owned(), _lock: lock })
            }
            Err(TryLockError::WouldBlock) => Err(DataDirError::InUse { path: path.to_owned() }),
            // A link or something else that is not a file: the folder can be used once that is removed.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(DataDirError::File {
                    path: path.join(LOCK_FILE),
                    kind: error.kind(),
                    way_out: "Move away what stands there",
                })
            }
            Err(TryLockError::Error(error)) => Err(refused(error)),
        }
    }

    /// The path of the directory.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses to start over where a relay has kept something. The database is created before the key, so a folder
    /// with a key once had a database.
    ///
    /// # Errors
    /// [`DataDirError::DatabaseGone`].
    pub(crate) fn check_database(&self) -> Result<(), DataDirError> {
        let path = self.path.join(DATABASE_FILE);
        match std::fs::metadata(&path) {
            Ok(file) if file.len() == 0 => Err(DataDirError::DatabaseGone { path }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(DataDirError::DatabaseGone { path }),
            // If anything else is wrong with the database, opening it will find that.
            _ => Ok(()),
        }
    }

    /// Records the address of this relay's admin port, for readers of this directory.
    ///
    /// # Errors
    /// [`DataDirError::File`].
    pub(crate) fn announce_admin(&self, announcement: &str) -> Result<AdminAnnouncement, DataDirError> {
        let path = self.path.join(ADMIN_FILE);
        // A file here was left by a crash. A link was created by somebody else, because no relay creates one.
        let written = match std::fs::symlink_metadata(&path) {
            Ok(there) if there.is_symlink() => Err(io::ErrorKind::AlreadyExists.into()),
            _ => private::create_anew(&path).and_then(|mut file| file.write_all(announcement.as_bytes())),
        };
        match written {
            Ok(()) => Ok(AdminAnnouncement(path)),
            Err(error) => Err(DataDirError::File {
                path,
                kind: error.kind(),
                way_out: "Move away what stands there, or start the relay without an admin port: --admin off",
            }),
        }
    }
}

/// Removes the admin file when the relay ends. A file that a crash leaves behind leads to a port where nobody answers
/// or another token is valid. The follower reports that.
#[derive(Debug)]
pub(crate) struct AdminAnnouncement(PathBuf);

impl Drop for AdminAnnouncement {
    fn drop(&mut self) {
        // A file that cannot be removed is as harmless as one that a crash leaves.
        std::fs::remove_file(&self.0).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_relay_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("new").join("relay");
        let first = DataDir::claim(&path).unwrap();
        assert_eq!(DataDir::claim(&path).unwrap_err(), DataDirError::InUse { path: path.clone() });
        drop(first);
        DataDir::claim(&path).unwrap();
    }

    #[test]
    fn a_file_in_its_place_is_an_error() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("taken");
        std::fs::write(&path, "").unwrap();
        assert!(matches!(DataDir::claim(&path), Err(DataDirError::Io { .. })));
    }

    #[test]
    fn a_link_in_the_place_of_the_announcement_is_told_and_stays() {
        let parent = tempfile::tempdir().unwrap();
        let (target, link) = (parent.path().join("theirs"), parent.path().join(ADMIN_FILE));
        std::fs::write(&target, "theirs").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let directory = DataDir::claim(parent.path()).unwrap();
        let told = directory.announce_admin("here").unwrap_err();
        assert!(told.to_string().contains("admin cannot be written"), "{told}");
        assert!(link.is_symlink() && std::fs::read(&target).unwrap() == b"theirs");
        // A file that a crash left does no harm.
        std::fs::remove_file(&link).unwrap();
        std::fs::write(&link, "old").unwrap();
        drop(directory.announce_admin("here").unwrap());
    }

    #[test]
    fn the_announcement_goes_with_the_relay() {
        let parent = tempfile::tempdir().unwrap();
        let directory = DataDir::claim(parent.path()).unwrap();
        let announcement = directory.announce_admin("here").unwrap();
        assert_eq!(std::fs::read(parent.path().join(ADMIN_FILE)).unwrap(), b"here");
        drop(announcement);
        assert!(!parent.path().join(ADMIN_FILE).exists());
    }
}

//! The process that holds a profile open for longer. A file beside the vault tells other commands which process to
//! signal, so that it locks.
//!
//! The lock on the file, not its content, says that such a process exists. The system releases it when the process
//! ends or is replaced by another program, and in both cases the profile's secrets are no longer in memory. The
//! content is the process id, which means nothing unless the file is locked.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::super::failure::Failure;

/// Name of the file in the profile's directory.
const FILE: &str = "open.lock";

/// The maximum number of digits in a process id. A longer number was not written by this program.
const MAX_DIGITS: u64 = 10;

/// This process as the holder of the profile, which listens for the signal to lock.
pub(crate) struct Holder {
    #[cfg(unix)]
    word: Signal,
    /// Open for as long as the profile is.
    _file: File,
}

impl Holder {
    /// Listens for the signal, and only then writes the process id into the file. Call this on the runtime, with the
    /// profile open.
    pub(crate) fn hold(directory: &Path) -> Result<Self, Failure> {
        #[cfg(unix)]
        let word = signal(SignalKind::user_defined1()).map_err(|error| failed(directory, &error))?;
        let file = claim(directory).map_err(|error| failed(directory, &error))?;
        Ok(Self {
            #[cfg(unix)]
            word,
            _file: file,
        })
    }

    /// Waits for the signal to lock.
    #[cfg(unix)]
    pub(crate) async fn told(&mut self) {
        if self.word.recv().await.is_none() {
            std::future::pending().await
        }
    }

    /// This system has no such signal.
    #[cfg(not(unix))]
    pub(crate) async fn told(&mut self) {
        std::future::pending().await
    }
}

fn claim(directory: &Path) -> io::Result<File> {
    let mut file = open(directory, true)?;
    // This process holds the vault, so other processes hold this lock only for the moment in which they check it.
    file.lock()?;
    file.set_len(0)?;
    write!(file, "{}", std::process::id())?;
    file.flush()?;
    Ok(file)
}

fn open(directory: &Path, make: bool) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(make).truncate(false).open(path(directory))
}

fn path(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

pub(super) fn failed(directory: &Path, error: &io::Error) -> Failure {
    Failure::File(path(directory), error.to_string())
}

/// Returns the process id of the holder, if there is one.
pub(super) fn find(directory: &Path) -> io::Result<Option<i32>> {
    let mut file = match open(directory, false) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => Ok(None),
        Err(std::fs::TryLockError::WouldBlock) => {
            let mut number = String::new();
            Read::by_ref(&mut file).take(MAX_DIGITS).read_to_string(&mut number)?;
            // A holder that has not written its number yet is not ready for the signal.
            Ok(number.parse().ok().filter(|number| *number > 0))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_the_lock_is_nobody() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find(folder.path()).unwrap(), None, "no file");
        std::fs::write(path(folder.path()), "1").unwrap();
        assert_eq!(find(folder.path()).unwrap(), None, "left behind");
        let held = claim(folder.path()).unwrap();
        assert_eq!(find(folder.path()).unwrap(), i32::try_from(std::process::id()).ok());
        drop(held);
        assert_eq!(find(folder.path()).unwrap(), None, "ended");
    }

    #[test]
    fn a_holder_that_has_not_written_yet_is_not_told() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["", "-1", "0", "99999999999999", "no number"] {
            let held = claim(folder.path()).unwrap();
            std::fs::write(path(folder.path()), content).unwrap();
            assert_eq!(find(folder.path()).unwrap(), None, "{content:?}");
            drop(held);
        }
    }
}

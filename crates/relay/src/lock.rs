//! The lock file of a data directory: it tells one relay from two, and a running relay from a copy of its files.
//!
//! The lock is the system's (`flock`), so it goes with the process that holds it, however that process ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// Locked by the relay that runs on this directory. The lock goes with the process, however it ends.
pub const LOCK_FILE: &str = "lock";

/// How often a relay that starts asks for the lock. A reader that looks for a running relay holds it for an instant,
/// which must not pass for another relay.
const TRIES: u32 = 5;

/// Between two tries. All of them together take less than a person notices.
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the lock for a relay. It is held while the file is open.
///
/// # Errors
/// [`TryLockError::WouldBlock`] if another relay has it, or the system's error.
pub(crate) fn take(folder: &Path) -> Result<File, TryLockError> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(folder.join(LOCK_FILE))
        .map_err(TryLockError::Error)?;
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(error) => return Err(error),
            Ok(()) => return Ok(file),
        }
    }
    file.try_lock()?;
    Ok(file)
}

/// Says if a relay runs on this folder. Nothing is written, and no file is made.
pub(crate) fn is_taken(folder: &Path) -> bool {
    // A copy has no lock file, or one that nobody holds.
    let probed: io::Result<_> = File::open(folder.join(LOCK_FILE)).map(|file| file.try_lock_shared());
    matches!(probed, Ok(Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_the_lock_neither_takes_nor_makes_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_taken(folder.path()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let held = take(folder.path()).unwrap();
        assert!(is_taken(folder.path()));
        assert!(matches!(take(folder.path()), Err(TryLockError::WouldBlock)));
        drop(held);
        assert!(!is_taken(folder.path()));
        take(folder.path()).unwrap();
    }

    #[test]
    fn a_relay_starts_although_a_reader_looks_at_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        drop(take(folder.path()).unwrap());
        let reader = File::open(folder.path().join(LOCK_FILE)).unwrap();
        reader.lock_shared().unwrap();
        let looking = std::thread::spawn(move || {
            sleep(PAUSE);
            drop(reader);
        });
        take(folder.path()).unwrap();
        looking.join().unwrap();
    }
}

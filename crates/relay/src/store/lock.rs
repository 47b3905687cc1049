//! The lock of a data directory: it keeps a second relay out, and distinguishes a running relay from a copy of its
//! files.
//!
//! The lock is the system's (`flock`), so it is released with the process that holds it, however that process ends.
//! It is on the directory itself, which has no name inside it that could be deleted. It is also on the file `lock`,
//! for relays of an earlier version, which check nothing else.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use pillarbox_system::private;

/// The file that a running relay locks beside the directory.
pub const LOCK_FILE: &str = "lock";

/// Attempts of a starting relay to get the lock. A reader that looks for a running relay holds it for an instant,
/// and must not be mistaken for another relay.
const TRIES: u32 = 5;

/// Pause between two attempts. All of them together take less than a person notices.
const PAUSE: Duration = Duration::from_millis(20);

/// The lock, held until this value is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    _directory: File,
    _file: File,
}

/// Takes the lock for a relay.
///
/// # Errors
/// [`TryLockError::WouldBlock`] if another relay has it, or the system's error.
pub(crate) fn take(folder: &Path) -> Result<Lock, TryLockError> {
    let directory = File::open(folder).map_err(TryLockError::Error)?;
    take_soon(&directory)?;
    let mut options = private::options();
    options.write(true).create(true).truncate(false);
    let file = private::open(&options, &folder.join(LOCK_FILE)).map_err(TryLockError::Error)?;
    take_soon(&file)?;
    Ok(Lock { _directory: directory, _file: file })
}

fn take_soon(file: &File) -> Result<(), TryLockError> {
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            done => return done,
        }
    }
    file.try_lock()
}

/// Returns whether a relay runs on this folder. Nothing is written, and no file is created.
pub(crate) fn is_taken(folder: &Path) -> bool {
    // A copy has no lock file, or one that nobody has locked.
    [folder.to_owned(), folder.join(LOCK_FILE)].iter().any(|path| {
        let probed: io::Result<_> = File::open(path).map(|file| file.try_lock_shared());
        matches!(probed, Ok(Err(TryLockError::WouldBlock)))
    })
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
        for put_back in [false, true] {
            std::fs::remove_file(folder.path().join(LOCK_FILE)).unwrap();
            if put_back {
                std::fs::write(folder.path().join(LOCK_FILE), "").unwrap();
            }
            assert!(is_taken(folder.path()) && take(folder.path()).is_err());
            assert_eq!(folder.path().join(LOCK_FILE).exists(), put_back, "a refused one makes nothing");
            std::fs::write(folder.path().join(LOCK_FILE), "").unwrap();
        }
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

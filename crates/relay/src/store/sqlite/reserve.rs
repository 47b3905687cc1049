//! Room on the disk that is reserved for removals: a file of zeros beside the database.
//!
//! SQLite has to write to delete a row: its pages go to the log before they are free in the database. On a disk
//! that is full to the last byte nothing could be deleted, and the relay could not even start. A file therefore
//! occupies the room that removals need, and is deleted when they need it. While the file is missing, the store
//! reports that there is no room for anything new; the file is created again once the disk has room for it. This
//! module does not know what is removed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pillarbox_system::private;
use rustix::fs::{FallocateFlags, fallocate, statvfs};
use rustix::io::Errno;

use crate::store::file_names::RESERVE_FILE;

/// Divisor of the disk's size for the largest reserve, so that a small disk is not all reserve.
const MOST_OF_DISK: u64 = 8;

/// Bytes written at once where the system cannot set room aside without writing.
const PIECE_LEN: usize = 64 << 10;

/// The reserve; see the module. Dropping it leaves the file for the next start.
#[derive(Debug)]
pub(super) struct Reserve {
    folder: PathBuf,
    wanted: u64,
    /// True if the file exists at its full length.
    whole: bool,
}

impl Reserve {
    /// Checks the reserve in `folder`. On a disk with less room left than the reserve occupies, it releases the
    /// reserve: opening the database now requires writing.
    pub(super) fn open(folder: &Path, bytes: u64) -> io::Result<Self> {
        let (free, size) = disk(folder)?;
        let wanted = bytes.min(size / MOST_OF_DISK);
        let mut reserve = Self { folder: folder.to_owned(), wanted, whole: false };
        let len = fs::symlink_metadata(reserve.file())
            .map_or(0, |file| if file.is_file() { file.len() } else { 0 });
        reserve.whole = len == wanted && free >= wanted;
        if !reserve.whole {
            reserve.release()?;
        }
        Ok(reserve)
    }

    /// Returns the bytes of new data that the disk can take, each of which is written to the log as well. Without the
    /// reserve that is 0.
    pub(super) fn growth(&mut self) -> io::Result<u64> {
        self.restore()?;
        // Each byte is written twice: to the log, and from there to the database.
        Ok(if self.whole { disk(&self.folder)?.0 / 2 } else { 0 })
    }

    /// Sets the room aside again, if the disk has it.
    pub(super) fn restore(&mut self) -> io::Result<()> {
        if self.whole || disk(&self.folder)?.0 < self.wanted {
            return Ok(());
        }
        self.whole = allocate(&self.file(), self.wanted)?;
        if !self.whole {
            self.release()?;
        }
        Ok(())
    }

    /// Releases the room for the next writes.
    pub(super) fn release(&mut self) -> io::Result<()> {
        self.whole = false;
        match fs::remove_file(self.file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(RESERVE_FILE)
    }
}

/// Returns the bytes that this user may still write to the disk of a folder, and the size of the disk.
fn disk(folder: &Path) -> io::Result<(u64, u64)> {
    let disk = statvfs(folder)?;
    Ok((disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize)))
}

/// Creates a file with all its blocks. Returns false if the disk was full before that.
fn allocate(path: &Path, len: u64) -> io::Result<bool> {
    let file = private::create_anew(path)?;
    let done = match fallocate(&file, FallocateFlags::empty(), 0, len) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => write_zeros(&file, len),
        done => done.map_err(io::Error::from),
    };
    match done {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
            ) =>
        {
            Ok(false)
        }
        done => done.map(|()| true),
    }
}

fn write_zeros(mut file: &File, len: u64) -> io::Result<()> {
    let zeros = [0; PIECE_LEN];
    let mut left = len;
    while left > 0 {
        let piece = zeros.get(..usize::try_from(left).unwrap_or(PIECE_LEN).min(PIECE_LEN)).unwrap_or(&zeros);
        file.write_all(piece)?;
        left -= piece.len() as u64;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_reserve_takes_its_room_gives_it_up_and_takes_it_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut reserve = Reserve::open(folder.path(), 1 << 20).unwrap();
        assert!(reserve.growth().unwrap() > 0);
        let file = fs::metadata(folder.path().join(RESERVE_FILE)).unwrap();
        assert!(file.len() == 1 << 20 && file.blocks() * 512 >= 1 << 20, "{file:?}");
        reserve.release().unwrap();
        assert!(!folder.path().join(RESERVE_FILE).exists());
        reserve.release().unwrap();
        reserve.restore().unwrap();
        drop(reserve);
        assert!(Reserve::open(folder.path(), 1 << 20).unwrap().whole, "it is there at the next start");
        assert!(!Reserve::open(folder.path(), 2 << 20).unwrap().whole, "one of another size is made anew");
    }

    #[test]
    fn a_reserve_is_a_part_of_a_small_disk_and_never_half_made() {
        let folder = tempfile::tempdir().unwrap();
        let (_, size) = disk(folder.path()).unwrap();
        assert_eq!(Reserve::open(folder.path(), u64::MAX).unwrap().wanted, size / MOST_OF_DISK);
        let mut greedy = Reserve { folder: folder.path().to_owned(), wanted: u64::MAX, whole: false };
        assert_eq!(greedy.growth().unwrap(), 0);
        assert!(!folder.path().join(RESERVE_FILE).exists());
        let written = folder.path().join("zeros");
        write_zeros(&File::create(&written).unwrap(), PIECE_LEN as u64 + 5).unwrap();
        assert_eq!(fs::metadata(&written).unwrap().len(), PIECE_LEN as u64 + 5);
    }
}

//! A disk so small that a test can fill it. It can also be made read-only.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::place::Place;

/// A file system in memory. It is mounted in a folder and unmounted when this value is dropped.
#[derive(Debug)]
pub struct SmallDisk {
    folder: PathBuf,
}

/// The file that occupies the remaining room.
const FILLER: &str = "filler";

impl SmallDisk {
    /// Mounts a disk of `kibibytes` KiB. Returns nothing on a computer that does not let the test mount, and says so on
    /// standard error, so that nobody takes a test that checked nothing for one that passed.
    #[must_use]
    pub fn mount(place: &Place, kibibytes: usize) -> Option<Self> {
        let folder = place.path("disk");
        fs::create_dir(&folder).unwrap();
        let options = format!("size={kibibytes}k,mode=700");
        if run("mount", &["-t", "tmpfs", "-o", &options, "pillarbox-test", &folder.to_string_lossy()]) {
            return Some(Self { folder });
        }
        // The message bypasses the test's own output, which is hidden for a test that passes.
        let said =
            "SKIPPED: only root can mount a small disk here, so full and read-only disks were not tried.\n";
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        None
    }

    /// Returns the folder at which the disk is mounted.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Fills the disk to the last byte.
    pub fn fill(&self) {
        let mut filler = File::create(self.folder.join(FILLER)).unwrap();
        let mut piece = vec![0; 64 * 1024];
        loop {
            match filler.write(&piece) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull && piece.len() > 1 => {
                    piece.truncate(piece.len() / 2)
                }
                Err(error) => return assert_eq!(error.kind(), ErrorKind::StorageFull),
            }
        }
    }

    /// Fills the disk and leaves `bytes` bytes free.
    pub fn fill_but(&self, bytes: u64) {
        let mut filler = OpenOptions::new().append(true).create(true).open(self.folder.join(FILLER)).unwrap();
        let page = [0; 4096];
        while filler.write_all(&page).is_ok() {}
        let len = filler.metadata().unwrap().len();
        filler.set_len(len.saturating_sub(bytes)).unwrap();
    }

    /// Frees the room that a fill occupied.
    pub fn make_room(&self) {
        fs::remove_file(self.folder.join(FILLER)).unwrap();
    }

    /// Makes the disk read-only, or writable again.
    pub fn set_read_only(&self, read_only: bool) {
        let how = if read_only { "remount,ro" } else { "remount,rw" };
        assert!(run("mount", &["-o", how, &self.folder.to_string_lossy()]), "{how}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The lazy option prevents a program that still runs from holding the mount. The folder is removed with the
        // test's environment.
        run("umount", &["-l", &self.folder.to_string_lossy()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

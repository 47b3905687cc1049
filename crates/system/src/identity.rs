//! The identity of a file. It shows whether the file that now has a name is the same as before.
//!
//! A program that has a file open keeps that file when somebody deletes it or replaces it. What the program then
//! writes is lost when the program ends. Meanwhile the name leads to another file or to no file, and comparing
//! identities shows this.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Device and inode: the two numbers by which a system distinguishes files, as long as one of the files is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileIdentity {
    device: u64,
    inode: u64,
}

impl FileIdentity {
    /// Returns the identity of the file under this name. A link counts as itself, not as its target.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::NotFound`] if no file has this name.
    pub fn of(path: &Path) -> io::Result<Self> {
        fs::symlink_metadata(path).map(|found| Self::from(&found))
    }

    /// Returns true if the name refers to this file. Returns false if it refers to no file, or to none that this
    /// user can see.
    #[must_use]
    pub fn is_at(self, path: &Path) -> bool {
        Self::of(path).is_ok_and(|found| found == self)
    }
}

impl From<&Metadata> for FileIdentity {
    fn from(found: &Metadata) -> Self {
        Self { device: found.dev(), inode: found.ino() }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn another_file_under_the_same_name_is_another_one_and_a_renamed_one_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (path, aside) = (folder.path().join("file"), folder.path().join("aside"));
        fs::write(&path, "one").unwrap();
        let held = File::open(&path).unwrap();
        let identity = FileIdentity::of(&path).unwrap();
        assert_eq!(FileIdentity::from(&held.metadata().unwrap()), identity);
        fs::write(&path, "longer than before").unwrap();
        assert!(identity.is_at(&path), "written anew in place");
        fs::rename(&path, &aside).unwrap();
        assert!(!identity.is_at(&path) && identity.is_at(&aside));
        fs::write(&path, "one").unwrap();
        assert!(!identity.is_at(&path));
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&aside, &path).unwrap();
        assert!(!identity.is_at(&path), "a link to it is not it");
    }
}

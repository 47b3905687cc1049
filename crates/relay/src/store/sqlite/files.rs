//! The files of an open database, and a check that they are still in place.
//!
//! SQLite opens the files once and continues to write to them when somebody deletes or replaces them
//! (sqlite.org/howtocorrupt.html, section 2.4). Commits then succeed, and all of them are lost when the relay ends.
//! Device and inode are therefore recorded when the database has been opened, and compared around each commit. A
//! file that was overwritten in place keeps both, and is not recognised by this.

use std::path::{Path, PathBuf};

use pillarbox_system::identity::FileIdentity;

use crate::store::file_names::DATABASE_FILE;

/// The endings of the files: the database, its log, and the index through which readers share the log.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// The files of an open database; see the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenFiles {
    folder: PathBuf,
    files: Vec<OpenFile>,
}

/// One of these files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenFile {
    /// Its name in the folder.
    pub(crate) name: String,
    /// Device and inode of the file.
    pub(crate) identity: FileIdentity,
}

impl OpenFiles {
    /// Records the files of the database in `folder`, which is open and has its log.
    pub(super) fn note(folder: &Path) -> Self {
        let files = SUFFIXES.iter().filter_map(|suffix| {
            let name = format!("{DATABASE_FILE}{suffix}");
            let identity = FileIdentity::of(&folder.join(&name)).ok()?;
            Some(OpenFile { name, identity })
        });
        Self { folder: folder.to_owned(), files: files.collect() }
    }

    /// The folder that the files are in.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns all files.
    pub(crate) fn all(&self) -> &[OpenFile] {
        &self.files
    }

    /// The missing files: deleted, moved away, or replaced.
    pub(crate) fn gone(&self) -> Vec<&OpenFile> {
        self.files.iter().filter(|file| !file.identity.is_at(&self.folder.join(&file.name))).collect()
    }

    /// Returns whether all files are where they were. This asks the system three questions, which do not slow a commit.
    pub(super) fn are_there(&self) -> bool {
        self.gone().is_empty()
    }
}

//! Storage for a phone's vault that ends with the world: a temporary folder, for its owner alone.

use std::io;
use std::path::Path;

use tempfile::TempDir;

/// A temporary folder for a phone's vault.
#[derive(Debug)]
pub(crate) struct Scratch(TempDir);

impl Scratch {
    /// Creates an empty one.
    ///
    /// # Errors
    /// The file system's error.
    pub(crate) fn new() -> io::Result<Self> {
        tempfile::tempdir().map(Self)
    }

    /// Returns the folder.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

//! A place for a phone's vault that ends with the world: a temporary folder, for its owner alone.

use std::io;
use std::path::Path;

use tempfile::TempDir;

/// See the module.
#[derive(Debug)]
pub(crate) struct Scratch(TempDir);

impl Scratch {
    /// Makes one, empty.
    ///
    /// # Errors
    /// What the file system says.
    pub(crate) fn new() -> io::Result<Self> {
        tempfile::tempdir().map(Self)
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

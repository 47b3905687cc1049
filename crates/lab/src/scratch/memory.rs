//! Storage for a phone's vault that ends with the world, in a program without a file system: a name in the client's
//! memory.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use pillarbox_client::vault;

/// Counts the places, so that no two have one name.
static MADE: AtomicU64 = AtomicU64::new(0);

/// A name in memory for a phone's vault.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Creates an empty one.
    ///
    /// # Errors
    /// This one cannot fail.
    #[expect(clippy::unnecessary_wraps, reason = "a folder of a file system can fail")]
    pub(crate) fn new() -> io::Result<Self> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        Ok(Self(Path::new("scratch").join(number.to_string())))
    }

    /// Returns the name.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Releasing memory does not fail.
        let _ = vault::erase(&self.0);
    }
}

//! Files that somebody wrote: stories, designs, predictions.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use pillarbox_text::read;

/// The text of a file, without the byte order mark and the line ends that other systems' editors write: the same story,
/// saved by any of them, has the same digest.
///
/// # Errors
/// What the file system says; [`ErrorKind::InvalidData`] for what is no UTF-8.
pub fn text(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file)?;
    read::document_of(&bytes).map_err(|_| Error::from(ErrorKind::InvalidData))
}

//! Files that the operator wrote: limits, and the rule of what is kept.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use pillarbox_text::read;

/// The text of a file, without the byte order mark and the line ends that other systems' editors write.
///
/// # Errors
/// What the file system says; [`ErrorKind::InvalidData`] for what is no UTF-8.
pub(crate) fn text(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file)?;
    read::document_of(&bytes).map_err(|_| Error::from(ErrorKind::InvalidData))
}

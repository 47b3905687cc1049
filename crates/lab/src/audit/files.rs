//! The files of a folder, each searched from its first byte to its last.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::report::Part;
use super::search::{Hit, Search};

/// The number of bytes read at a time.
const PIECE: usize = 1 << 20;

/// A file that could not be searched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} cannot be read: {kind}")]
pub struct FileError {
    /// The path of the file.
    pub file: String,
    /// The system's error.
    pub kind: io::ErrorKind,
}

/// Returns the files in a folder and in its subfolders, by name.
///
/// # Errors
/// [`FileError`].
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let failed = |error: &io::Error| FileError { file: folder.display().to_string(), kind: error.kind() };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(&error))? {
        let entry = entry.map_err(|error| failed(&error))?;
        if entry.file_type().map_err(|error| failed(&error))?.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Searches one file.
///
/// # Errors
/// [`FileError`].
pub fn search(file: &Path, search: &Search) -> Result<(Part, Vec<Hit>), FileError> {
    let failed = |error: io::Error| FileError { file: file.display().to_string(), kind: error.kind() };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut scan = search.scan(&name, 0);
    let mut reader = File::open(file).map_err(failed)?;
    let mut piece = vec![0; PIECE];
    let mut bytes: u64 = 0;
    loop {
        let count = match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        scan.feed(piece.get(..count).unwrap_or_default());
        bytes += count as u64;
    }
    let hits = scan.finish();
    Ok((Part::new(name, bytes), hits))
}

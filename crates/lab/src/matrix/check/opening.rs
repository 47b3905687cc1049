//! Reading a run's folder: its regular files, up to a size, and the names of everything else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use super::folder::{Folder, NOT_READ};
use crate::matrix::manifest::{MANIFEST, TIMING};

/// The longest file that is read, in bytes. Evidence of the largest cell is a few hundred kilobytes.
const MAX_FILE_LEN: u64 = 64 << 20;

/// The maximum number of bytes that are read from a folder. The folder of a run over all designs and demands holds some
/// ten megabytes.
const MAX_FOLDER_LEN: u64 = 1 << 30;

/// The maximum number of files in a folder. A cell has one, and so does its control.
const MAX_FILES: usize = 20_000;

/// The depth of the deepest folder in a run's folder. Evidence and designs each have a folder of their own.
const MAX_DEPTH: usize = 3;

/// The reason why there is nothing to check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The folder has no manifest: either it is not a run, or the run was not finished.
    #[error("{0} has no {MANIFEST}: it is no finished run of a matrix")]
    NoManifest(String),
    /// The manifest has the wrong form.
    #[error("{0}/{MANIFEST} is no manifest: {1}")]
    NotAManifest(String, String),
    /// A file or folder cannot be read.
    #[error("{0} cannot be read: {1}")]
    NotReadable(String, ErrorKind),
    /// The folder has more files, levels or bytes than that of any run.
    #[error(
        "{0} holds more than a run of a matrix does: more than {MAX_FILES} files, folders in folders, or more than 1 GiB"
    )]
    TooMuch(String),
}

impl Folder {
    /// Reads a folder.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        let shown = folder.display().to_string();
        let mut found = Gathered::default();
        found.gather(folder, "", 0).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => FolderError::NoManifest(shown.clone()),
            ErrorKind::FileTooLarge => FolderError::TooMuch(shown.clone()),
            kind => FolderError::NotReadable(shown.clone(), kind),
        })?;
        let Gathered { mut files, not_read, .. } = found;
        if not_read.contains(MANIFEST) {
            return Err(FolderError::NotAManifest(shown, format!("it {NOT_READ}")));
        }
        let text = files.get(MANIFEST).ok_or_else(|| FolderError::NoManifest(shown.clone()))?;
        let manifest = serde_json::from_slice(text)
            .map_err(|error| FolderError::NotAManifest(shown.clone(), error.to_string()))?;
        files.remove(MANIFEST);
        files.remove(TIMING);
        Ok(Self { manifest, files, not_read })
    }
}

/// Files that have been gathered so far.
#[derive(Default)]
struct Gathered {
    files: BTreeMap<String, Vec<u8>>,
    not_read: BTreeSet<String>,
    bytes: u64,
}

impl Gathered {
    /// Reads every regular file under `folder`. A link, a pipe, a device or a file that is too long counts as an empty
    /// file, which no manifest names.
    fn gather(&mut self, folder: &Path, prefix: &str, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // A name that is not a text is in no manifest, however it is shown.
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            // The metadata of the entry itself: a link is not followed.
            let kind = entry.metadata()?;
            if self.files.len() >= MAX_FILES || depth >= MAX_DEPTH {
                return Err(ErrorKind::FileTooLarge.into());
            }
            if kind.is_dir() {
                self.gather(&entry.path(), &format!("{name}/"), depth + 1)?;
                continue;
            }
            let is_read = kind.is_file() && kind.len() <= MAX_FILE_LEN;
            let file = if is_read { read(&entry.path())? } else { Vec::new() };
            if !is_read {
                self.not_read.insert(name.clone());
            }
            self.bytes += file.len() as u64;
            if self.bytes > MAX_FOLDER_LEN {
                return Err(ErrorKind::FileTooLarge.into());
            }
            self.files.insert(name, file);
        }
        Ok(())
    }
}

/// Reads a file's bytes, up to the allowed length, because its length can change while it is read.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(file)?.take(MAX_FILE_LEN + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_LEN {
        bytes.clear();
    }
    Ok(bytes)
}

//! Report and evidence as one archive (tar, POSIX ustar). The same run yields the same bytes: files in the order of
//! their names, without the times, owners or rights of the computer that made it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::matrix::check::Folder;
use crate::matrix::manifest::MANIFEST;

/// The report's name in the archive.
pub const REPORT: &str = "report.html";

/// The time of every file: the start of 1970.
const NO_TIME: u64 = 0;

/// Writes the page and every file of a run under `name`/. Unpacked, the folder is a run that `report --check`
/// accepts, with the report beside it.
///
/// # Errors
/// The writer's error.
pub fn write(out: impl Write, name: &str, page: &str, manifest: &[u8], folder: &Folder) -> io::Result<()> {
    let mut files: BTreeMap<String, &[u8]> =
        folder.files.iter().map(|(file, text)| (format!("{name}/run/{file}"), text.as_slice())).collect();
    files.insert(format!("{name}/run/{MANIFEST}"), manifest);
    files.insert(format!("{name}/{REPORT}"), page.as_bytes());
    let mut archive = tar::Builder::new(out);
    for (file, text) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(NO_TIME);
        header.set_entry_type(tar::EntryType::Regular);
        archive.append_data(&mut header, file, text)?;
    }
    archive.into_inner()?.flush()
}

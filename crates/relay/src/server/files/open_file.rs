//! Finds a file that this process has open, even if its name was removed or replaced.

use std::path::{Path, PathBuf};

use pillarbox_system::identity::FileIdentity;

/// The folder in which Linux shows the files that this process has open.
const DESCRIPTORS: &str = "/proc/self/fd";

/// Returns the path under which another program of this user reads a file that this process has open.
pub(crate) fn descriptor(identity: FileIdentity) -> Option<PathBuf> {
    let found = std::fs::read_dir(DESCRIPTORS).ok()?.flatten().find(|entry| {
        // `metadata` follows the entry, which is a link to the open file. The link works even when the file's name
        // is removed.
        std::fs::metadata(entry.path()).is_ok_and(|metadata| FileIdentity::from(&metadata) == identity)
    })?;
    Some(Path::new("/proc").join(std::process::id().to_string()).join("fd").join(found.file_name()))
}

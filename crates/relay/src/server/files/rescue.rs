//! Saves the database of a relay that ends after its files were removed: the files are still open, and are copied
//! to a folder beside the old one.
//!
//! The system removes a deleted file as soon as nobody has it open. The files are therefore opened once more, through
//! `/proc`, before the database is closed, and copied afterwards, when nothing writes to them. The copies do not
//! replace the old files, because the person who deleted or replaced those may have meant to.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pillarbox_system::private;
use pillarbox_text::shell::quote_path;
use pillarbox_wire::Timestamp;

use super::open_file::descriptor;
use crate::server::log::{Level, LogLine};
use crate::server::trouble::in_words;
use crate::store::{DATABASE_FILE, OpenFiles};

/// The beginning of the name of the folder with the copies. The date and time follow.
const FOLDER: &str = "rescued";

/// The open files of a relay that is about to end without them.
pub(crate) struct Rescue {
    files: Arc<OpenFiles>,
    /// Each file with its name; an error if the system offers no access to one of them.
    open: io::Result<Vec<(String, File)>>,
}

impl Rescue {
    /// Opens the files once more. From here on the database may be closed. This value may be dropped only after the
    /// database is closed, because closing a file releases the locks that SQLite has on it (fcntl(2)).
    pub(crate) fn hold(files: Arc<OpenFiles>) -> Self {
        // The index is left out, because SQLite rebuilds it from the log.
        let wanted = files.all().iter().filter(|file| !file.name.ends_with("-shm"));
        let open = wanted.map(|file| {
            let path = descriptor(file.identity).ok_or(io::ErrorKind::Unsupported)?;
            Ok((file.name.clone(), File::open(path)?))
        });
        let open = open.collect();
        Self { files, open }
    }

    /// Copies the files into their own folder. Logs where they are and how to continue, or that they are lost.
    pub(crate) fn save(self, now: Timestamp) {
        let Self { files, open } = self;
        let data = files.folder();
        match open.and_then(|open| copy(data, open, now)) {
            Ok(folder) => LogLine::new("what the relay still had open of its database was saved")
                .because(way_on(data, &folder))
                .write(Level::Error),
            Err(error) => LogLine::new("what the relay still had open of its database could not be saved")
                .because(format!(
                    "{}. Put the files back if they were moved; or else put the whole of {} back from a copy",
                    in_words(error.kind()),
                    quote_path(data)
                ))
                .write(Level::Error),
        }
    }
}

/// Copies the files, and returns the folder in which they are safe.
fn copy(data: &Path, open: Vec<(String, File)>, now: Timestamp) -> io::Result<PathBuf> {
    let (year, month, day, hour, minute, second) = now.calendar();
    let folder = data.join(format!("{FOLDER}-{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}"));
    DirBuilder::new().mode(0o700).create(&folder)?;
    let copied = open.into_iter().try_for_each(|(name, mut from)| {
        let mut to = private::create_anew(&folder.join(name))?;
        io::copy(&mut from, &mut to)?;
        to.sync_all()
    });
    let synced = copied.and_then(|()| [folder.as_path(), data].into_iter().try_for_each(sync));
    if let Err(error) = synced {
        // A part of a database is useless, and occupies room.
        fs::remove_dir_all(&folder).ok();
        return Err(error);
    }
    Ok(folder)
}

/// Syncs a folder, so that the names in it survive a crash.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Describes where the copies are, and how to continue with them.
fn way_on(data: &Path, folder: &Path) -> String {
    format!(
        "everything that it had accepted is in {}. To go on with it, move away what stands in {} as {DATABASE_FILE}, \
         {DATABASE_FILE}-wal and {DATABASE_FILE}-shm, type: mv {}/{DATABASE_FILE}* {}/ and start the relay again",
        quote_path(folder),
        quote_path(data),
        quote_path(folder),
        quote_path(data)
    )
}

//! Watches the database's files while the relay runs: it notices that files were deleted or replaced, so that their
//! contents can be saved. It also reports that other users have become able to write in the folder. The relay then
//! continues, because it has its files open.
//!
//! The relay still has the files open, so nothing is lost before it ends. It must not restore them by itself,
//! because the person who deleted them may have meant to. So it accepts nothing new, continues to deliver messages,
//! and logs which commands save the files. When it ends, it saves the files by itself ([`super::rescue`]).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pillarbox_system::private::{Exposure, exposure};
use pillarbox_text::shell::quote_path;

use super::open_file::descriptor;
use super::rescue::Rescue;
use crate::server::log::{Level, LogLine};
use crate::server::readiness::{Readiness, Trouble};
use crate::store::OpenFiles;

/// The beginning of the names of saved files. SQLite expects a log under the database's name and `-wal`.
const SAVED: &str = "saved.sqlite3";

/// Watches the files and the folder; see the module.
#[derive(Clone, Debug)]
pub(crate) struct Presence {
    files: Option<Arc<OpenFiles>>,
    ready: Arc<Readiness>,
    /// True once the log says that other users may write in the folder.
    told: Arc<AtomicBool>,
}

impl Presence {
    /// Watches these files (none for a database without files), and reports to `ready`.
    pub(crate) fn new(files: Option<Arc<OpenFiles>>, ready: Arc<Readiness>) -> Self {
        Self { files, ready, told: Arc::default() }
    }

    /// Checks the files, updates readiness and logs changes. Returns true if all files are present.
    pub(crate) fn look(&self) -> bool {
        if let Some(files) = &self.files {
            self.look_at_folder(files.folder());
        }
        self.look_and_say(way_out)
    }

    /// Writes once that others may write in the folder, and once that they may no longer.
    fn look_at_folder(&self, folder: &Path) {
        // A missing folder shows as missing files.
        let Ok(found) = exposure(folder) else { return };
        if self.told.swap(found.is_some(), Ordering::Relaxed) == found.is_some() {
            return;
        }
        match found {
            Some(exposure) => LogLine::new("others may write in the data folder, and the relay goes on")
                .because(close_to_others(exposure, folder))
                .write(Level::Warn),
            None => LogLine::new("others may not write in the data folder any more").write(Level::Info),
        }
    }

    /// Checks a last time, before the database is closed. If a file is missing, opens everything that can be saved.
    pub(crate) fn last_look(&self) -> Option<Rescue> {
        let is_there = self.look_and_say(|_, missing| format!("not there any more: {missing}"));
        self.files.as_ref().filter(|_| !is_there).map(|files| Rescue::hold(Arc::clone(files)))
    }

    /// Checks the files. `reason` composes the words that name the missing files.
    fn look_and_say(&self, reason: impl Fn(&OpenFiles, &str) -> String) -> bool {
        let Some(files) = &self.files else { return true };
        let gone: Vec<_> = files.gone().iter().map(|file| file.name.as_str()).collect();
        if self.ready.set(Trouble::FilesGone, !gone.is_empty()) {
            match gone.is_empty() {
                true => LogLine::new("the database's files are where they were").write(Level::Info),
                false => LogLine::new(
                    "the database's files were deleted, moved or replaced, and the relay accepts nothing new",
                )
                .because(reason(files, &gone.join(", ")))
                .write(Level::Error),
            }
        }
        gone.is_empty()
    }
}

/// Describes how other users can write in the folder, and how to stop them.
fn close_to_others(exposure: Exposure, folder: &Path) -> String {
    let quoted = quote_path(folder);
    match exposure {
        Exposure::Foreign => {
            format!(
                "{quoted} belongs to another user now. Give it back to this relay's user, or the next start is refused"
            )
        }
        _ => format!(
            "they could put files of theirs in the place of the relay's, and the next start is refused. Type: chmod go-w {quoted}"
        ),
    }
}

/// Names the missing files, and describes how to save their contents.
fn way_out(files: &OpenFiles, missing: &str) -> String {
    let folder = files.folder();
    let copies: Option<Vec<_>> = files
        .all()
        .iter()
        // The index is left out, because SQLite rebuilds it from the log.
        .filter(|file| !file.name.ends_with("-shm"))
        .map(|file| {
            let ending = file.name.find('-').and_then(|at| file.name.get(at..)).unwrap_or_default();
            let copy = folder.join(format!("{SAVED}{ending}"));
            Some(format!("cp {} {}", descriptor(file.identity)?.display(), quote_path(&copy)))
        })
        .collect();
    let folder = quote_path(folder);
    match copies {
        Some(copies) => format!(
            "not there any more: {missing}. This relay still has them open, and saves them in a folder rescued-DATE when it \
             is stopped. To save them now, type: {}. Then stop it, remove what stands in {folder} as relay.sqlite3, \
             relay.sqlite3-wal and relay.sqlite3-shm, give the saved files the names relay.sqlite3 and relay.sqlite3-wal, \
             and start it again",
            copies.join(" && ")
        ),
        None => format!(
            "not there any more: {missing}. This system shows no way to the files that the relay still has open. Put \
             them back if they were moved; or else stop the relay and put the whole of {folder} back from a copy"
        ),
    }
}

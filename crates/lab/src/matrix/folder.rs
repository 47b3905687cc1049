//! Writing a run: into a folder beside its destination, which is renamed to the destination when it is complete.
//! Until then nothing there looks like a run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::manifest::MANIFEST;
use crate::scenario::Scenario;

/// The number of runs of one scenario that may exist side by side before somebody should tidy up.
const MAX_RUNS: u32 = 10_000;

/// Reasons that a run was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The folder exists already.
    #[error("{0} is there already")]
    Taken(PathBuf),
    /// The system did not let it be written.
    #[error("{path} cannot be written: {kind}")]
    Failed {
        /// The path that was to be written.
        path: PathBuf,
        /// The system's error.
        kind: ErrorKind,
    },
    /// The write was stopped before the run was whole.
    #[error("stopped")]
    Stopped,
}

/// Returns the first free folder for a run: `runs/NAME-matrix`, then `runs/NAME-matrix-2` and so on.
#[must_use]
pub fn free_folder(scenario: &Scenario) -> PathBuf {
    let base = Path::new("runs").join(format!("{}-matrix", scenario.file_name()));
    let numbered = |number: u32| base.with_file_name(format!("{}-matrix-{number}", scenario.file_name()));
    let candidates = std::iter::once(base.clone()).chain((2..MAX_RUNS).map(numbered));
    candidates.into_iter().find(|path| fs::symlink_metadata(path).is_err()).unwrap_or(base)
}

/// Writes `files` and then the manifest, and moves all of it to `to`.
///
/// # Errors
/// [`WriteError`]; in this case no files remain.
pub fn write(
    to: &Path,
    files: &BTreeMap<String, String>,
    manifest: &str,
    stop: &AtomicBool,
) -> Result<(), WriteError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error: io::Error| WriteError::Failed { path, kind: error.kind() }
    };
    if fs::symlink_metadata(to).is_ok() {
        return Err(WriteError::Taken(to.to_owned()));
    }
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(failed(parent))?;
    // Every return except the last drops this, which removes the unfinished folder.
    let unfinished =
        tempfile::Builder::new().prefix(".unfinished-").tempdir_in(parent).map_err(failed(parent))?;
    let last = std::iter::once((MANIFEST.to_owned(), manifest));
    for (name, text) in files.iter().map(|(name, text)| (name.clone(), text.as_str())).chain(last) {
        if stop.load(Ordering::Relaxed) {
            return Err(WriteError::Stopped);
        }
        let path = unfinished.path().join(&name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        put(&path, text).map_err(failed(&to.join(&name)))?;
    }
    open_to_readers(unfinished.path()).map_err(failed(to))?;
    fs::rename(unfinished.path(), to).map_err(failed(to))?;
    // The folder has another name now, so nothing is left to remove.
    let _ = unfinished.keep();
    Ok(())
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Sets the permissions of a run's folder to those of any other folder. A temporary folder is readable by its owner
/// alone.
fn open_to_readers(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> BTreeMap<String, String> {
        [("a.txt".to_owned(), "a".to_owned()), ("evidence/b.json".to_owned(), "{}".to_owned())].into()
    }

    fn left_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_story_s_name_leads_to_no_other_folder() {
        let (_, text) = crate::scenario::library::BUILT_IN.first().unwrap();
        let mut scenario = Scenario::parse("story.toml", text).unwrap();
        for (name, folder) in [
            ("../parcel", "runs/___parcel-matrix"),
            ("/tmp/parcel", "runs/_tmp_parcel-matrix"),
            ("..", "runs/__-matrix"),
            ("a\u{202e}b\0", "runs/a_b_-matrix"),
        ] {
            scenario.name = name.to_owned();
            assert_eq!(free_folder(&scenario), Path::new(folder));
        }
    }

    #[test]
    fn a_run_is_there_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("runs").join("one");
        write(&to, &files(), "{}", &AtomicBool::new(false)).unwrap();
        assert_eq!(left_in(&to), ["a.txt", "evidence", "manifest.json"]);
        assert_eq!(left_in(to.parent().unwrap()), ["one"]);
        assert_eq!(write(&to, &files(), "{}", &AtomicBool::new(false)), Err(WriteError::Taken(to)));
    }

    #[test]
    fn a_run_that_was_stopped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("one");
        assert_eq!(write(&to, &files(), "{}", &AtomicBool::new(true)), Err(WriteError::Stopped));
        assert_eq!(left_in(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = write(&file.join("in").join("it"), &files(), "{}", &AtomicBool::new(false)).unwrap_err();
        assert!(matches!(error, WriteError::Failed { .. }), "{error}");
    }
}

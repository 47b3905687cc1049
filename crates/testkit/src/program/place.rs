//! A folder and an environment for one test, without any of this computer's own settings.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use super::programs::{Programs, programs};

/// The passphrase of every profile in these tests.
pub const PASSPHRASE: &str = "correct horse battery staple";

/// The environment of one test. The folder and its contents are removed when the last copy of this value and the
/// last phone in it are dropped.
#[derive(Clone, Debug)]
pub struct Place {
    root: Arc<TempDir>,
    programs: Programs,
    checks_next_steps: bool,
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    /// Creates an empty environment for a whole-system test, with all programs.
    #[must_use]
    pub fn new() -> Self {
        Self { checks_next_steps: true, ..Self::with(programs().clone()) }
    }

    /// Creates an empty environment for one package's tests of its own program.
    #[must_use]
    pub fn with(programs: Programs) -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["home", "temporary"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        let place = Self { root: Arc::new(root), programs, checks_next_steps: false };
        let _file = place.secret("passphrase", PASSPHRASE);
        place
    }

    /// Returns the programs of this environment.
    #[must_use]
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    pub(super) fn checks_next_steps(&self) -> bool {
        self.checks_next_steps
    }

    /// Writes a file with a passphrase that nobody else may read.
    #[must_use]
    pub fn secret(&self, name: &str, passphrase: &str) -> PathBuf {
        let file = self.path(name);
        fs::write(&file, format!("{passphrase}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        file
    }

    /// Returns a path in the environment's folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Returns the folder of the profiles.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// Returns a command in this environment, in which a shell finds the programs by name.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [self.programs.folder().to_owned()].into_iter().chain(std::env::split_paths(&path));
        command.env_clear().env("PATH", std::env::join_paths(folders).unwrap());
        command.env("TZ", "UTC").env("PILLARBOX_HOME", self.home()).env("TMPDIR", self.path("temporary"));
        command.current_dir(self.root.path());
        command
    }

    /// Returns the path of the file with the passphrase.
    #[must_use]
    pub fn passphrase_file(&self) -> PathBuf {
        self.path("passphrase")
    }

    /// Returns the files that the programs left in the folder for temporary files.
    #[must_use]
    pub fn left_behind(&self) -> Vec<PathBuf> {
        files(&self.path("temporary"))
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

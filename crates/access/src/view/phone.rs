//! A seized phone.

use std::fmt;
use std::path::{Path, PathBuf};

use pillarbox_client::Phone;
use serde::Serialize;

/// The state in which a phone was seized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockState {
    /// The phone was off, or nobody had unlocked it since it was switched on. Only the file can be read.
    BeforeFirstUnlock,
    /// The phone is locked and the program still runs. Its keys are in memory, beside the file.
    AfterFirstUnlock,
    /// The phone is open.
    Unlocked,
}

/// A seized phone: the folder with its vault and, while the program runs, the contents of its memory.
pub struct SeizedPhone<'a> {
    folder: PathBuf,
    memory: Option<&'a Phone>,
    state: LockState,
}

impl<'a> SeizedPhone<'a> {
    /// Creates the view of a phone that is off, or was not unlocked since it was switched on.
    #[must_use]
    pub fn off(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), memory: None, state: LockState::BeforeFirstUnlock }
    }

    /// Creates the view of a phone that is locked while its program runs.
    #[must_use]
    pub fn locked(folder: &Path, running: &'a Phone) -> Self {
        Self { folder: folder.to_owned(), memory: Some(running), state: LockState::AfterFirstUnlock }
    }

    /// Creates the view of an open phone.
    #[must_use]
    pub fn open(folder: &Path, running: &'a Phone) -> Self {
        Self { folder: folder.to_owned(), memory: Some(running), state: LockState::Unlocked }
    }

    /// Returns the state in which the phone was seized.
    #[must_use]
    pub const fn state(&self) -> LockState {
        self.state
    }

    /// Returns the folder that contains the vault.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns what the screen shows to a person who has the open phone.
    #[must_use]
    pub const fn screen(&self) -> Option<&'a Phone> {
        match self.state {
            LockState::Unlocked => self.memory,
            LockState::BeforeFirstUnlock | LockState::AfterFirstUnlock => None,
        }
    }

    /// Returns what a tool that reads the running program's memory extracts. An open vault keeps its keys there,
    /// whether or not the screen is locked.
    #[must_use]
    pub const fn memory(&self) -> Option<&'a Phone> {
        self.memory
    }
}

impl fmt::Debug for SeizedPhone<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SeizedPhone({:?})", self.state)
    }
}

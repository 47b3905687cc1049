//! A phone that was taken from its owner.

use std::fmt;
use std::path::{Path, PathBuf};

use pillarbox_client::Phone;
use serde::Serialize;

/// In which state a phone was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockState {
    /// It was off, or has not been unlocked since it was switched on: only the file is there.
    BeforeFirstUnlock,
    /// It is locked, and the program still runs: its keys are in memory, and the file is there.
    AfterFirstUnlock,
    /// It is open.
    Unlocked,
}

/// A phone that was taken from its owner: the folder with its vault, and, while the program runs, what is in its memory.
pub struct SeizedPhone<'a> {
    folder: PathBuf,
    memory: Option<&'a Phone>,
    state: LockState,
}

impl<'a> SeizedPhone<'a> {
    /// A phone that is off, or was not unlocked since it was on.
    #[must_use]
    pub fn off(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), memory: None, state: LockState::BeforeFirstUnlock }
    }

    /// A phone that is locked while its program runs.
    #[must_use]
    pub fn locked(folder: &Path, running: &'a Phone) -> Self {
        Self { folder: folder.to_owned(), memory: Some(running), state: LockState::AfterFirstUnlock }
    }

    /// A phone that is open.
    #[must_use]
    pub fn open(folder: &Path, running: &'a Phone) -> Self {
        Self { folder: folder.to_owned(), memory: Some(running), state: LockState::Unlocked }
    }

    /// In which state it was taken.
    #[must_use]
    pub const fn state(&self) -> LockState {
        self.state
    }

    /// The folder that its vault lies in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is on the screen, for whoever holds an open phone.
    #[must_use]
    pub const fn screen(&self) -> Option<&'a Phone> {
        match self.state {
            LockState::Unlocked => self.memory,
            LockState::BeforeFirstUnlock | LockState::AfterFirstUnlock => None,
        }
    }

    /// What whoever reads the memory of a running program gets. An open vault keeps its keys there, locked screen or not.
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

//! Copies of phones, made with the passcode while the owner continued with the phone itself.

use std::path::Path;

use pillarbox_client::{EmptyPassphrase, Passphrase};
use pillarbox_wire::Timestamp;

use super::profile::ProfileId;
use crate::scenario::PersonId;
use crate::scratch::Scratch;

/// A copy of a phone's folder, and the passcode that opens it.
pub struct Copied {
    /// The owner of the phone.
    pub who: PersonId,
    /// The time at which the copy was made.
    pub at: Timestamp,
    pub(crate) folder: Scratch,
    pub(crate) passcode: String,
    /// The copy as a phone that connects once it no longer follows what passes; `None` if it stays offline.
    pub(crate) running: Option<RunningCopy>,
}

/// A copy that connects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunningCopy {
    /// The profile of the copy.
    pub(crate) id: ProfileId,
    /// The number of messages from the tap that were fed to the copy.
    pub(crate) given: usize,
    /// True once it connects by itself.
    pub(crate) is_online: bool,
}

impl Copied {
    /// Returns the folder of the copy.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the passcode.
    ///
    /// # Errors
    /// A passcode that no vault accepts.
    pub fn passcode(&self) -> Result<Passphrase, EmptyPassphrase> {
        Passphrase::new(self.passcode.clone())
    }
}

impl std::fmt::Debug for Copied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Copied")
    }
}

//! Seized phones.

use pillarbox_access::view::SeizedPhone;
use pillarbox_client::Phone;

use crate::scenario::{LockState, Passcode, PersonId};
use crate::scratch::Scratch;

/// A seized phone, in the state in which it was seized.
pub struct Seized {
    /// The owner of the seized phone.
    pub who: PersonId,
    /// The lock state.
    pub state: LockState,
    /// The class of its passcode, which says how hard it is to guess.
    pub class: Passcode,
    pub(crate) folder: Scratch,
    /// The program that still runs on it. A phone that is off, or was not unlocked since it started, has none.
    pub(crate) running: Option<Phone>,
}

impl Seized {
    /// Returns the part of the phone that its new holder can inspect.
    #[must_use]
    pub fn view(&self) -> SeizedPhone<'_> {
        match (&self.running, self.state) {
            (Some(phone), LockState::Unlocked) => SeizedPhone::open(self.folder.path(), phone),
            (Some(phone), LockState::AfterFirstUnlock) => SeizedPhone::locked(self.folder.path(), phone),
            _ => SeizedPhone::off(self.folder.path()),
        }
    }
}

impl std::fmt::Debug for Seized {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seized")
    }
}

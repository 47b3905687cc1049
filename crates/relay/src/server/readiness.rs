//! Readiness of the relay: either all its functions work, or this module names what does not.

use std::sync::atomic::{AtomicU8, Ordering};

/// One reason that a running relay is not ready. The discriminant is its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Trouble {
    /// The relay has not started, or it is stopping.
    NotRunning = 1,
    /// The last transaction was refused by the database.
    Database = 2,
    /// There is no room for anything new.
    NoRoom = 4,
    /// The system grants no descriptor for a connection.
    NoConnections = 8,
    /// The database's files were deleted or replaced.
    FilesGone = 16,
}

impl Trouble {
    /// All kinds of trouble, in the order in which they are reported. The first kind leaves the least working.
    const ALL: [Self; 5] =
        [Self::NotRunning, Self::FilesGone, Self::Database, Self::NoRoom, Self::NoConnections];

    const fn sentence(self) -> &'static str {
        match self {
            Self::NotRunning => "the relay does not run\n",
            Self::FilesGone => {
                "the database's files were deleted, moved or replaced: the log says how to save what they held\n"
            }
            Self::Database => "the database takes no transactions\n",
            Self::NoRoom => "there is no room for anything new: the relay hands out what waits\n",
            Self::NoConnections => "the system gives no descriptor for another connection\n",
        }
    }
}

/// The present troubles, one bit each. A relay begins in the state of one that does not run.
#[derive(Debug)]
pub(crate) struct Readiness(AtomicU8);

impl Default for Readiness {
    fn default() -> Self {
        Self(AtomicU8::new(Trouble::NotRunning as u8))
    }
}

impl Readiness {
    /// Records that this trouble has begun or ended. Returns true if that is new.
    pub(crate) fn set(&self, trouble: Trouble, there: bool) -> bool {
        let bit = trouble as u8;
        let before = if there {
            self.0.fetch_or(bit, Ordering::Relaxed)
        } else {
            self.0.fetch_and(!bit, Ordering::Relaxed)
        };
        (before & bit != 0) != there
    }

    /// Returns whether there is this trouble.
    pub(crate) fn has(&self, trouble: Trouble) -> bool {
        self.0.load(Ordering::Relaxed) & trouble as u8 != 0
    }

    /// Returns the sentence of the most important trouble; `None` if there is none.
    pub(crate) fn trouble(&self) -> Option<&'static str> {
        let there = self.0.load(Ordering::Relaxed);
        Trouble::ALL.into_iter().find(|trouble| there & *trouble as u8 != 0).map(Trouble::sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_trouble_is_told_and_each_goes_by_itself() {
        let readiness = Readiness::default();
        assert_eq!(readiness.trouble(), Some(Trouble::NotRunning.sentence()));
        assert!(readiness.set(Trouble::NotRunning, false));
        assert_eq!(readiness.trouble(), None);
        assert!(readiness.set(Trouble::NoConnections, true) && readiness.set(Trouble::NoRoom, true));
        assert!(!readiness.set(Trouble::NoRoom, true), "no news");
        assert_eq!(readiness.trouble(), Some(Trouble::NoRoom.sentence()));
        assert!(readiness.set(Trouble::NoRoom, false));
        assert_eq!(readiness.trouble(), Some(Trouble::NoConnections.sentence()));
    }
}

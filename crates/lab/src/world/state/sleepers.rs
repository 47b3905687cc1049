//! Phones that sleep.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_wire::{Duration, Timestamp};

use crate::scenario::PersonId;

/// The time that a phone stays connected after it wakes, or after its owner uses it. It stays longer while anything
/// is in transit to or from it.
pub(crate) const STAYS_AWAKE: Duration = Duration::from_seconds(20);

/// The sleeping phones, and the times at which phones fall asleep or wake.
#[derive(Clone, Default)]
pub(crate) struct Sleepers {
    pub(crate) asleep: BTreeSet<PersonId>,
    pub(crate) changes: BTreeSet<(Timestamp, PersonId)>,
    /// The offset of each phone's wakings within its period, counted from the start of 1970.
    pub(crate) phases: BTreeMap<PersonId, Duration>,
}

impl Sleepers {
    /// Returns the time at which the next phone wakes or falls asleep.
    pub(crate) fn next_change(&self) -> Option<Timestamp> {
        self.changes.first().map(|(at, _)| *at)
    }

    pub(crate) fn contain(&self, who: PersonId) -> bool {
        self.asleep.contains(&who)
    }

    pub(crate) fn set(&mut self, who: PersonId, at: Timestamp) {
        self.changes.retain(|(_, one)| *one != who);
        self.changes.insert((at, who));
    }
}

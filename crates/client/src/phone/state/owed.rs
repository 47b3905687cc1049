//! The index of contacts that receipts or resend requests are owed to.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_wire::{AccountId, Timestamp};

use crate::records::recovery::PendingReplies;

/// Accepted contacts to whom something is owed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owed {
    /// Those who may get it now.
    due: BTreeSet<AccountId>,
    /// Those whose receipts wait for their time.
    later: BTreeMap<AccountId, Timestamp>,
}

impl Owed {
    /// Updates the index from the record of an accepted contact.
    pub(crate) fn note(&mut self, errands: &PendingReplies, now: Timestamp) {
        if errands.are_due(now) {
            self.due.insert(errands.contact);
        }
        match errands.waits_until(now) {
            Some(at) => self.later.insert(errands.contact, at),
            None => self.later.remove(&errands.contact),
        };
    }

    /// Makes due whatever waited for a time that has come.
    pub(crate) fn wake(&mut self, now: Timestamp) {
        let due = &mut self.due;
        self.later.retain(|contact, at| {
            if *at <= now {
                due.insert(*contact);
            }
            *at > now
        });
    }

    /// Notes that nothing is due to a contact for now.
    pub(crate) fn paid(&mut self, contact: AccountId) {
        self.due.remove(&contact);
    }

    /// Notes that nothing more is owed to a contact.
    pub(crate) fn forget(&mut self, contact: AccountId) {
        self.due.remove(&contact);
        self.later.remove(&contact);
    }

    /// Returns the contacts that may get it now.
    pub(crate) fn due(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.due.iter().copied()
    }

    /// Returns the times at which more becomes due.
    pub(crate) fn times(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.later.values().copied()
    }
}

//! The index of contacts that receipts or resend requests are owed to.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_wire::{AccountId, Timestamp};

use crate::records::recovery::PendingReplies;

/// Accepted contacts to whom something is owed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owed {
    /// Contacts who may get it now.
    due: BTreeSet<AccountId>,
    /// Contacts whose receipts are not due yet, with the time at which they are.
    later: BTreeMap<AccountId, Timestamp>,
}

impl Owed {
    /// Updates the index from the record of an accepted contact.
    pub(crate) fn note(&mut self, pending: &PendingReplies, now: Timestamp) {
        if pending.are_due(now) {
            self.due.insert(pending.contact);
        }
        match pending.waits_until(now) {
            Some(at) => self.later.insert(pending.contact, at),
            None => self.later.remove(&pending.contact),
        };
    }

    /// Makes due everything whose time has come.
    pub(crate) fn wake(&mut self, now: Timestamp) {
        let due = &mut self.due;
        self.later.retain(|contact, at| {
            if *at <= now {
                due.insert(*contact);
            }
            *at > now
        });
    }

    /// Records that nothing is due to a contact for now.
    pub(crate) fn paid(&mut self, contact: AccountId) {
        self.due.remove(&contact);
    }

    /// Records that nothing more is owed to a contact.
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

//! The index of contacts that receipts or resend requests are owed to.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_wire::{AccountId, Timestamp};

use crate::records::recovery::Errands;

/// Contacts that something is owed to and that the owner has accepted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owed {
    /// Those that may have it now.
    due: BTreeSet<AccountId>,
    /// Those whose receipts wait for their time.
    later: BTreeMap<AccountId, Timestamp>,
}

impl Owed {
    /// Brings the index up to what is kept about an accepted contact.
    pub(crate) fn note(&mut self, errands: &Errands, now: Timestamp) {
        if errands.are_due(now) {
            self.due.insert(errands.contact);
        }
        match errands.waits_until(now) {
            Some(at) => self.later.insert(errands.contact, at),
            None => self.later.remove(&errands.contact),
        };
    }

    /// Makes due what waited for its time and may go now.
    pub(crate) fn wake(&mut self, now: Timestamp) {
        let due = &mut self.due;
        self.later.retain(|contact, at| {
            if *at <= now {
                due.insert(*contact);
            }
            *at > now
        });
    }

    /// Nothing is owed to a contact for now.
    pub(crate) fn paid(&mut self, contact: AccountId) {
        self.due.remove(&contact);
    }

    /// Nothing is owed to a contact any more.
    pub(crate) fn forget(&mut self, contact: AccountId) {
        self.due.remove(&contact);
        self.later.remove(&contact);
    }

    /// The contacts that may have it now.
    pub(crate) fn due(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.due.iter().copied()
    }

    /// The times at which more will be due.
    pub(crate) fn times(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.later.values().copied()
    }
}

//! Answers of the directory that wait for their proofs, and the times at which the owner's own entry is checked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use pillarbox_wire::{AccountId, DeviceBundle, DeviceList, Duration, Handle, IdentityKey, Timestamp};

use crate::phone::state::link::Link;
use crate::records::directory::{KnownHead, LogMemory};

/// Pause between two checks of the owner's own entry on one connection: somebody else's keys in the owner's name
/// are noticed within the hour, and a phone asks 24 times a day.
pub(crate) const OWN_ENTRY_EVERY: Duration = Duration::from_seconds(3_600);

/// The one row of its table in the vault.
pub(crate) const MEMORY: &[u8] = b"log";

/// An answer of the directory that is held back until the log proves it.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    /// No answer: the owner's phone checks its own entry.
    Own,
    /// Keys to begin a conversation with a contact.
    Keys { contact: AccountId, identity: IdentityKey, bundles: Vec<DeviceBundle> },
    /// The account behind a number.
    Found { account: AccountId, identity: IdentityKey, handle: Handle, name: Option<String> },
    /// A contact's device list, as the relay sent it; `None` if the relay says that there is none.
    Devices { contact: AccountId, list: Option<Box<DeviceList>> },
    /// A device list that a contact has sent. It is stored in the vault.
    Told { contact: AccountId },
    /// No answer: a contact has sent a head, and the relay must prove that its log continues it.
    Head { contact: AccountId, head: KnownHead },
}

impl Held {
    /// Returns true if these are keys of this contact.
    pub(crate) fn is_keys_of(&self, account: AccountId) -> bool {
        matches!(self, Self::Keys { contact, .. } if *contact == account)
    }

    /// Returns true if this is a device list of this contact.
    pub(crate) fn is_list_of(&self, account: AccountId) -> bool {
        matches!(self, Self::Devices { contact, .. } | Self::Told { contact } if *contact == account)
    }

    /// The account whose entry proves it. `own` is the owner's.
    pub(crate) fn account(&self, own: AccountId) -> AccountId {
        match self {
            Self::Own => own,
            Self::Keys { contact, .. } | Self::Devices { contact, .. } | Self::Told { contact } => *contact,
            Self::Found { account, .. } => *account,
            Self::Head { .. } => own,
        }
    }
}

/// The part of an answer that an entry did not bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Doubt {
    Keys,
    Devices,
}

/// The checks of the directory, if the owner wants them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proofs {
    /// The memory of the log; `None` if this phone does not check.
    pub(crate) memory: Option<LogMemory>,
    /// Held answers, in the order in which they arrived, with the link that their question takes.
    pub(crate) waiting: VecDeque<(Link, Held)>,
    /// Time at which the owner's own entry was last asked for on this connection.
    own_asked: Option<Timestamp>,
    /// Contacts whose own device lists have to be proved.
    pub(crate) unproved: BTreeSet<AccountId>,
    /// Device lists that the relay sent of accounts whose keys are in doubt. The proof of the keys decides about
    /// them.
    pub(crate) given: BTreeMap<AccountId, DeviceList>,
    /// Accounts whose entry was proved and binds other keys, or another device list, than were returned. Either may
    /// have changed in between, so they are fetched once more before anything is reported.
    doubted: BTreeSet<(AccountId, Doubt)>,
    /// Accounts that were reported to the owner on this connection; `None` is their own.
    told: BTreeSet<Option<AccountId>>,
    /// Contacts whose other log was reported to the owner on this connection.
    warned: BTreeSet<AccountId>,
}

impl Proofs {
    /// Records that the named link is gone.
    pub(crate) fn disconnected(&mut self) {
        self.own_asked = None;
        self.told.clear();
        self.warned.clear();
        self.given.clear();
    }

    /// Schedules another check of the owner's own entry, at once.
    pub(crate) const fn look_again(&mut self) {
        self.own_asked = None;
    }

    /// Removes and returns what a lost link was to ask.
    pub(crate) fn take_from(&mut self, gone: Link) -> Vec<Held> {
        let all = std::mem::take(&mut self.waiting);
        let (lost, kept): (VecDeque<_>, _) = all.into_iter().partition(|(link, _)| *link == gone);
        self.waiting = kept;
        lost.into_iter().map(|(_, held)| held).collect()
    }

    /// Schedules a check of the owner's own entry, if one is due. Returns true if it is.
    pub(crate) fn look_at_own(&mut self, now: Timestamp) -> bool {
        let due = self.own_asked.is_none_or(|at| now.since(at) >= OWN_ENTRY_EVERY || now < at);
        let looks = self.memory.is_some() && due;
        if looks {
            self.own_asked = Some(now);
            self.waiting.push_back((Link::Named, Held::Own));
        }
        looks
    }

    /// Time of the next check of the owner's own entry.
    pub(crate) fn next_look(&self) -> Option<Timestamp> {
        self.own_asked.filter(|_| self.memory.is_some()).map(|at| at + OWN_ENTRY_EVERY)
    }

    /// Records an entry that does not match what was returned. Returns true at the second mismatch in a row.
    pub(crate) fn doubt(&mut self, account: AccountId, what: Doubt) -> bool {
        if self.doubted.remove(&(account, what)) {
            return true;
        }
        self.doubted.insert((account, what));
        false
    }

    /// Returns true if an account's entry did not match what was returned.
    pub(crate) fn doubts(&self, account: AccountId, what: Doubt) -> bool {
        self.doubted.contains(&(account, what))
    }

    /// Records that this was proved.
    pub(crate) fn trust(&mut self, account: AccountId, what: Doubt) {
        self.doubted.remove(&(account, what));
    }

    /// Returns true if a contact's other log has not been reported to the owner on this connection.
    pub(crate) fn warns(&mut self, contact: AccountId) -> bool {
        self.warned.insert(contact)
    }

    /// Returns true if this account has not been reported to the owner on this connection.
    pub(crate) fn tells(&mut self, account: Option<AccountId>) -> bool {
        self.told.insert(account)
    }
}

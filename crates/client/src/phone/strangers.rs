//! Room for people whom the owner has not accepted.
//!
//! Accounts cost nothing, so anybody can write from hundreds of them. What they can take up is bounded here, and a
//! newcomer is never turned away for good:
//!
//! - **A message that opens** makes its sender a request. With [`MAX_REQUESTS`] of them the oldest gives way that has
//!   said nothing, or else the oldest whose every word the owner has seen and not answered. While all are unseen, the
//!   message is not taken in: it is not acknowledged, stays at the relay, and comes again once some have been shown.
//! - **A message that does not open** makes nobody a request. Its sender's account is remembered, so that it is asked
//!   for again if the owner adds them; with [`MAX_UNOPENED`] of them the oldest is forgotten.
//!
//! Whoever knows the delivery key, which stands in invitations, has room of their own in both: throw-away accounts that
//! know only a number take nothing from it.

use pillarbox_wire::{AccountId, Encoded, Timestamp};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::error::PhoneError;
use super::people::{self, forget};
use super::records::store_contact;
use super::{Phone, entries, missing};
use crate::contact::{Contact, ContactRecord, Origin, Trust};
use crate::vault::{Rows, StorageError, Table, View};

/// Requests, of those that the delivery key let through, and as many of all others. A person can look through so many;
/// a flood of more could only bury whoever is among them.
pub const MAX_REQUESTS: usize = 500;

/// Accounts of which nothing has opened and that would be asked once the owner adds them, of either sort. Each takes as
/// many bytes as its digests; as many as requests is more than anybody adds.
pub const MAX_UNOPENED: usize = 500;

/// An account that wrote and that the owner has not accepted. The record outlives both: it says nothing about a contact.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Stranger {
    account: AccountId,
    /// Whether the delivery key let its first message through.
    admitted: bool,
    /// When it came.
    at: Timestamp,
}

impl Encoded for Stranger {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 64;
}

/// A new account at this phone's door.
#[derive(Clone, Copy)]
pub(super) struct Newcomer {
    pub(super) account: AccountId,
    /// Whether the delivery key let the message through.
    pub(super) admitted: bool,
    pub(super) now: Timestamp,
}

impl Newcomer {
    /// Makes room for one more request and says who gave way; none if there is no room.
    pub(super) fn enter(self, rows: &mut Rows<'_>) -> Result<Option<Vec<GaveWay>>, StorageError> {
        let waiting = requests_of(rows, self.admitted)?;
        let mut gave_way = Vec::new();
        if let Some(surplus) = (waiting.len() + 1).checked_sub(MAX_REQUESTS).filter(|surplus| *surplus > 0) {
            for record in expendable(rows, &waiting)?.into_iter().take(surplus) {
                gave_way.push(GaveWay { name: record.name.clone(), entries: record.next_place });
                forget(rows, &record)?;
            }
            if gave_way.len() < surplus {
                return Ok(None);
            }
        }
        self.note(rows)?;
        Ok(Some(gave_way))
    }

    /// Remembers an account of which nothing has opened.
    pub(super) fn remember(self, rows: &mut Rows<'_>) -> Result<(), StorageError> {
        if !rows.has(Table::Strangers, &self.account.0)? {
            self.note(rows)?;
        }
        let mut unopened = Vec::new();
        for stranger in rows.load_all::<Stranger>(Table::Strangers)? {
            if stranger.admitted == self.admitted && !rows.has(Table::Contacts, &stranger.account.0)? {
                unopened.push(stranger);
            }
        }
        unopened.sort_by_key(|stranger| (stranger.at, stranger.account));
        let surplus = unopened.len().saturating_sub(MAX_UNOPENED);
        for stranger in unopened.iter().filter(|it| it.account != self.account).take(surplus) {
            rows.remove(Table::Strangers, &stranger.account.0)?;
            missing::forget(rows, stranger.account)?;
        }
        Ok(())
    }

    fn note(self, rows: &mut Rows<'_>) -> Result<(), StorageError> {
        let Self { account, admitted, now } = self;
        rows.store(Table::Strangers, &account.0, &Stranger { account, admitted, at: now })
    }
}

/// A request that gave way to a newer one.
pub(super) struct GaveWay {
    pub(super) name: String,
    /// Entries of its conversation, the disappeared ones too.
    pub(super) entries: u64,
}

/// The requests of one sort that the owner has neither named nor verified, oldest first.
fn requests_of(rows: &View<'_>, admitted: bool) -> Result<Vec<ContactRecord>, StorageError> {
    let mut waiting = Vec::new();
    for record in rows.load_all::<ContactRecord>(Table::Contacts)? {
        if !is_stranger(&record) || record.name != people::short(record.account) {
            continue;
        }
        // A profile of an earlier version remembers no sort.
        let stranger: Option<Stranger> = rows.load(Table::Strangers, &record.account.0)?;
        if stranger.is_some_and(|stranger| stranger.admitted) == admitted {
            waiting.push(record);
        }
    }
    waiting.sort_by_key(|record| (record.added_at, record.account));
    Ok(waiting)
}

/// Those that can give way without anything being lost that the owner has not seen, in the order in which they do.
fn expendable(rows: &View<'_>, waiting: &[ContactRecord]) -> Result<Vec<ContactRecord>, StorageError> {
    let (mut silent, mut seen) = (Vec::new(), Vec::new());
    for record in waiting {
        let mut said = false;
        let mut unseen = false;
        for place in (0..record.next_place).rev() {
            let entry = entries::at(rows, record.account, place)?;
            said |= entry.is_some();
            if entry.is_some_and(|entry| !entry.shown) {
                unseen = true;
                break;
            }
        }
        match (said, unseen) {
            (false, _) => silent.push(record.clone()),
            (true, false) => seen.push(record.clone()),
            (true, true) => {}
        }
    }
    silent.extend(seen);
    Ok(silent)
}

impl Phone {
    /// Adds whoever sent a message that did not open, by their account, and has it asked for again.
    ///
    /// # Errors
    /// [`PhoneError::UnknownContact`] for an account that never wrote, [`PhoneError::NameTaken`],
    /// [`PhoneError::BadName`], [`PhoneError::Storage`].
    pub fn add_stranger(
        &mut self,
        account: AccountId,
        name: Option<&str>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Contact, PhoneError> {
        let seals = self.account.seals();
        let contact = self.vault.transact(rng, |rows| {
            let known: Option<ContactRecord> = rows.load(Table::Contacts, &account.0)?;
            let is_new = known.is_none();
            if is_new && !rows.has(Table::Strangers, &account.0)? {
                return Err(PhoneError::UnknownContact);
            }
            let mut record =
                known.unwrap_or_else(|| ContactRecord::new(account, String::new(), Origin::Stranger, now));
            record.accepted = true;
            match name {
                Some(name) => record.name = people::free_name(rows, account, name)?,
                None if is_new => record.name = people::some_name(rows, account, "")?,
                None => {}
            }
            if is_new {
                people::greet(rows, account)?;
            }
            store_contact(rows, &record)?;
            people::view(rows, &record, seals)
        })?;
        self.note_errands(account, now)?;
        Ok(contact)
    }

    /// Forgets every request that nobody has verified, with everything that it said, and says how many there were.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; then all of them are still there.
    pub fn remove_strangers(&mut self, rng: &mut impl CryptoRng) -> Result<usize, PhoneError> {
        let removed = self.vault.transact(rng, |rows| {
            let mut records = rows.load_all::<ContactRecord>(Table::Contacts)?;
            records.retain(is_stranger);
            records.iter().try_for_each(|record| forget(rows, record))?;
            Ok::<_, PhoneError>(records.len())
        })?;
        self.vault.empty_log()?;
        self.reindex()?;
        Ok(removed)
    }

    /// Messages that the relay keeps because there was no room for their senders on the last connection.
    #[must_use]
    pub const fn held_back(&self) -> usize {
        self.held_back
    }
}

/// Whether the owner has neither answered nor verified them.
fn is_stranger(record: &ContactRecord) -> bool {
    !record.accepted && record.trust == Trust::Unverified
}

//! Texts: queued, read back, and removed when they expire.

use pillarbox_text::read::is_blank;
use pillarbox_wire::{AccountId, Duration, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::entries::{self, Draft};
use crate::phone::rows::records::{DeduplicationRecord, Expiring, digest_key, load_contact};
use crate::phone::rows::say::{Asked, say_to_contact};
use crate::phone::rows::siblings;
use crate::phone::state::outbox::{Item, Outbox};
use crate::records::body::MAX_TEXT_LEN;
use crate::records::contact::ContactRecord;
use crate::records::history::{EntryKind, HistoryEntry};
use crate::records::ids::BodyId;
use crate::vault::{StorageError, Table};

/// Time for which the digest of a handled payload is kept: three times as long as a relay keeps a message.
pub const SEEN_KEPT: Duration = Duration::from_days(90);

/// Checks that a text can be sent.
///
/// # Errors
/// [`PhoneError::EmptyText`], [`PhoneError::TextTooLong`].
pub(crate) fn check_text(text: &str) -> Result<(), PhoneError> {
    match text.len() {
        _ if is_blank(text) => Err(PhoneError::EmptyText),
        got if got > MAX_TEXT_LEN => Err(PhoneError::TextTooLong { got }),
        _ => Ok(()),
    }
}

impl Phone {
    /// Queues a text, to be sent as soon as the relay can be reached.
    ///
    /// # Errors
    /// [`PhoneError::KeyChanged`] for a contact that was verified and whose key has changed; [`PhoneError::Blocked`];
    /// [`PhoneError::EmptyText`], [`PhoneError::TextTooLong`], [`PhoneError::UnknownContact`],
    /// [`PhoneError::Storage`].
    pub fn queue_text(
        &mut self,
        contact: AccountId,
        text: &str,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<BodyId, PhoneError> {
        check_text(text)?;
        let id = BodyId::generate(rng);
        self.say(contact, now, rng, |record| Draft {
            id,
            kind: EntryKind::Text(text.to_owned()),
            sent_at: now,
            expires_after: record.expires_after,
            group: None,
        })?;
        Ok(id)
    }

    /// Sets the time after which texts disappear on both phones, in seconds; with `None` they are kept.
    ///
    /// # Errors
    /// As for [`queue_text`](Self::queue_text).
    pub fn set_timer(
        &mut self,
        contact: AccountId,
        expires_after: Option<u32>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let id = BodyId::generate(rng);
        self.say(contact, now, rng, |_| Draft {
            id,
            kind: EntryKind::Timer(expires_after),
            sent_at: now,
            expires_after: None,
            group: None,
        })
    }

    fn say(
        &mut self,
        contact: AccountId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        draft: impl FnOnce(&mut ContactRecord) -> Draft,
    ) -> Result<(), PhoneError> {
        let own = self.account.address;
        let asked = Asked { origin: None, first: self.outbox.next_order(), now };
        let queued = self.vault.transact(rng, |rows| say_to_contact(rows, own, contact, draft, asked))?;
        for (order, indexed) in queued {
            self.outbox.insert(order, indexed);
        }
        // Writing to a contact accepts them, so everything owed to them may be sent.
        Ok(self.note_pending(contact, now)?)
    }

    /// Returns the conversation with a contact, oldest entry first.
    ///
    /// # Errors
    /// [`PhoneError::UnknownContact`], [`PhoneError::Storage`].
    pub fn history(&self, contact: AccountId) -> Result<Vec<HistoryEntry>, PhoneError> {
        self.history_from(contact, 0)
    }

    /// Returns the conversation with a contact from an index on.
    ///
    /// # Errors
    /// As for [`history`](Self::history).
    pub fn history_from(&self, contact: AccountId, place: u64) -> Result<Vec<HistoryEntry>, PhoneError> {
        self.vault.read(|rows| {
            let record = load_contact(rows, contact)?;
            let places = place..record.next_place;
            let entries = places.filter_map(|place| entries::at(rows, contact, place).transpose());
            Ok(entries.collect::<Result<_, StorageError>>()?)
        })
    }

    /// Returns all received entries that were not shown, in the order in which this phone stored them. Within a
    /// conversation that is the order of places, even if the clock was set back in between.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn unshown(&self) -> Result<Vec<(AccountId, HistoryEntry)>, PhoneError> {
        let mut unshown = Vec::new();
        for contact in self.contacts()? {
            // Entries stored in the same millisecond are ordered by the senders' clocks.
            let mut latest = (Timestamp(0), Timestamp(0));
            for entry in self.history(contact.account)?.into_iter().filter(|entry| !entry.shown) {
                latest = (latest.0.max(entry.stored_at), latest.1.max(entry.sent_at));
                unshown.push((latest, contact.account, entry));
            }
        }
        unshown.sort_by_key(|(at, ..)| *at);
        Ok(unshown.into_iter().map(|(_, contact, entry)| (contact, entry)).collect())
    }

    /// Marks an entry as shown. The timer of a disappearing text starts here.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]. A missing entry is not an error.
    pub fn mark_shown(
        &mut self,
        contact: AccountId,
        place: u64,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let own = self.account.address;
        self.vault.transact(rng, |rows| {
            if let Some(entry) = entries::at(rows, contact, place)?.filter(|entry| !entry.shown) {
                siblings::note_shown(rows, own, contact, entry.id, now)?;
            }
            Ok(entries::show(rows, contact, place, now)?)
        })
    }

    /// Returns the number of messages waiting to be sent.
    #[must_use]
    pub fn unsent(&self) -> usize {
        self.outbox.unsent()
    }

    /// Returns the time at which the next text disappears.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn expires_at(&self) -> Result<Option<Timestamp>, StorageError> {
        self.vault.read(|rows| {
            Ok(rows.load_all::<Expiring>(Table::Expiring)?.into_iter().map(|expiring| expiring.at).min())
        })
    }

    /// Removes expired texts and returns their number. The rows are overwritten, in SQLite's log too.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn remove_expired(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<usize, StorageError> {
        let (removed, orders) = self.vault.transact(rng, |rows| entries::remove_expired(rows, now))?;
        orders.into_iter().for_each(|order| self.outbox.remove(order));
        if removed > 0 {
            self.vault.empty_log()?;
        }
        Ok(removed)
    }

    /// Forgets digests of payloads that no relay can still deliver.
    pub(crate) fn forget_seen(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StorageError> {
        self.vault.transact(rng, |rows| {
            for DeduplicationRecord { contact, digest, at } in
                rows.load_all::<DeduplicationRecord>(Table::Digests)?
            {
                if now.since(at) > SEEN_KEPT {
                    rows.remove(Table::Digests, &digest_key(contact, &digest.0))?;
                }
            }
            Ok(())
        })
    }

    /// Rebuilds the index of the outbox after a change to many items. Submissions without an answer are repeated.
    pub(crate) fn reindex(&mut self) -> Result<(), PhoneError> {
        let items = self.vault.read(|rows| rows.load_all::<Item>(Table::Outbox))?;
        self.outbox = Outbox::rebuild(&items);
        Ok(())
    }
}

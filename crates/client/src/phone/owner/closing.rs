//! The closing of an account: the owner asks for it, the relay confirms it, and the phone records it.

use pillarbox_wire::{Encoded, Timestamp};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::phone::engine::Phone;
use crate::vault::{StorageError, Table};

/// Name of the row in [`Table::Account`].
const CLOSED: &[u8] = b"closed";

/// The time of the relay's confirmation, or of closing without one.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct ClosedRecord {
    at: Timestamp,
}

impl Encoded for ClosedRecord {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 16;
}

impl Phone {
    /// Asks the relay to close the account as soon as it is connected.
    /// [`Notice::AccountClosed`](crate::Notice::AccountClosed) answers. The profile itself stays until it is deleted.
    pub const fn close_account(&mut self) {
        self.closing = true;
    }

    /// Returns the time at which the relay confirmed the closing or [`close_here`](Self::close_here) was called;
    /// `None` while the account is open.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn closed_at(&self) -> Result<Option<Timestamp>, StorageError> {
        let record: Option<ClosedRecord> = self.vault.read(|rows| rows.load(Table::Account, CLOSED))?;
        Ok(record.map(|record| record.at))
    }

    /// Closes the account on this phone alone, for a relay that no longer knows it and cannot confirm anything.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn close_here(&mut self, now: Timestamp, rng: &mut impl CryptoRng) -> Result<(), StorageError> {
        self.note_closed(now, rng)
    }

    /// Records that the relay has closed the account.
    pub(crate) fn note_closed(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StorageError> {
        self.vault.transact(rng, |rows| rows.store(Table::Account, CLOSED, &ClosedRecord { at: now }))
    }
}

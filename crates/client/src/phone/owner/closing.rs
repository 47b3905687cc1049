//! The end of the account: asked for, confirmed by the relay, and remembered here.

use pillarbox_wire::{Encoded, Timestamp};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::phone::engine::Phone;
use crate::vault::{StorageError, Table};

/// Name of the row in [`Table::Account`].
const CLOSED: &[u8] = b"closed";

/// The confirmation of the relay, or that there is none to be had.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct ClosedRecord {
    at: Timestamp,
}

impl Encoded for ClosedRecord {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 16;
}

impl Phone {
    /// Asks the relay to end the account, as soon as it is connected: answered by
    /// [`Notice::AccountClosed`](crate::Notice::AccountClosed). The profile itself stays until it is deleted.
    pub const fn close_account(&mut self) {
        self.closing = true;
    }

    /// When the account was closed, by the relay's confirmation or by [`close_here`](Self::close_here); `None` for one that is not.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn closed_at(&self) -> Result<Option<Timestamp>, StorageError> {
        let record: Option<ClosedRecord> = self.vault.read(|rows| rows.load(Table::Account, CLOSED))?;
        Ok(record.map(|record| record.at))
    }

    /// Closes the account on this phone alone: for a relay that no longer knows it, and so cannot confirm anything.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn close_here(&mut self, now: Timestamp, rng: &mut impl CryptoRng) -> Result<(), StorageError> {
        self.note_closed(now, rng)
    }

    /// Remembers that the relay has closed the account.
    pub(crate) fn note_closed(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StorageError> {
        self.vault.transact(rng, |rows| rows.store(Table::Account, CLOSED, &ClosedRecord { at: now }))
    }
}

//! Room for new rows: a limit over everything that the relay stores, and the remaining room on its disk.
//!
//! Every request that adds rows asks here first, and is refused when there is no room. Requests that remove rows
//! never ask: a phone fetches, acknowledges and closes its account even at a relay that is full, and makes room
//! that way.

use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
use pillarbox_wire::{PreKeyUpload, Refusal};

use super::Relay;
use super::round::Round;
use crate::rules::limits::ONE_TIME_PREKEYS;
use crate::store::{Room, Store, StoreError};

/// Bytes of a row in addition to its content: its columns, its place in a page and its part of an index.
const ROW_BYTES: usize = 256;

/// Bytes of an account and its device without their prekeys.
pub(super) const ACCOUNT_BYTES: usize = 1_024;

/// Bytes of a one-time KEM prekey: the key, the signature and a row. Those of other kinds take less.
const PREKEY_BYTES: usize = 1_184 + 64 + ROW_BYTES;

/// Room that a relay must have to accept everything that a phone may ask it to keep at once: a stock of prekeys of both
/// kinds.
const ENOUGH: usize =
    ONE_TIME_PREKEYS as usize * (PREKEY_BYTES + ROW_BYTES) + ACCOUNT_BYTES + MAX_PAYLOAD_LEN;

/// Returns the bytes that an upload occupies.
pub(super) fn upload_bytes(upload: &PreKeyUpload) -> usize {
    let PreKeyUpload { signed, last_resort, one_time, one_time_kem } = upload;
    let large = one_time_kem.len() + usize::from(last_resort.is_some());
    large * PREKEY_BYTES + (one_time.len() + usize::from(signed.is_some())) * ROW_BYTES
}

impl<S: Store> Relay<S> {
    /// Reserves room for `bytes` that this round is about to add.
    ///
    /// # Errors
    /// [`Refusal::StorageFailed`] if there is no such room.
    pub(super) fn take_room(&mut self, bytes: usize, round: &mut Round) -> Result<(), Refusal> {
        let left = match round.room {
            Some(left) => left,
            // A store that cannot even measure its room accepts nothing.
            None => self.room_left().map_err(|_| Refusal::StorageFailed)?,
        };
        let wanted = (bytes + ROW_BYTES) as u64;
        round.short_of_room |= wanted > left;
        round.room = Some(if wanted > left { left } else { left - wanted });
        if wanted > left { Err(Refusal::StorageFailed) } else { Ok(()) }
    }

    /// Returns whether there is room for everything that one phone may ask this relay to keep.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn has_room(&mut self) -> Result<bool, StoreError> {
        Ok(self.room_left()? >= ENOUGH as u64)
    }

    fn room_left(&mut self) -> Result<u64, StoreError> {
        let Room { held, growth } = self.store.room()?;
        let left = self.settings.limits.stored_bytes.saturating_sub(held);
        Ok(growth.map_or(left, |growth| left.min(growth)))
    }
}

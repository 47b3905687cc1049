//! Whom the owner wants to hear nothing from.
//!
//! What they send is taken from the relay and thrown away before it is opened: no receipt, no notice, no trace in
//! the vault. A conversation that begins again later heals as any other that missed something.

use pillarbox_wire::{AccountId, DepositKind};
use rand_core::CryptoRng;

use super::Phone;
use super::error::PhoneError;
use super::records::{has_blocked, load_contact};
use crate::vault::Table;

impl Phone {
    /// Blocks a contact, or no longer. Where it is this phone's habit, the relay is told whom.
    ///
    /// # Errors
    /// [`PhoneError::UnknownContact`], [`PhoneError::Storage`].
    pub fn block(
        &mut self,
        contact: AccountId,
        blocked: bool,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let record = self.vault.transact(rng, |rows| {
            let record = load_contact(rows, contact)?;
            if blocked {
                rows.put(Table::Blocked, &contact.0, &[])?;
            } else {
                rows.remove(Table::Blocked, &contact.0)?;
            }
            Ok::<_, PhoneError>(record)
        })?;
        // Somebody without a number is named by account: a block list that left them out would be none.
        let subject = record.handle.map_or_else(|| contact.to_string(), |handle| handle.as_str().to_owned());
        self.set_fact(DepositKind::Blocked, subject.as_bytes(), blocked.then(Vec::new), rng)
    }

    pub(super) fn has_blocked(&self, account: AccountId) -> Result<bool, PhoneError> {
        Ok(self.vault.read(|rows| has_blocked(rows, account))?)
    }
}

//! Blocked accounts.
//!
//! Their messages are fetched from the relay and dropped unopened: no receipt, no notice, no trace in the vault. A
//! conversation that resumes later recovers as any other that missed messages.

use pillarbox_wire::{AccountId, DepositKind};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::records::has_blocked;
use crate::records::contact::ContactRecord;
use crate::vault::{StorageError, Table};

impl Phone {
    /// Blocks or unblocks an account, contact or not. If it is this phone's habit, the relay is told.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn block(
        &mut self,
        account: AccountId,
        blocked: bool,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let known = self.vault.transact(rng, |rows| {
            if blocked {
                rows.put(Table::Blocked, &account.0, &account.0)?;
            } else {
                rows.remove(Table::Blocked, &account.0)?;
            }
            rows.load::<ContactRecord>(Table::Contacts, &account.0)
        })?;
        // People without a number are named by account, so that the block list is complete.
        let handle = known.and_then(|record| record.handle);
        let subject = handle.map_or_else(|| account.to_string(), |handle| handle.as_str().to_owned());
        self.set_fact(DepositKind::Blocked, subject.as_bytes(), blocked.then(Vec::new), rng)
    }

    /// Returns the blocked accounts in order, contacts or not.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn blocked(&self) -> Result<Vec<AccountId>, PhoneError> {
        let mut blocked: Vec<AccountId> = self.vault.read(|rows| {
            let rows = rows.all(Table::Blocked)?;
            let named = rows.iter().filter_map(|row| row.as_slice().try_into().ok().map(AccountId));
            Ok::<_, StorageError>(named.collect())
        })?;
        blocked.extend(self.contacts()?.into_iter().filter(|it| it.blocked).map(|it| it.account));
        blocked.sort_unstable();
        blocked.dedup();
        Ok(blocked)
    }

    pub(crate) fn has_blocked(&self, account: AccountId) -> Result<bool, PhoneError> {
        Ok(self.vault.read(|rows| has_blocked(rows, account))?)
    }
}

//! Changes that another release of the program makes to an existing account.
//!
//! No received message leads here, and the shipped program calls none of these methods; only other software would.
//! The account, its keys, contacts, history and conversations are kept.

use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::records::{HAS_ENCRYPTED, store_account, store_contact};
use crate::records::account::{Account, Protection};
use crate::records::contact::ContactRecord;
use crate::records::habits::Habits;
use crate::vault::Table;

impl Phone {
    /// Adopts other habits, as another release of the program would. Earlier effects persist: waiting receipts are
    /// sent at their time, and facts deposited at the relay stay there until they are withdrawn.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; the old habits are then kept.
    pub fn set_habits(&mut self, habits: Habits, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let before = self.account.seals();
        let account = Account { habits, ..self.account.clone() };
        let seals_now = account.seals() && !before;
        self.vault.transact(rng, |rows| {
            store_account(rows, &account)?;
            if seals_now {
                // The contacts never received the key for sealing to this phone.
                for mut contact in rows.load_all::<ContactRecord>(Table::Contacts)? {
                    contact.introduced = false;
                    store_contact(rows, &contact)?;
                }
            }
            Ok::<_, PhoneError>(())
        })?;
        self.account = account;
        self.deposits.look_again();
        Ok(())
    }

    /// Stops encrypting end to end: from now on the relay can read messages. Contacts and their keys are kept, so
    /// that no safety number changes. Messages already encrypted are sent unchanged, and those that others
    /// encrypted before can still be opened, so that no text in transit is lost.
    ///
    /// A phone that has stopped does not start again. Otherwise an attacker who once made it accept readable
    /// messages could make it accept them for good.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; it then continues to encrypt.
    pub fn stop_encrypting(&mut self, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        if self.account.protection == Protection::ServerReadable {
            return Ok(());
        }
        let account = Account { protection: Protection::ServerReadable, ..self.account.clone() };
        self.vault.transact(rng, |rows| {
            rows.put(Table::Account, HAS_ENCRYPTED, &[])?;
            Ok::<_, PhoneError>(store_account(rows, &account)?)
        })?;
        self.account = account;
        self.has_encrypted = true;
        Ok(())
    }

    /// Returns true if this phone accepts messages of a protection.
    pub(crate) fn takes(&self, protection: Protection) -> bool {
        protection == self.account.protection || (protection == Protection::EndToEnd && self.has_encrypted)
    }
}

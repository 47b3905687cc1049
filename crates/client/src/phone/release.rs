//! Another release of the program: what it makes of an account that is there.
//!
//! Nothing that arrives leads here, and the shipped program calls none of it; whoever ships other software does. The account, its
//! keys, contacts, history and conversations stay what they were.

use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::records::{HAS_ENCRYPTED, store_account, store_contact};
use crate::records::account::{Account, Protection};
use crate::records::contact::ContactRecord;
use crate::records::habits::Habits;
use crate::vault::Table;

impl Phone {
    /// Takes up other habits, as another release of the program would. What was done under the old ones stays done:
    /// receipts that wait go at their time, and what lies at the relay lies there until it is taken back.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; then the old habits stay.
    pub fn set_habits(&mut self, habits: Habits, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let before = self.account.seals();
        let account = Account { habits, ..self.account.clone() };
        let seals_now = account.seals() && !before;
        self.vault.transact(rng, |rows| {
            store_account(rows, &account)?;
            if seals_now {
                // They were never told how to seal to this phone.
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

    /// Stops encrypting end to end: what is said from now on is readable to the relay. Contacts and their keys stay, so that
    /// nobody's safety number changes. What was encrypted before goes out as it is, and what others encrypted before still opens:
    /// a program that could not read what is on its way to it would lose texts.
    ///
    /// A phone that has stopped does not begin again: whoever made it take readable messages could have it take them for good.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; then it goes on encrypting.
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

    /// Whether this phone takes messages of a protection.
    pub(crate) fn takes(&self, protection: Protection) -> bool {
        protection == self.account.protection || (protection == Protection::EndToEnd && self.has_encrypted)
    }
}

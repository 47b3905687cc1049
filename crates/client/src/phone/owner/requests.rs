//! Requests: adding strangers by their account, and forgetting requests.

use pillarbox_wire::{AccountId, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::contacts::{self, forget};
use crate::phone::rows::names;
use crate::phone::rows::records::store_contact;
use crate::phone::rows::strangers::is_stranger;
use crate::records::contact::{Contact, ContactOrigin, ContactRecord};
use crate::vault::Table;

impl Phone {
    /// Adds the sender of a message that did not open, by account, and asks for it again.
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
            let mut record = known
                .unwrap_or_else(|| ContactRecord::new(account, String::new(), ContactOrigin::Stranger, now));
            record.accepted = true;
            match name {
                Some(name) => record.name = names::free_name(rows, account, name)?,
                None if is_new => record.name = names::some_name(rows, account, "")?,
                None => {}
            }
            if is_new {
                contacts::greet(rows, account)?;
            }
            store_contact(rows, &record)?;
            contacts::view(rows, &record, seals)
        })?;
        self.note_pending(account, now)?;
        Ok(contact)
    }

    /// Removes every unverified request with its conversation. Returns the number removed.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; then no request is removed.
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
}

//! A phone as an exhibit: the rows behind its screen with the key to them, and a phone restored from those rows.
//!
//! It contains the account's details that the owner could read on the screen, and none of the keys that speak for
//! the owner.

use pillarbox_wire::AccountId;
use rand_core::CryptoRng;

use crate::phone::engine::{Phone, Secrets};
use crate::phone::error::PhoneError;
use crate::phone::rows::groups::all_groups;
use crate::phone::rows::records::{FACTS, load_contact, place_key};
use crate::records::account::AccountRecord;
use crate::records::group::GroupRecord;
use crate::records::habits::Habits;
use crate::vault::{ProfileError, StorageError, Table, Vault, VaultExhibit};

impl Phone {
    /// Returns the rows behind all conversations and groups that this phone shows.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn exhibit(&self) -> Result<VaultExhibit, PhoneError> {
        let tables = [Table::Contacts, Table::Entries, Table::Groups];
        Ok(self.vault.exhibit(&tables, &[(Table::Account, FACTS.to_vec())])?)
    }

    /// Returns the rows behind one conversation, with the owner's texts to groups that the contact is in.
    ///
    /// # Errors
    /// [`PhoneError::UnknownContact`], [`PhoneError::Storage`].
    pub fn exhibit_of(&self, contact: AccountId) -> Result<VaultExhibit, PhoneError> {
        let places = self.vault.read(|rows| Ok::<_, PhoneError>(load_contact(rows, contact)?.next_place))?;
        let mut rows = vec![(Table::Account, FACTS.to_vec()), (Table::Contacts, contact.0.to_vec())];
        rows.extend((0..places).map(|place| (Table::Entries, place_key(contact, place))));
        for group in self.vault.read(all_groups)? {
            if group.view().members.contains(&contact) {
                rows.push((Table::Groups, group.id.0.as_bytes().to_vec()));
                let shelf = GroupRecord::shelf(group.id);
                rows.extend((0..group.next_place).map(|place| (Table::Entries, place_key(shelf, place))));
            }
        }
        Ok(self.vault.exhibit(&[], &rows)?)
    }

    /// Creates a phone that shows the content of an exhibit. Its secrets are new: it can be read, but not speak for
    /// the owner.
    ///
    /// # Errors
    /// [`ProfileError::NoProfile`] if it is no exhibit of a phone; [`ProfileError::Storage`] if the key does not open
    /// it.
    pub fn of_exhibit(exhibit: &VaultExhibit, rng: &mut impl CryptoRng) -> Result<Self, ProfileError> {
        let vault = Vault::of_exhibit(exhibit)?;
        let account = vault.read(|rows| {
            let record: AccountRecord = rows.load(Table::Account, FACTS)?.ok_or(ProfileError::NoProfile)?;
            record.with(Habits::default()).map_err(|_| ProfileError::from(StorageError::Damaged))
        })?;
        Ok(Self::assemble(vault, account, Secrets::generate(rng)))
    }
}

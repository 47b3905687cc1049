//! Counts of the keys that a phone holds, never the keys themselves.

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::vault::Table;

/// Numbers of keys in the vault by purpose, apart from the two that speak for the owner: the identity key and the
/// device key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeysHeld {
    /// Prekeys with which somebody may begin a conversation: signed, one-time and KEM.
    pub prekeys: usize,
    /// Conversations with message keys.
    pub conversations: usize,
    /// Delivery keys received from contacts.
    pub delivery_keys: usize,
}

impl Phone {
    /// Counts the keys in the vault.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn keys_held(&self) -> Result<KeysHeld, PhoneError> {
        self.vault.read(|rows| {
            let prekeys = [Table::SignedPreKeys, Table::OneTimePreKeys, Table::KemPreKeys];
            Ok(KeysHeld {
                prekeys: prekeys
                    .into_iter()
                    .try_fold(0, |sum, table| Ok::<_, PhoneError>(sum + rows.count(table)?))?,
                conversations: rows.count(Table::Conversations)?,
                delivery_keys: rows.count(Table::DeliveryKeys)?,
            })
        })
    }
}

//! The keys that a phone holds, counted: which there are, and never what they are.

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::vault::Table;

/// The keys in a phone's vault by what they are for, beside the two that speak for its owner: the identity's and the device's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeysHeld {
    /// Prekeys that somebody may begin a conversation with: signed ones, one-time ones and KEM ones.
    pub prekeys: usize,
    /// Conversations whose message keys it has.
    pub conversations: usize,
    /// Delivery keys that contacts gave it.
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

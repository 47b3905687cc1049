//! The public key of the relay that a database belongs to, in `meta` under `relay_key`.
//!
//! The key itself is in its own file. With another relay's key beside the database, the relay would have an address
//! that none of its phones accepts. Relays of an earlier version left no such record, and the next start creates
//! it.

use pillarbox_crypto::AgreementPublic;
use rusqlite::{Connection, OptionalExtension};

use super::database::SqliteStore;
use crate::store::error::StoreError;

impl SqliteStore {
    /// Reads the public key of the relay that this database belongs to; none if no relay has recorded it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn relay_key(&self) -> Result<Option<AgreementPublic>, StoreError> {
        read(&self.connection)
    }

    /// Records the public key of the relay that this database belongs to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_relay_key(&self, key: &AgreementPublic) -> Result<(), StoreError> {
        self.connection
            .execute("INSERT OR REPLACE INTO meta VALUES ('relay_key', ?1)", [key.as_bytes().as_slice()])?;
        Ok(())
    }
}

fn read(connection: &Connection) -> Result<Option<AgreementPublic>, StoreError> {
    let noted: Option<Vec<u8>> = connection
        .query_row("SELECT value FROM meta WHERE name = 'relay_key'", [], |row| row.get(0))
        .optional()?;
    noted
        .map(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).map(AgreementPublic::from_bytes))
        .transpose()
        .map_err(|_| StoreError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_says_whose_it_is_once_somebody_has_noted_it() {
        let store = SqliteStore::in_memory().unwrap();
        assert_eq!(store.relay_key(), Ok(None));
        for key in [[1; 32], [2; 32]].map(AgreementPublic::from_bytes) {
            store.note_relay_key(&key).unwrap();
            assert_eq!(store.relay_key(), Ok(Some(key)));
        }
        store.connection.execute("UPDATE meta SET value = x'00' WHERE name = 'relay_key'", []).unwrap();
        assert_eq!(store.relay_key(), Err(StoreError::Damaged));
    }
}

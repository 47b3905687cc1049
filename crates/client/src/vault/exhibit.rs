//! Exhibits: rows of a vault in their sealed form with the key to them, and the one row that is wrapped under the
//! passphrase.
//!
//! Somebody who holds a phone, open or switched off, can carry an exhibit away, so that others can read it later
//! and find the same. This module does not know what the rows mean. A vault made from an exhibit is kept in memory.

use std::fmt;
use std::path::Path;

use pillarbox_crypto::SecretBytes;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::error::{ProfileError, StorageError};
use super::file::SCHEMA;
use super::place::{self, settle};
use super::rows::{RowKeys, Table};
use super::{Vault, lock};
use crate::vault::passphrase::Passphrase;

/// A row in its sealed form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    /// The number of its table.
    pub table: u8,
    /// The keyed hash under which it is found.
    pub lookup: Vec<u8>,
    /// The nonce of its seal.
    pub nonce: Vec<u8>,
    /// The row's sealed content.
    pub sealed: Vec<u8>,
}

/// Rows and the key to them. `Debug` prints the number of rows.
pub struct VaultExhibit {
    /// The vault key.
    pub key: SecretBytes<32>,
    /// The rows, sealed.
    pub rows: Vec<SealedRow>,
}

impl fmt::Debug for VaultExhibit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exhibit({} rows)", self.rows.len())
    }
}

impl Vault {
    /// Collects whole tables, and single rows by table and key. Rows are in the order of the file's look-up keys.
    pub(crate) fn exhibit(
        &self,
        tables: &[Table],
        single: &[(Table, Vec<u8>)],
    ) -> Result<VaultExhibit, StorageError> {
        let mut rows = Vec::new();
        for table in tables {
            let mut statement = self
                .connection
                .prepare("SELECT lookup, nonce, sealed FROM row WHERE place = ?1 ORDER BY lookup")?;
            let found = statement.query_map([*table as u8], |row| {
                Ok(SealedRow {
                    table: *table as u8,
                    lookup: row.get(0)?,
                    nonce: row.get(1)?,
                    sealed: row.get(2)?,
                })
            })?;
            for row in found {
                rows.push(row?);
            }
        }
        for (table, key) in single {
            let lookup = self.keys.lookup(*table, key);
            let found = self
                .connection
                .query_row(
                    "SELECT nonce, sealed FROM row WHERE place = ?1 AND lookup = ?2",
                    params![*table as u8, lookup],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            rows.extend(found.map(|(nonce, sealed)| SealedRow {
                table: *table as u8,
                lookup: lookup.to_vec(),
                nonce,
                sealed,
            }));
        }
        Ok(VaultExhibit { key: SecretBytes::from_bytes(*self.vault_key.as_bytes()), rows })
    }

    /// Creates a vault in memory with only these rows. A row that the key does not open fails when it is read.
    ///
    /// # Errors
    /// [`ProfileError::Storage`] if there is no memory.
    pub fn of_exhibit(exhibit: &VaultExhibit) -> Result<Self, ProfileError> {
        let vault_key = SecretBytes::from_bytes(*exhibit.key.as_bytes());
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(SCHEMA)?;
        for SealedRow { table, lookup, nonce, sealed } in &exhibit.rows {
            connection.execute(
                "INSERT OR REPLACE INTO row (place, lookup, nonce, sealed) VALUES (?1, ?2, ?3, ?4)",
                params![table, lookup, nonce, sealed],
            )?;
        }
        let cost = pillarbox_crypto::PasswordCost::TESTING;
        Ok(Self { connection, keys: RowKeys::derive(&vault_key), vault_key, cost, place: None })
    }
}

/// Returns the wrapped key of the vault in `directory`, against which passphrases can be guessed.
///
/// # Errors
/// [`ProfileError`]; nothing is changed.
pub fn wrapped_key(directory: &Path) -> Result<Vec<u8>, ProfileError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = place::connect(directory, flags)?;
    settle(&connection)?;
    Ok(connection.query_row("SELECT wrapped FROM lock", [], |row| row.get(0))?)
}

/// Returns true if a passphrase opens a wrapped key.
///
/// # Errors
/// [`ProfileError::Storage`] and [`ProfileError::NewerVersion`] if it is not a wrapped key.
pub fn opens(wrapped: &[u8], passphrase: &Passphrase) -> Result<bool, ProfileError> {
    match lock::unwrap(wrapped, passphrase) {
        Ok(_) => Ok(true),
        Err(ProfileError::WrongPassphrase) => Ok(false),
        Err(error) => Err(error),
    }
}

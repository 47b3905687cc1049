//! Exhibits: rows as they lie in a vault with the key to them, and the one row that is wrapped under the passphrase.
//!
//! This is what somebody carries away who has an open phone, or one that is off, so that others can read it again and find the same.
//! It refuses to know what the rows mean. A vault that is made from an exhibit lies in memory.

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

/// A row as it lies in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    /// The number of its table.
    pub table: u8,
    /// The keyed hash that it is found under.
    pub lookup: Vec<u8>,
    /// The nonce that it is sealed with.
    pub nonce: Vec<u8>,
    /// What it says, sealed.
    pub sealed: Vec<u8>,
}

/// Rows and the key to them. It prints as how many rows there are.
pub struct Exhibit {
    /// The vault key.
    pub key: SecretBytes<32>,
    /// The rows.
    pub rows: Vec<SealedRow>,
}

impl fmt::Debug for Exhibit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exhibit({} rows)", self.rows.len())
    }
}

impl Vault {
    /// An exhibit of whole tables, and of single rows by table and key. Rows come in the order of the file's look-up keys.
    pub(crate) fn exhibit(
        &self,
        tables: &[Table],
        single: &[(Table, Vec<u8>)],
    ) -> Result<Exhibit, StorageError> {
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
        Ok(Exhibit { key: SecretBytes::from_bytes(*self.vault_key.as_bytes()), rows })
    }

    /// A vault in memory that holds these rows and no others. One that the key does not open is found when it is read.
    ///
    /// # Errors
    /// [`ProfileError::Storage`] if there is no memory.
    pub fn of_exhibit(exhibit: &Exhibit) -> Result<Self, ProfileError> {
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

/// The wrapped key of the vault in `directory`: what whoever has the file guesses against.
///
/// # Errors
/// [`ProfileError`]; nothing is changed.
pub fn wrapped_key(directory: &Path) -> Result<Vec<u8>, ProfileError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = place::connect(directory, flags)?;
    settle(&connection)?;
    Ok(connection.query_row("SELECT wrapped FROM lock", [], |row| row.get(0))?)
}

/// Whether a passphrase opens a wrapped key.
///
/// # Errors
/// [`ProfileError::Storage`] and [`ProfileError::NewerVersion`] if it is no wrapped key.
pub fn opens(wrapped: &[u8], passphrase: &Passphrase) -> Result<bool, ProfileError> {
    match lock::unwrap(wrapped, passphrase) {
        Ok(_) => Ok(true),
        Err(ProfileError::WrongPassphrase) => Ok(false),
        Err(error) => Err(error),
    }
}

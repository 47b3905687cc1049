//! The open vault: creating, opening and changing it, and checking that its file is still present.

use std::fmt;
use std::path::Path;

use pillarbox_crypto::PasswordCost;
use rand_core::CryptoRng;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::{ProfileError, StorageError};
use super::lock::{self, LAYOUT, VaultKey};
use super::passphrase::Passphrase;
use super::place::{self, Place, settle};
use super::rows::{RowKeys, Rows, View};

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS lock (only INTEGER PRIMARY KEY CHECK (only = 0), wrapped BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS row (
        place INTEGER NOT NULL, lookup BLOB NOT NULL, nonce BLOB NOT NULL, sealed BLOB NOT NULL,
        PRIMARY KEY (place, lookup)
    ) WITHOUT ROWID;
";

/// An open vault. It holds its file's exclusive lock until it is dropped; a process that dies releases it.
pub struct Vault {
    pub(super) connection: Connection,
    pub(super) keys: RowKeys,
    pub(super) vault_key: VaultKey,
    pub(super) cost: PasswordCost,
    /// Its location; `None` if it is in memory.
    pub(super) place: Option<Place>,
}

impl Vault {
    /// Creates a vault in `directory`, and the directory if necessary, accessible to its owner only.
    ///
    /// # Errors
    /// [`ProfileError::Exists`] if there is one, and failures of the file system or the passphrase hash.
    pub fn create(
        directory: &Path,
        passphrase: &Passphrase,
        cost: PasswordCost,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ProfileError> {
        place::make(directory)?;
        place::claim(directory)?;
        let vault_key = VaultKey::generate(rng);
        let wrapped = lock::wrap(&vault_key, passphrase, cost, rng)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = place::connect(directory, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        settle(&connection)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if is_taken(&transaction)? {
            return Err(ProfileError::Exists);
        }
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", LAYOUT)?;
        transaction.execute("INSERT OR REPLACE INTO lock (only, wrapped) VALUES (0, ?1)", [&wrapped])?;
        transaction.commit()?;
        let place = Some(Place::of(directory));
        Ok(Self { connection, keys: RowKeys::derive(&vault_key), vault_key, cost, place })
    }

    /// Returns true if [`create`](Self::create) would find a profile in `directory`, as far as that can be told
    /// without its passphrase. In doubt it returns true. A file begun by a program that ended too early does not
    /// count.
    #[must_use]
    pub fn is_there(directory: &Path) -> bool {
        if place::is_link(directory) {
            // A link is not a profile and is not followed. Opening or creating a profile here reports the link.
            return false;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let look = || {
            let connection = place::connect(directory, flags)?;
            // The vault sets this too, so that SQLite makes no extra file for sharing the log with other processes.
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            is_taken(&connection)
        };
        place::has(directory).unwrap_or(false) && look().unwrap_or(true)
    }

    /// Opens the vault in `directory`.
    ///
    /// # Errors
    /// [`ProfileError`]. None of them changes anything.
    pub fn open(directory: &Path, passphrase: &Passphrase) -> Result<Self, ProfileError> {
        if !place::has(directory)? {
            return Err(ProfileError::NoProfile);
        }
        place::claim(directory)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = place::connect(directory, flags)?;
        settle(&connection)?;
        let found: u8 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found > LAYOUT {
            return Err(ProfileError::NewerVersion { found, known: LAYOUT });
        }
        if found == 0 && is_empty(&connection)? {
            return Err(ProfileError::NoProfile);
        }
        if found != LAYOUT {
            return Err(ProfileError::Storage(StorageError::Damaged));
        }
        let wrapped: Vec<u8> = connection.query_row("SELECT wrapped FROM lock", [], |row| row.get(0))?;
        let vault_key = lock::unwrap(&wrapped, passphrase)?;
        let (cost, _) = lock::cost(&wrapped).ok_or(StorageError::Damaged)?;
        let place = Some(Place::of(directory));
        Ok(Self { connection, keys: RowKeys::derive(&vault_key), vault_key, cost, place })
    }

    /// Creates a vault in memory, for worlds of many phones. Its rows are sealed as on a disk, and it is lost when
    /// dropped.
    ///
    /// # Errors
    /// [`ProfileError::Storage`] if there is no memory.
    pub fn in_memory(rng: &mut impl CryptoRng) -> Result<Self, ProfileError> {
        let vault_key = VaultKey::generate(rng);
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(SCHEMA)?;
        let keys = RowKeys::derive(&vault_key);
        Ok(Self { connection, keys, vault_key, cost: PasswordCost::TESTING, place: None })
    }

    /// Wraps the vault key for another passphrase, at the same cost. The old one no longer opens this file, but still
    /// opens earlier copies of it.
    ///
    /// # Errors
    /// [`ProfileError::Storage`]; then the old passphrase is still valid.
    pub fn change_passphrase(
        &mut self,
        passphrase: &Passphrase,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ProfileError> {
        let wrapped = lock::wrap(&self.vault_key, passphrase, self.cost, rng)?;
        self.connection.execute("INSERT OR REPLACE INTO lock (only, wrapped) VALUES (0, ?1)", [&wrapped])?;
        self.empty_log()?;
        Ok(())
    }

    /// Runs `change` as one transaction. Unless it returns `Ok` and the commit succeeds, nothing has changed.
    pub(crate) fn transact<T, E: From<StorageError>>(
        &mut self,
        rng: &mut dyn CryptoRng,
        change: impl FnOnce(&mut Rows<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StorageError::from)?;
        let mut rows = Rows::new(View::new(transaction, &self.keys), rng);
        let outcome = change(&mut rows)?;
        // Commits to a deleted file are lost when this process ends.
        if !self.place.as_ref().is_none_or(Place::is_whole) {
            return Err(StorageError::Gone.into());
        }
        rows.commit()?;
        Ok(outcome)
    }

    /// Counts the rows that this program has written or removed since it opened the vault. A different count means
    /// that something may have changed.
    pub(crate) fn changes(&self) -> u64 {
        self.connection.total_changes()
    }

    /// Runs `look` over the stored rows, without changing any.
    pub(crate) fn read<T, E: From<StorageError>>(
        &self,
        look: impl FnOnce(&View<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.connection.unchecked_transaction().map_err(StorageError::from)?;
        look(&View::new(transaction, &self.keys))
    }

    /// Moves everything from SQLite's log into the file and empties the log, so that removed or rewrapped data is
    /// overwritten there too.
    pub(crate) fn empty_log(&self) -> Result<(), StorageError> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// Returns true if another process has the profile in `directory` open. It needs no passphrase and changes nothing.
///
/// # Errors
/// [`ProfileError`], except [`ProfileError::InUse`].
pub fn is_open(directory: &Path) -> Result<bool, ProfileError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let settled = place::connect(directory, flags)
        .map_err(ProfileError::from)
        .and_then(|connection| settle(&connection));
    match settled {
        Ok(()) => Ok(false),
        Err(ProfileError::InUse) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Returns true if the file contains anything that must not be overwritten. A file begun by a program that ended
/// too early contains nothing.
fn is_taken(connection: &Connection) -> Result<bool, ProfileError> {
    if is_empty(connection)? {
        return Ok(false);
    }
    let found: u8 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found != LAYOUT {
        return Ok(true);
    }
    Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM row)", [], |row| row.get(0))?)
}

fn is_empty(connection: &Connection) -> Result<bool, ProfileError> {
    Ok(connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?)
}

/// A vault prints as its type only.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::vault::{copy, erase, length, opens, wrapped_key};

    /// True of a folder of a file system and, in a build without the feature `folders`, of a name in memory.
    #[test]
    fn a_vault_is_copied_while_it_is_open_and_what_is_done_to_the_copy_is_not_done_to_it() {
        let scratch = tempfile::tempdir().unwrap();
        let (phone, seized) = (scratch.path().join("phone"), scratch.path().join("seized"));
        let [first, second] = ["first", "second"].map(|it| Passphrase::new(it.to_owned()).unwrap());
        let mut rng = StdRng::seed_from_u64(7);
        assert!(!Vault::is_there(&phone) && length(&phone) == 0);
        assert!(matches!(Vault::open(&phone, &first), Err(ProfileError::NoProfile)));

        let mut vault = Vault::create(&phone, &first, PasswordCost::TESTING, &mut rng).unwrap();
        place::make(&seized).unwrap();
        copy(&phone, &seized).unwrap();
        assert!(length(&phone) > 0 && length(&seized) > 0);
        assert_eq!(Vault::open(&seized, &second).err(), Some(ProfileError::WrongPassphrase));
        assert!(opens(&wrapped_key(&seized).unwrap(), &first).unwrap());

        vault.change_passphrase(&second, &mut rng).unwrap();
        assert!(Vault::open(&seized, &first).is_ok(), "the copy is as it was");
        erase(&seized).unwrap();
        assert!(length(&seized) == 0 && matches!(Vault::open(&seized, &first), Err(ProfileError::NoProfile)));
        drop(vault);
        assert!(Vault::open(&phone, &second).is_ok() && Vault::open(&phone, &first).is_err());
        erase(&phone).unwrap();
        assert!(!Vault::is_there(&phone));
    }
}

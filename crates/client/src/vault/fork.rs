//! A second copy of an open vault, made without its passphrase, for a laboratory whose world is forked.

use std::path::Path;

use pillarbox_crypto::SecretBytes;
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::place::{self, Place, settle};
use super::rows::RowKeys;
use super::{ProfileError, StorageError, Vault};

impl Vault {
    /// Copies this vault. If it is stored in a folder, `folders` are that folder and one for the copy.
    pub(crate) fn fork(&self, folders: Option<(&Path, &Path)>) -> Result<Self, ProfileError> {
        let Self { connection, keys: _, vault_key, cost, place: _ } = self;
        let vault_key = SecretBytes::from_bytes(*vault_key.as_bytes());
        let (connection, place) = match folders {
            Some((from, to)) => {
                place::copy(from, to).map_err(|_| StorageError::Unavailable)?;
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let copy = place::connect(to, flags)?;
                settle(&copy)?;
                (copy, Some(Place::of(to)))
            }
            None => {
                let mut copy = Connection::open_in_memory()?;
                // A negative number of pages means all of them.
                Backup::new(connection, &mut copy)?.step(-1)?;
                (copy, None)
            }
        };
        Ok(Self { connection, keys: RowKeys::derive(&vault_key), vault_key, cost: *cost, place })
    }
}

//! The holdings: every row that a relay keeps, read from its database as it lies there, with the raw bytes.
//!
//! This is what `pillarbox-relay ledger` shows and what answers a legal demand: the file, not the relay's word for it. The
//! file is opened for reading only, of a relay that runs, of one that has stopped, or of a copy.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;

use pillarbox_crypto::SigningSecret;
use pillarbox_wire::{AccountId, DeviceAddress, Handle, Timestamp};
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use crate::keeping::Keeping;
use crate::store::{
    AccountRow, ChannelRow, Counters, DATABASE_FILE, DepositRow, DeviceNumber, DeviceRow, EventRow,
    MessageRow, PreKeyRow, PublishedRow, StoreError, read_certificate_key, read_holdings,
};

/// Everything that a relay keeps about people, as of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Holdings {
    /// What the relay is set to keep; none if it never started.
    pub keeping: Option<Keeping>,
    /// Since when it is set so, as far as the database says.
    pub keeping_since: Option<Timestamp>,
    /// The relay's own numbering, which tells how many messages it has ever accepted.
    pub counters: Counters,
    /// All accounts, in the order in which they were made.
    pub accounts: Vec<AccountRow>,
    /// All devices.
    pub devices: Vec<DeviceRow>,
    /// All prekeys.
    pub prekeys: Vec<PreKeyRow>,
    /// All messages, in the order in which they were accepted.
    pub messages: Vec<MessageRow>,
    /// What accounts have left here about their owners, by account and kind.
    pub deposits: Vec<DepositRow>,
    /// The log, in the order in which things happened.
    pub events: Vec<EventRow>,
    /// All channels, by name.
    pub channels: Vec<ChannelRow>,
    /// What is published in them, by channel and number.
    pub posts: Vec<PublishedRow>,
}

/// Why there are no holdings to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HoldingsError {
    /// The folder has no database.
    #[error("there is no relay's database ({DATABASE_FILE}) in this folder")]
    NoDatabase,
    /// The folder or the file may not be read.
    #[error("the permissions of the folder or of the database do not let it be read")]
    NotReadable,
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Holdings {
    /// Reads the database in `data_dir`. Nothing is changed, and a running relay is not held up.
    ///
    /// # Errors
    /// [`HoldingsError`].
    pub fn read(data_dir: &Path) -> Result<Self, HoldingsError> {
        open(data_dir, read_holdings)
    }

    /// Reads the one secret in the database: the key that the relay signs sender certificates with. It is the operator's, and so
    /// is whoever serves a demand on the operator entitled to try it.
    ///
    /// # Errors
    /// [`HoldingsError`].
    pub fn certificate_key(data_dir: &Path) -> Result<Option<SigningSecret>, HoldingsError> {
        open(data_dir, read_certificate_key)
    }

    /// Whose mailbox a number names.
    #[must_use]
    pub fn address(&self, number: DeviceNumber) -> Option<DeviceAddress> {
        let at = self.devices.binary_search_by_key(&number, |device| device.device_number).ok()?;
        self.devices.get(at).map(DeviceRow::address)
    }

    /// The accounts' numbers, for whoever shows many rows.
    #[must_use]
    pub fn handles(&self) -> HashMap<AccountId, &Handle> {
        self.accounts.iter().filter_map(|row| Some((row.account, row.handle.as_ref()?))).collect()
    }

    /// The account that has this number.
    #[must_use]
    pub fn account_of(&self, handle: &Handle) -> Option<&AccountRow> {
        self.accounts.iter().find(|row| row.handle.as_ref() == Some(handle))
    }
}

impl MessageRow {
    /// When this row goes at the latest under `keeping`, if nobody fetches it before.
    #[must_use]
    pub fn held_until(&self, keeping: &Keeping) -> Timestamp {
        match self.delivered_at {
            Some(at) => at + keeping.delivered.unwrap_or_default(),
            None => self.accepted_at + keeping.undelivered,
        }
    }
}

/// Opens the database in `data_dir` for reading only and reads it.
fn open<T>(data_dir: &Path, read: fn(&Connection) -> Result<T, StoreError>) -> Result<T, HoldingsError> {
    let file = data_dir.join(DATABASE_FILE);
    std::fs::File::open(&file).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => HoldingsError::NoDatabase,
        ErrorKind::PermissionDenied => HoldingsError::NotReadable,
        _ => HoldingsError::Store(StoreError::CannotOpen),
    })?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let attempt = |path: &Path, flags| {
        Connection::open_with_flags(path, flags)
            .map_err(StoreError::from)
            .and_then(|connection| read(&connection))
    };
    match attempt(&file, flags) {
        // In a folder that cannot be written SQLite cannot share a write-ahead log. If there is none, the file is
        // whole in itself and nobody writes to it.
        Err(StoreError::CannotOpen | StoreError::ReadOnly) if !has_log(&file) => {
            Ok(attempt(&immutable(&file)?, flags | OpenFlags::SQLITE_OPEN_URI)?)
        }
        other => Ok(other?),
    }
}

fn has_log(file: &Path) -> bool {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// The file as a name that tells SQLite that nobody writes to it (sqlite.org/uri.html).
fn immutable(file: &Path) -> Result<std::path::PathBuf, HoldingsError> {
    let path = file.to_str().ok_or(HoldingsError::NotReadable)?;
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Ok(format!("file:{escaped}?immutable=1").into())
}

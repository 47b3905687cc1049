//! The SQLite database as a store's backend.

use pillarbox_crypto::SigningSecret;
use pillarbox_wire::{AccountId, Bytes, ChannelName, DepositKind, FixedBytes, MessageId};
use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::carry::{self, Carrier};
use super::errors::reserve_error;
use super::note::{self, Note};
use super::reserve::Reserve;
use super::settings::{CHECKPOINT_PAGES, LITTLE, LOCK_WAIT, PAGE_LEN, STATEMENTS};
use super::watch::Watch;
use super::{attachments, channels, deposits, read, schema, write};
use crate::memory::mailbox::QueuedMessage;
use crate::store::attachments::{AttachmentRow, LeftAttachments};
use crate::store::backend::{Room, Skip, Stock, Store, StoreContents, StoredPreKeys};
use crate::store::changes::{Applied, Changes};
use crate::store::channels::PublishedRow;
use crate::store::deposits::Deposits;
use crate::store::error::StoreError;
use crate::store::holdings::Holdings;
use crate::store::rows::{DeviceNumber, MessageRow};

/// A relay's database.
#[derive(Debug)]
pub struct SqliteStore {
    /// Declared before the connection, because the last connection to close checkpoints the rest of the log.
    pub(super) carrier: Option<Carrier>,
    pub(super) connection: Connection,
    /// Room that is reserved for removals; `None` for a database that no relay serves from.
    pub(super) reserve: Option<Reserve>,
    /// True if the file contains [`Note::Open`]. A database in memory has no log that could be left behind.
    pub(super) noted: bool,
    /// The watch over the database's files; `None` for a database in memory.
    pub(super) watch: Option<Watch>,
    /// True if a commit was refused after SQLite had made it. The file then no longer agrees with what the relay
    /// has said, and accepts no further commit.
    pub(super) unsure: bool,
}

impl SqliteStore {
    /// Creates a database in memory that ends with this value, for tests and laboratories.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::set_up(Connection::open_in_memory()?)
    }

    /// Sets the most pages of 16 KiB that the database may occupy on the disk, or its present size if that is
    /// larger. Above that every write is [`StoreError::Full`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn limit_pages(&mut self, pages: u32) -> Result<(), StoreError> {
        let _: i64 =
            self.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get(0))?;
        Ok(())
    }

    /// Reads every row, as of one moment, for callers that have the store and no file, such as a laboratory.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn holdings(&self) -> Result<Holdings, StoreError> {
        read::holdings(&self.connection)
    }

    /// Reads the one secret in the database: the key that the relay signs sender certificates with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn certificate_key(&self) -> Result<Option<SigningSecret>, StoreError> {
        read::certificate_key(&self.connection)
    }

    pub(super) fn set_up(connection: Connection) -> Result<Self, StoreError> {
        connection.busy_timeout(LOCK_WAIT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        schema::check(&connection)?;
        // This has no effect on a database that already has pages.
        connection.pragma_update(None, "page_size", PAGE_LEN)?;
        // The answer names the mode that was reached, which is another one for a database in memory.
        let _: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        connection.execute_batch(&format!(
            "PRAGMA synchronous = FULL;
             PRAGMA secure_delete = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};"
        ))?;
        schema::create(&connection)?;
        Ok(Self { carrier: None, connection, reserve: None, noted: false, watch: None, unsure: false })
    }

    /// Returns whether data that is committed now will still exist when the relay ends.
    fn is_in_place(&self) -> bool {
        !self.unsure && self.watch.as_ref().is_none_or(Watch::are_there)
    }

    /// Makes room after a transaction that found the disk full. It frees the log's room, and for removals the room
    /// that is reserved for them. Returns false if there was nothing to free.
    fn make_room(&mut self, removing: bool) -> bool {
        let Some(reserve) = &mut self.reserve else { return false };
        // The transaction that is tried again shows errors of either.
        let released = removing && reserve.release().is_ok();
        carry::shorten(&self.connection).unwrap_or(false) || released
    }

    /// Returns the bytes of new data that the disk can take.
    fn growth(&mut self) -> Result<Option<u64>, StoreError> {
        let Some(reserve) = &mut self.reserve else { return Ok(None) };
        reserve.growth().map(Some).map_err(|error| reserve_error(&error))
    }

    /// Checkpoints the log and then clears the note. Closing the connection checkpoints the rest.
    fn close(&mut self) -> Result<(), StoreError> {
        self.carrier = None;
        if !self.is_in_place() {
            // SQLite would remove the log by its name, which may be the operator's by now.
            self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            return Ok(());
        }
        if carry::all(&self.connection)? {
            note::write(&self.connection, Note::Closed)?;
        }
        Ok(())
    }
}

impl Store for SqliteStore {
    fn contents(&mut self) -> Result<StoreContents, StoreError> {
        read::contents(&self.connection)
    }

    fn waiting(&mut self, visit: &mut dyn FnMut(DeviceNumber, QueuedMessage)) -> Result<(), StoreError> {
        read::waiting(&self.connection, visit)
    }

    fn messages(&mut self, messages: &[MessageId]) -> Result<Vec<MessageRow>, StoreError> {
        messages.iter().map(|message| read::message(&self.connection, *message)).collect()
    }

    fn prekeys(&mut self, device: DeviceNumber, skip: Skip) -> Result<StoredPreKeys, StoreError> {
        read::prekeys(&self.connection, device, skip)
    }

    fn stock(&mut self, device: DeviceNumber) -> Result<Stock, StoreError> {
        read::stock(&self.connection, device)
    }

    fn deposit(
        &mut self,
        account: AccountId,
        kind: DepositKind,
        subject: &[u8],
    ) -> Result<Option<Bytes>, StoreError> {
        deposits::value(&self.connection, account, kind, subject)
    }

    fn deposits(&mut self, account: AccountId) -> Result<Deposits, StoreError> {
        deposits::totals(&self.connection, account)
    }

    fn posts(
        &mut self,
        channel: &ChannelName,
        after: u32,
        bytes: usize,
        most: u32,
    ) -> Result<Vec<PublishedRow>, StoreError> {
        channels::posts(&self.connection, channel, after, bytes, most)
    }

    fn attachment(
        &mut self,
        attachment: &FixedBytes<32>,
        number: u8,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        attachments::part(&self.connection, attachment, number)
    }

    fn attachments(&mut self, owner: AccountId) -> Result<LeftAttachments, StoreError> {
        attachments::totals(&self.connection, owner)
    }

    fn apply(&mut self, changes: &Changes) -> Result<Applied, StoreError> {
        if !self.is_in_place() {
            return Err(StoreError::FilesGone);
        }
        let (applied, commits) = match write::apply(&mut self.connection, changes) {
            Err(StoreError::Full) if self.make_room(changes.only_removes()) => {
                write::apply(&mut self.connection, changes)?
            }
            done => done?,
        };
        if !self.is_in_place() {
            // The files went during the commit, which is now in a file that ends with this process.
            self.unsure = true;
            return Err(StoreError::FilesGone);
        }
        if let Some(watch) = &self.watch {
            watch.committed(commits);
        }
        if let Some(carrier) = &self.carrier {
            carrier.after_commit(&self.connection);
        }
        Ok(applied)
    }

    fn room(&mut self) -> Result<Room, StoreError> {
        let number = |pragma: &str| -> Result<u64, StoreError> {
            let mut statement = self.connection.prepare_cached(pragma)?;
            Ok(statement.query_row([], |row| row.get::<_, u32>(0))?.into())
        };
        let pages = number("PRAGMA page_count")?.saturating_sub(number("PRAGMA freelist_count")?);
        let held = pages.saturating_mul(number("PRAGMA page_size")?);
        let mut growth = self.growth()?;
        if growth.is_some_and(|growth| growth < LITTLE) && carry::shorten(&self.connection)? {
            growth = self.growth()?;
        }
        Ok(Room { held, growth })
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        if !self.is_in_place() {
            // Nothing is written any more, and the operator may be copying the files.
            return Ok(());
        }
        // Deleted rows are overwritten in the database (`secure_delete`), but the log still contains the old pages.
        // If a reader was in the way, the next call does it.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        if self.noted {
            // An empty log beside a database that is noted as open was not left by a relay.
            note::write(&self.connection, Note::Open)?;
        }
        Ok(())
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.noted {
            // If that fails the note is kept, and a reader of the database alone warns of rows that may be missing.
            self.close().ok();
        }
    }
}

//! The SQLite backend: one file that anyone can open with `sqlite3`, because it is the exhibit.
//!
//! One writer, one transaction for each batch, write-ahead log, synchronous commits. Messages are appended by row
//! number to one table; nothing is clustered or indexed by mailbox, which costs several times the time of an append. Deleted
//! rows are overwritten with zeros: what the relay says is gone is gone from the file, too. The space is used again,
//! and the file does not shrink.

mod carry;
mod channels;
mod columns;
mod deposits;
mod events;
mod files;
mod mark;
mod note;
mod read;
mod reserve;
mod schema;
mod trim;
mod wal;
mod write;

use std::path::Path;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{
    Applied, Changes, Contents, Deposits, DeviceNumber, MessageRow, PublishedRow, Room, Skip, Stock, Store,
    StoreError, StoredPreKeys,
};
use crate::holdings::Holdings;
use crate::mailbox::Waiting;
use pillarbox_crypto::SigningSecret;
use pillarbox_system::private;
use pillarbox_wire::{AccountId, Bytes, ChannelName, DepositKind, MessageId};

use carry::Carrier;
pub(crate) use files::OpenFiles;
use mark::CommitMark;
pub use mark::MARK_FILE;
pub(crate) use note::Note;
pub use reserve::RESERVE_FILE;
use reserve::Reserve;

pub(crate) use mark::read as read_mark;
use read::read_commits;
pub(crate) use read::{FileContents, read_counters, read_file};
pub(crate) use wal::survey_file;

/// The database's name inside the data directory.
pub const DATABASE_FILE: &str = "relay.sqlite3";

/// How long the relay waits for another program that holds a lock. Readers hold none in write-ahead mode; a person
/// with `sqlite3` and a `BEGIN IMMEDIATE` does.
const LOCK_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Statements kept ready: every one that the relay uses, and room.
const STATEMENTS: usize = 80;

/// Bytes of a page, of a database that is made new. A batch of messages is written page by page, twice, each time with system
/// calls of its own: with 4 KiB they were half the work of a commit. Larger would write more for a message that comes alone.
const PAGE_LEN: u32 = 16 << 10;

/// Write-ahead log pages after which a commit carries them into the database, where no [`Carrier`] does: 16 MiB. Fewer means more
/// pauses, more means a longer log to read after a crash.
const CHECKPOINT_PAGES: u32 = (16 << 20) / PAGE_LEN;

/// Room on the disk below which the log is shortened: as much as a log takes that is not.
const LITTLE: u64 = 32 << 20;

/// Answer to a database that lacks transactions which the relay had committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLoss {
    /// It is not opened, and nothing is changed.
    #[default]
    Refuse,
    /// It is opened, and what is missing is given up.
    Accept,
}

/// A relay's database.
#[derive(Debug)]
pub struct SqliteStore {
    /// Before the connection: the last one to close carries over what is left.
    carrier: Option<Carrier>,
    connection: Connection,
    /// Room that is set aside for removals; none for a database that no relay serves from.
    reserve: Option<Reserve>,
    /// Says that the file holds [`Note::Open`]. A database in memory has no log that could be left behind.
    noted: bool,
    /// The mark that says how many transactions were committed; none for a database in memory, or where none can be made.
    mark: Option<CommitMark>,
    /// Transactions that were missing and were given up; none if nothing was missing, 0 if they could not be counted.
    given_up: Option<u64>,
    /// The files that SQLite has open; none for a database in memory.
    files: Option<Arc<OpenFiles>>,
    /// Says that a commit was refused after SQLite had made it. What the file holds is no more what the relay has said, and it
    /// takes no further commit.
    unsure: bool,
}

impl SqliteStore {
    /// Opens the database in `folder`, or makes one there that only its owner may read. A database of an earlier version gets
    /// the tables that it does not have.
    ///
    /// # Errors
    /// [`StoreError`]; the file is as it was.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_on_loss(folder, OnLoss::Refuse)
    }

    fn open_on_loss(folder: &Path, on_loss: OnLoss) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        // With that, SQLite takes no link anywhere in the path; the folder itself may well be reached by one.
        let folder = &folder.canonicalize().map_err(|_| StoreError::CannotOpen)?;
        let file = folder.join(DATABASE_FILE);
        // SQLite would make it as readable as the umask allows, and the files beside it like it.
        private::make(&file).or_else(|error| unless_read_only(&error))?;
        // Before SQLite looks at it. What cannot be read here it cannot read either, and says so.
        let log =
            survey_file(&folder.join(format!("{DATABASE_FILE}-wal"))).ok().flatten().unwrap_or_default();
        let connection = Connection::open_with_flags(file, flags)?;
        // Until it is known to be whole: closing would carry the log over and remove it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let commits = read_commits(&connection)?;
        let missing = commits.and_then(|commits| mark::read(folder)?.checked_sub(commits)).unwrap_or(0);
        let given_up = (missing > 0 || log.has_loss).then_some(missing);
        if let (Some(transactions), OnLoss::Refuse) = (given_up, on_loss) {
            return Err(StoreError::Lost { transactions });
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        let mut store = Self::set_up(connection)?;
        store.given_up = given_up;
        store.mark = CommitMark::open(folder).ok();
        store.set_mark(commits.unwrap_or(0));
        // Into the database itself: only there is it in a copy that lacks the log.
        note::write(&store.connection, Note::Open)?;
        store.noted = true;
        carry::all(&store.connection)?;
        store.files = Some(Arc::new(OpenFiles::note(folder)));
        Ok(store)
    }

    /// The same with `reserve` bytes of the disk set aside, at most an eighth of it: removals have room on a disk that is full,
    /// and so has this opening.
    ///
    /// # Errors
    /// [`StoreError`]; the file is as it was.
    pub fn open_with_reserve(folder: &Path, reserve: u64) -> Result<Self, StoreError> {
        Self::open_reserved(folder, reserve, OnLoss::Refuse)
    }

    fn open_reserved(folder: &Path, reserve: u64, on_loss: OnLoss) -> Result<Self, StoreError> {
        let mut reserve = Reserve::open(folder, reserve).map_err(|error| reserve_error(&error))?;
        let mut store = Self::open_on_loss(folder, on_loss)?;
        reserve.restore().map_err(|error| reserve_error(&error))?;
        store.reserve = Some(reserve);
        Ok(store)
    }

    /// The same for a server: what commits have written to the log is carried into the database by a thread of its own, which
    /// ends with this value, and not by the commits.
    ///
    /// # Errors
    /// [`StoreError`]; the file is as it was.
    pub fn open_serving(folder: &Path, reserve: u64, on_loss: OnLoss) -> Result<Self, StoreError> {
        let mut store = Self::open_reserved(folder, reserve, on_loss)?;
        store.carrier = Some(Carrier::start(&folder.join(DATABASE_FILE))?);
        store.connection.execute_batch("PRAGMA wal_autocheckpoint = 0;")?;
        Ok(store)
    }

    /// A database in memory that ends with this value: for tests and laboratories.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::set_up(Connection::open_in_memory()?)
    }

    /// Sets the most that the database may take on the disk, in pages of 16 KiB, or what it takes now if that is more.
    /// Past it every write is [`StoreError::Full`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn limit_pages(&mut self, pages: u32) -> Result<(), StoreError> {
        let _: i64 =
            self.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get(0))?;
        Ok(())
    }

    /// Every row, as of one moment: for whoever has the store and no file, as a laboratory does.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn holdings(&self) -> Result<Holdings, StoreError> {
        read::holdings(&self.connection)
    }

    /// The one secret in the database: the key that the relay signs sender certificates with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn certificate_key(&self) -> Result<Option<SigningSecret>, StoreError> {
        read::certificate_key(&self.connection)
    }

    fn set_up(connection: Connection) -> Result<Self, StoreError> {
        connection.busy_timeout(LOCK_WAIT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        schema::check(&connection)?;
        // Without effect on a database that has pages already.
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
        Ok(Self {
            carrier: None,
            connection,
            reserve: None,
            noted: false,
            mark: None,
            given_up: None,
            files: None,
            unsure: false,
        })
    }

    /// Transactions that were missing when this was opened and were given up; 0 if they could not be counted.
    #[must_use]
    pub fn given_up(&self) -> Option<u64> {
        self.given_up
    }

    fn set_mark(&self, commits: u64) {
        if let Some(mark) = &self.mark {
            mark.set(commits);
        }
    }

    /// The files that SQLite has open, for whoever looks after them.
    pub(crate) fn files(&self) -> Option<Arc<OpenFiles>> {
        self.files.clone()
    }

    /// Says if what is committed now is still there when the relay ends.
    fn is_in_place(&self) -> bool {
        !self.unsure && self.files.as_ref().is_none_or(|files| files.are_there())
    }

    /// Makes room after a transaction that found the disk full: gives back what the log takes, and for removals what is set
    /// aside for them. False if there was nothing to give.
    fn make_room(&mut self, removing: bool) -> bool {
        let Some(reserve) = &mut self.reserve else { return false };
        // What goes wrong with either shows in the transaction that is tried again.
        let released = removing && reserve.release().is_ok();
        carry::shorten(&self.connection).unwrap_or(false) || released
    }

    /// Bytes that the disk can take of what is new.
    fn growth(&mut self) -> Result<Option<u64>, StoreError> {
        let Some(reserve) = &mut self.reserve else { return Ok(None) };
        reserve.growth().map(Some).map_err(|error| reserve_error(&error))
    }

    /// Carries the log over and then takes the note back. The closing of the connection carries over the rest.
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

/// Turns an error of looking at the disk, or of setting room aside there, into the store's own.
fn reserve_error(error: &std::io::Error) -> StoreError {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => StoreError::ReadOnly,
        StorageFull => StoreError::Full,
        _ => StoreError::CannotOpen,
    }
}

/// What stands in the way of making the file. That it may not be written is for SQLite to find out: it says so better.
fn unless_read_only(error: &std::io::Error) -> Result<(), StoreError> {
    use std::io::ErrorKind::{AlreadyExists, PermissionDenied, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => Ok(()),
        StorageFull => Err(StoreError::Full),
        AlreadyExists => Err(StoreError::NoFile),
        _ => Err(StoreError::CannotOpen),
    }
}

impl Store for SqliteStore {
    fn contents(&mut self) -> Result<Contents, StoreError> {
        read::contents(&self.connection)
    }

    fn waiting(&mut self, visit: &mut dyn FnMut(DeviceNumber, Waiting)) -> Result<(), StoreError> {
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
            // Gone while it was committed: it stands in a file that ends with this process.
            self.unsure = true;
            return Err(StoreError::FilesGone);
        }
        self.set_mark(commits);
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
        // Deleted rows are overwritten in the database (`secure_delete`), but the log still holds the pages as they were.
        // The answer says whether a reader was in the way; then the next time does it.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        if self.noted {
            // A log that is empty beside a database that is noted as open was not left by a relay.
            note::write(&self.connection, Note::Open)?;
        }
        Ok(())
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.noted {
            // If that fails the note stays, and a reader of the database alone warns of rows that may be missing.
            self.close().ok();
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, _) = error else {
            // Everything else is a column that does not hold what the schema says.
            return Self::Damaged;
        };
        match failure.code {
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::PermissionDenied | ErrorCode::CannotOpen => Self::CannotOpen,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
                Self::InUse
            }
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation => {
                Self::Damaged
            }
            _ => Self::Failed { code: failure.extended_code },
        }
    }
}

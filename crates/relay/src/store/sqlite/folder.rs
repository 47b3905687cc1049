//! A database in a folder. It is created for its owner alone and checked against what it had committed before. Room
//! is reserved for it on the disk, and for a server it has its own thread.

use std::path::Path;
use std::sync::Arc;

use pillarbox_system::private;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::carry::{self, Carrier};
use super::database::SqliteStore;
use super::errors::reserve_error;
use super::files::OpenFiles;
use super::mark::{self, CommitMark};
use super::note::{self, Note};
use super::read::read_commits;
use super::reserve::Reserve;
use super::wal::survey_file;
use super::watch::Watch;
use crate::store::error::StoreError;
use crate::store::file_names::DATABASE_FILE;

/// Answer to a database that lacks transactions which the relay had committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLoss {
    /// The database is not opened, and nothing is changed.
    #[default]
    Refuse,
    /// The database is opened, and the missing transactions are accepted as lost.
    Accept,
}

impl SqliteStore {
    /// Opens the database in `folder`, or creates one there that only its owner may read. A database of an earlier
    /// version gets the tables that it lacks.
    ///
    /// # Errors
    /// [`StoreError`]; the file is unchanged.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_on_loss(folder, OnLoss::Refuse)
    }

    fn open_on_loss(folder: &Path, on_loss: OnLoss) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        // With NOFOLLOW SQLite accepts no link anywhere in the path. A link may lead to the folder, so it is resolved
        // here.
        let folder = &folder.canonicalize().map_err(|_| StoreError::CannotOpen)?;
        let file = folder.join(DATABASE_FILE);
        // SQLite would make the file as readable as the umask allows, and give the files beside it the same mode.
        private::make(&file).or_else(|error| unless_read_only(&error))?;
        // The survey comes before SQLite reads the log. SQLite reports by itself a log that cannot be read.
        let log =
            survey_file(&folder.join(format!("{DATABASE_FILE}-wal"))).ok().flatten().unwrap_or_default();
        let connection = Connection::open_with_flags(file, flags)?;
        // No checkpoint until the log is known to be complete: closing would checkpoint and remove it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let commits = read_commits(&connection)?;
        let missing = commits.and_then(|commits| mark::read(folder)?.checked_sub(commits)).unwrap_or(0);
        let given_up = (missing > 0 || log.has_loss).then_some(missing);
        if let (Some(transactions), OnLoss::Refuse) = (given_up, on_loss) {
            return Err(StoreError::Lost { transactions });
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        let mut store = Self::set_up(connection)?;
        let mark = CommitMark::open(folder).ok();
        if let Some(mark) = &mark {
            mark.set(commits.unwrap_or(0));
        }
        // The note goes into the database itself, because a copy may lack the log.
        note::write(&store.connection, Note::Open)?;
        store.noted = true;
        carry::all(&store.connection)?;
        store.watch = Some(Watch { mark, given_up, files: Arc::new(OpenFiles::note(folder)) });
        Ok(store)
    }

    /// Does the same with `reserve` bytes of the disk reserved, at most an eighth of the disk. Removals then succeed on
    /// a full disk, and so does this opening.
    ///
    /// # Errors
    /// [`StoreError`]; the file is unchanged.
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

    /// Does the same for a server. Its own thread checkpoints the log of commits into the database, instead of the
    /// commits themselves. The thread ends with this value.
    ///
    /// # Errors
    /// [`StoreError`]; the file is unchanged.
    pub fn open_serving(folder: &Path, reserve: u64, on_loss: OnLoss) -> Result<Self, StoreError> {
        let mut store = Self::open_reserved(folder, reserve, on_loss)?;
        store.carrier = Some(Carrier::start(&folder.join(DATABASE_FILE))?);
        store.connection.execute_batch("PRAGMA wal_autocheckpoint = 0;")?;
        Ok(store)
    }

    /// Number of transactions that were missing when this was opened and were accepted as lost; 0 if they could not
    /// be counted.
    #[must_use]
    pub fn given_up(&self) -> Option<u64> {
        self.watch.as_ref().and_then(|watch| watch.given_up)
    }

    /// The files that SQLite has open, for code that watches them.
    pub(crate) fn files(&self) -> Option<Arc<OpenFiles>> {
        self.watch.as_ref().map(|watch| Arc::clone(&watch.files))
    }
}

/// Converts an error of creating the file into the store's own. Whether the file may be written is left to SQLite,
/// which explains it better.
fn unless_read_only(error: &std::io::Error) -> Result<(), StoreError> {
    use std::io::ErrorKind::{AlreadyExists, PermissionDenied, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => Ok(()),
        StorageFull => Err(StoreError::Full),
        AlreadyExists => Err(StoreError::NoFile),
        _ => Err(StoreError::CannotOpen),
    }
}

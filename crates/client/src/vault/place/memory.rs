//! A vault in a program without a file system: it is kept in SQLite's memory, under the name of a folder.
//!
//! All connections that name such a database share it (sqlite.org/inmemorydb.html), and the database ends with the
//! last connection. A connection stored here keeps the database until it is erased.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, ffi};

use crate::vault::error::{ProfileError, StorageError};

/// A database in memory: its name for SQLite, and the connection that keeps it alive.
struct Held {
    name: String,
    connection: Connection,
}

static PLACES: Mutex<BTreeMap<PathBuf, Held>> = Mutex::new(BTreeMap::new());

/// Counts the databases, so that a reused folder gets a new one.
static MADE: AtomicU64 = AtomicU64::new(0);

fn places() -> MutexGuard<'static, BTreeMap<PathBuf, Held>> {
    PLACES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hold(name: String, flags: OpenFlags) -> rusqlite::Result<Held> {
    let connection = Connection::open_with_flags(&name, flags | OpenFlags::SQLITE_OPEN_URI)?;
    Ok(Held { name, connection })
}

/// Does nothing: a folder is only a name here.
#[expect(clippy::unnecessary_wraps, reason = "a folder of a file system can fail")]
pub(crate) const fn make(_: &Path) -> Result<(), StorageError> {
    Ok(())
}

/// Returns true if there is a vault under the name `directory`.
#[expect(clippy::unnecessary_wraps, reason = "a folder of a file system can fail")]
pub(crate) fn has(directory: &Path) -> Result<bool, StorageError> {
    Ok(places().contains_key(directory))
}

/// Returns false: there are no links in memory.
pub(crate) const fn is_link(_: &Path) -> bool {
    false
}

/// Succeeds: no one else has access.
#[expect(clippy::unnecessary_wraps, reason = "a folder of a file system can be somebody else's too")]
pub(crate) const fn claim(_: &Path) -> Result<(), ProfileError> {
    Ok(())
}

/// The location of an open vault, which cannot disappear.
pub(crate) struct Place;

impl Place {
    pub(crate) const fn of(_: &Path) -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "a folder of a file system can be taken away")]
    pub(crate) const fn is_whole(&self) -> bool {
        true
    }
}

/// Opens the database under the name `directory`.
pub(crate) fn connect(directory: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let mut places = places();
    let name = match places.get(directory) {
        Some(held) => held.name.clone(),
        None if flags.contains(OpenFlags::SQLITE_OPEN_CREATE) => {
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            let held = hold(format!("file:/vault-{number}?vfs=memdb"), flags)?;
            let name = held.name.clone();
            places.insert(directory.to_owned(), held);
            name
        }
        None => return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CANTOPEN), None)),
    };
    Ok(hold(name, flags)?.connection)
}

/// Sets how this connection treats the database: removed data is overwritten. There is no disk to write to.
pub(crate) fn settle(connection: &Connection) -> Result<(), ProfileError> {
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

/// Returns the length of the vault under the name `directory`, or 0 if there is none.
#[must_use]
pub fn length(directory: &Path) -> u64 {
    let places = places();
    let Some(held) = places.get(directory) else { return 0 };
    let number = |pragma| held.connection.pragma_query_value(None, pragma, |row| row.get::<_, u32>(0));
    match (number("page_count"), number("page_size")) {
        (Ok(pages), Ok(size)) => u64::from(pages) * u64::from(size),
        _ => 0,
    }
}

/// Copies the vault under the name `from`, page by page, to the name `to`.
///
/// # Errors
/// [`NotFound`](io::ErrorKind::NotFound) if there is none, or an error of SQLite.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut copy = connect(to, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(io::Error::other)?;
    let places = places();
    let held = places.get(from).ok_or(io::ErrorKind::NotFound)?;
    // A negative number of pages means all of them.
    Backup::new(&held.connection, &mut copy).and_then(|backup| backup.step(-1)).map_err(io::Error::other)?;
    Ok(())
}

/// Releases the vault under the name `directory`.
///
/// # Errors
/// None on this platform.
pub fn erase(directory: &Path) -> Result<(), StorageError> {
    places().remove(directory);
    Ok(())
}

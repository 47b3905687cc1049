//! Checkpoints the write-ahead log into the database, beside the thread that commits.
//!
//! A commit writes each page to the log, and a checkpoint writes it to the database. The checkpoint is done by a
//! thread with its own connection, in pieces, while commits continue. SQLite restarts the log only when all of it
//! has been checkpointed and nothing was added since, which never happens under load. Once the log is long, the
//! thread that commits therefore checkpoints the small rest, and the next commit begins at the front. This module
//! does not know what the pages contain.

use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::settings::{LOCK_WAIT, PAGE_LEN};
use crate::store::error::StoreError;

/// The number of log pages not yet in the database at which the carrying thread is woken: 8 MiB. Fewer means more syncs
/// of the database; more means longer pauses at the end of the log.
const PIECE_PAGES: u32 = (8 << 20) / PAGE_LEN;

/// The number of pages from which a log is restarted as soon as little of it is left to checkpoint: 32 MiB. A
/// longer log takes more of the disk, more of the system's memory for files, and longer to read after a crash.
const LONG_PAGES: u32 = (32 << 20) / PAGE_LEN;

/// The number of pages from which nothing is added to a log before all of it is in the database: 128 MiB. This is
/// for a disk on which checkpointing is slower than committing.
const LONGEST_PAGES: u32 = 4 * LONG_PAGES;

const _: () = assert!(PIECE_PAGES < LONG_PAGES && LONG_PAGES < LONGEST_PAGES);

/// The thread that checkpoints the log. Dropping this ends the thread after its present piece.
#[derive(Debug)]
pub(super) struct Carrier {
    /// Held while a piece is checkpointed.
    turn: Arc<Mutex<()>>,
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Length of the log, and the part of it that is in the database, in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Extent {
    log: u32,
    carried: u32,
}

impl Extent {
    fn left(self) -> u32 {
        self.log.saturating_sub(self.carried)
    }
}

impl Carrier {
    /// Starts the thread for a database that is open already.
    pub(super) fn start(file: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(LOCK_WAIT)?;
        // The other connection closes last, and checks that the log is still its own.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let (wake, woken) = sync_channel(1);
        let turn = Arc::<Mutex<()>>::default();
        let taking = Arc::clone(&turn);
        let carry = move || {
            while woken.recv().is_ok() {
                let _turn = taking.lock().unwrap_or_else(PoisonError::into_inner);
                // The committing thread sees the failure in the log's length, and repeats the checkpoint when it must.
                run(&connection, "PASSIVE").ok();
            }
        };
        let thread = std::thread::Builder::new().name("relay-carry".to_owned()).spawn(carry);
        Ok(Self { turn, wake: Some(wake), thread: Some(thread.map_err(|_| StoreError::CannotOpen)?) })
    }

    /// Has the log checkpointed after a commit, if there is enough of it. An error there does not fail the commit.
    pub(super) fn after_commit(&self, connection: &Connection) {
        let Ok(extent) = run(connection, "NOOP") else { return };
        if extent.log >= LONGEST_PAGES {
            // This waits for the thread but not for readers: one that stays would hold up every commit.
            let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            run(connection, "PASSIVE").ok();
        } else if extent.log >= LONG_PAGES && extent.left() < PIECE_PAGES {
            // This has no effect while the thread is at work; a later commit then finds it done.
            run(connection, "PASSIVE").ok();
        } else if extent.left() >= PIECE_PAGES
            && let Some(wake) = &self.wake
        {
            // A full channel means that the thread has been woken already.
            wake.try_send(()).ok();
        }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// Checkpoints all of the log and waits for readers that are in the way. Returns whether it is done.
pub(super) fn all(connection: &Connection) -> Result<bool, StoreError> {
    Ok(run(connection, "FULL")?.left() == 0)
}

/// Pages of a log that is too short to be worth shortening: 256 KiB.
const SHORT_PAGES: u32 = (256 << 10) / PAGE_LEN;

/// Checkpoints all of the log and returns its room to the disk. Returns false if there was little to return.
pub(super) fn shorten(connection: &Connection) -> Result<bool, StoreError> {
    if run(connection, "NOOP")?.log <= SHORT_PAGES {
        return Ok(false);
    }
    run(connection, "TRUNCATE")?;
    Ok(true)
}

/// Runs a checkpoint (sqlite.org/pragma.html#pragma_wal_checkpoint), and returns how far the log is checkpointed.
fn run(connection: &Connection, mode: &str) -> Result<Extent, StoreError> {
    let mut statement = connection.prepare_cached(&format!("PRAGMA wal_checkpoint({mode})"))?;
    Ok(statement.query_row([], |row| Ok(Extent { log: row.get(1)?, carried: row.get(2)? }))?)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn database(folder: &Path) -> (PathBuf, Connection) {
        let file = folder.join("log.sqlite3");
        let connection = Connection::open(&file).unwrap();
        connection.pragma_update(None, "page_size", PAGE_LEN).unwrap();
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
        connection
            .execute_batch("PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF; CREATE TABLE t (x)")
            .unwrap();
        (file, connection)
    }

    #[test]
    fn a_log_under_steady_load_stays_short() {
        let folder = tempfile::tempdir().unwrap();
        let (file, connection) = database(folder.path());
        let carrier = Carrier::start(&file).unwrap();
        let mut longest = 0;
        // Ten times as much as may be in the log.
        for _ in 0..10 * LONGEST_PAGES / 64 {
            connection.execute("INSERT INTO t VALUES (randomblob(?1))", [PAGE_LEN * 62]).unwrap();
            longest = longest.max(run(&connection, "NOOP").unwrap().log);
            carrier.after_commit(&connection);
        }
        assert!(longest <= LONGEST_PAGES + 64, "{longest} pages");
        drop(carrier);
        assert_eq!(connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)), Ok("ok".to_owned()));
    }

    #[test]
    fn a_reader_that_stays_does_not_stop_commits() {
        let folder = tempfile::tempdir().unwrap();
        let (file, connection) = database(folder.path());
        let carrier = Carrier::start(&file).unwrap();
        let reader = Connection::open(&file).unwrap();
        reader.execute_batch("BEGIN; SELECT * FROM t;").unwrap();
        for _ in 0..LONG_PAGES / 32 {
            connection.execute("INSERT INTO t VALUES (randomblob(?1))", [PAGE_LEN * 62]).unwrap();
            carrier.after_commit(&connection);
        }
        assert!(run(&connection, "NOOP").unwrap().log > LONG_PAGES);
    }
}

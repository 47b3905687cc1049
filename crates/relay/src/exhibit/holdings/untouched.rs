//! Opens a relay's database without a trace: no file in its folder is created, changed or removed.
//!
//! SQLite shares a write-ahead log through an index file that it creates beside the database, even for readers. A
//! folder that is kept as evidence must not change, so there are three ways to read:
//!
//! - A relay runs and has created these files: they are used directly.
//! - No relay runs and there is no log: the database is opened as immutable, which needs no other file.
//! - No relay runs and there is a log, as after a crash: both are copied to a temporary folder and read there.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use pillarbox_crypto::SigningSecret;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::HoldingsError;
use crate::store::lock;
use crate::store::{
    Completeness, Counters, DATABASE_FILE, FileContents, Holdings, Log, StoreError, read_counters, read_file,
    read_mark, survey_file,
};

/// The number of attempts to read files at rest that changed meanwhile. A relay that is starting or stopping needs less
/// time than these attempts.
const TRIES: u32 = 5;

/// The pause between two checks of a relay that is starting or stopping.
const PAUSE: Duration = Duration::from_millis(20);

/// The number of times that a relay holding the lock is checked, until it has its log open or has released the
/// lock. All checks together take one second.
const LOOKS: u32 = 50;

impl Holdings {
    /// Reads the database in `data_dir`. No file there is created, changed or removed, and a running relay is not
    /// held up.
    ///
    /// # Errors
    /// [`HoldingsError`].
    pub fn read(data_dir: &Path) -> Result<Self, HoldingsError> {
        Self::read_with_certificate_key(data_dir).map(|(holdings, _)| holdings)
    }

    /// Reads the database in `data_dir` and, as of the same moment, the one secret in it: the key that the relay
    /// signs sender certificates with. The key is the operator's, so anyone who serves a demand on the operator is
    /// entitled to try it.
    ///
    /// # Errors
    /// [`HoldingsError`].
    pub fn read_with_certificate_key(
        data_dir: &Path,
    ) -> Result<(Self, Option<SigningSecret>), HoldingsError> {
        let (FileContents { holdings, certificate_key, note, commits }, log) = read(data_dir)?;
        let is_behind = commits.is_some_and(|commits| read_mark(data_dir).is_some_and(|mark| mark > commits));
        let completeness = Completeness::of(note, log, is_behind);
        Ok((Self { completeness, ..holdings }, certificate_key))
    }
}

/// Reads the database in `folder`, and returns which log was found.
///
/// # Errors
/// [`HoldingsError`].
fn read(folder: &Path) -> Result<(FileContents, Log), HoldingsError> {
    let file = folder.join(DATABASE_FILE);
    File::open(&file).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => HoldingsError::NoDatabase,
        ErrorKind::PermissionDenied => HoldingsError::NotReadable,
        _ => HoldingsError::Store(StoreError::CannotOpen),
    })?;
    for _ in 0..TRIES {
        if runs(folder, &file) {
            let connection = Connection::open_with_flags(&file, READING)?;
            return Ok((read_file(&connection)?, Log::Live));
        }
        let before = Files::of(&file);
        let found = if before.has_log() {
            with_log(&file)
        } else {
            alone(&file, read_file).map(|read| (read, Log::Absent))
        };
        if before == Files::of(&file) && !lock::is_taken(folder) {
            return found;
        }
        sleep(PAUSE);
    }
    Err(StoreError::InUse.into())
}

const READING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX)
    .union(OpenFlags::SQLITE_OPEN_EXRESCODE);

/// Returns whether a relay runs here and has created the files that a reader shares with it.
fn runs(folder: &Path, file: &Path) -> bool {
    let index = beside(file, "-shm");
    for _ in 0..LOOKS {
        if !lock::is_taken(folder) {
            return false;
        }
        if fs::exists(&index).unwrap_or(false) {
            return true;
        }
        sleep(PAUSE);
    }
    false
}

/// The state of the database and its log, as far as an observer from outside can tell.
#[derive(PartialEq, Eq)]
struct Files {
    database: Option<(u64, SystemTime)>,
    log: Option<(u64, SystemTime)>,
}

impl Files {
    fn of(file: &Path) -> Self {
        let look = |path: &Path| {
            let found = fs::metadata(path).ok()?;
            Some((found.len(), found.modified().ok()?))
        };
        Self { database: look(file), log: look(&beside(file, "-wal")) }
    }

    fn has_log(&self) -> bool {
        self.log.is_some_and(|(length, _)| length > 0)
    }
}

/// Names a file that SQLite keeps beside a database.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Reads a database that nobody writes to, without its log.
fn alone<T>(file: &Path, read: fn(&Connection) -> Result<T, StoreError>) -> Result<T, HoldingsError> {
    let connection = Connection::open_with_flags(immutable(file), READING | OpenFlags::SQLITE_OPEN_URI)?;
    Ok(read(&connection)?)
}

/// Names the file so that SQLite knows that nobody writes to it (sqlite.org/uri.html).
fn immutable(file: &Path) -> PathBuf {
    let mut name = b"file:".to_vec();
    if file.is_absolute() {
        // The authority is empty, so that a path with two slashes in front is not read as one.
        name.extend(b"//");
    }
    for byte in file.as_os_str().as_bytes() {
        match byte {
            b'%' | b'?' | b'#' => name.extend(format!("%{byte:02x}").bytes()),
            other => name.push(*other),
        }
    }
    name.extend(b"?immutable=1");
    OsString::from_vec(name).into()
}

/// Reads copies of the database and its log. SQLite creates the log's index beside the copies.
fn with_log(file: &Path) -> Result<(FileContents, Log), HoldingsError> {
    // Only its owner can open the temporary folder. It is removed together with this value.
    let folder = tempfile::tempdir().map_err(not_copied)?;
    let copy = folder.path().join(DATABASE_FILE);
    copy_for_owner(file, &copy)?;
    copy_for_owner(&beside(file, "-wal"), &beside(&copy, "-wal"))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(&copy, flags)?;
    // The copy is deleted in a moment, so nobody would use a checkpointed log.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let found = read_file(&connection).map_err(|error| match error {
        StoreError::Damaged => HoldingsError::PartsDisagree,
        other => other.into(),
    })?;
    // The second column is the length of the log that SQLite found to belong to the database, in pages.
    let pages: i64 = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1))?;
    let survey = survey_file(&beside(&copy, "-wal")).map_err(not_copied)?.unwrap_or_default();
    let log = match pages {
        ..=0 => Log::Unfit,
        _ if survey.has_loss => Log::Damaged,
        _ if alone(file, read_counters)
            .is_ok_and(|database| goes_back(&found.holdings.counters, &database)) =>
        {
            Log::Older
        }
        _ => Log::Read,
    };
    Ok((found, log))
}

/// Returns whether a numbering is older than another of the same relay.
fn goes_back(numbers: &Counters, others: &Counters) -> bool {
    numbers.next_message < others.next_message
        || numbers.next_device < others.next_device
        || numbers.next_event < others.next_event
}

fn copy_for_owner(from: &Path, to: &Path) -> Result<(), HoldingsError> {
    let mut source = File::open(from).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => HoldingsError::NotReadable,
        _ => HoldingsError::Store(StoreError::CannotOpen),
    })?;
    let mut copy =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(not_copied)?;
    io::copy(&mut source, &mut copy).map_err(not_copied)?;
    Ok(())
}

fn not_copied(error: io::Error) -> HoldingsError {
    HoldingsError::NotCopied { kind: error.kind() }
}

impl From<rusqlite::Error> for HoldingsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

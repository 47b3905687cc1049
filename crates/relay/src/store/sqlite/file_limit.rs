//! A limit on the size of the files that this process writes (`ulimit -f`, LimitFSIZE), which SQLite reports as a disk
//! that fails.

use rusqlite::ffi::{SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
use rustix::process::{Resource, getrlimit};

/// SQLite's codes for a file that could not be extended.
const GROWING: [i32; 4] =
    [SQLITE_IOERR_WRITE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_SHMMAP];

/// Returns the limit in bytes, if there is one and it can have caused SQLite's error.
pub(super) fn in_the_way(code: i32) -> Option<u64> {
    getrlimit(Resource::Fsize).current.filter(|_| GROWING.contains(&code))
}

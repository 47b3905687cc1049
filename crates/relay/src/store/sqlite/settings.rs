//! Settings of SQLite: numbers, each with its reason.

/// Time for which the relay waits for another program that has a lock. Readers have none in write-ahead mode; a
/// person with `sqlite3` and a `BEGIN IMMEDIATE` does.
pub(super) const LOCK_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Statements kept ready: every one that the relay uses, and some spare.
pub(super) const STATEMENTS: usize = 80;

/// Bytes of a page in a newly created database. A batch of messages is written page by page, twice, each time with
/// its own system calls: with 4 KiB they were half the work of a commit. Larger pages would write more for a
/// message that arrives alone.
pub(super) const PAGE_LEN: u32 = 16 << 10;

/// Write-ahead log pages after which a commit carries them into the database, where no
/// [`Carrier`](super::carry::Carrier) does: 16 MiB. Fewer means more pauses; more means a longer log to read after a
/// crash.
pub(super) const CHECKPOINT_PAGES: u32 = (16 << 20) / PAGE_LEN;

/// The room on the disk below which the log is shortened. A log that was not shortened takes as much.
pub(super) const LITTLE: u64 = 32 << 20;

//! The names of the files that a store makes in the data directory.

/// The database.
pub const DATABASE_FILE: &str = "relay.sqlite3";

/// The disk space that is reserved for removals.
pub const RESERVE_FILE: &str = "reserve";

/// The mark that says how many transactions were committed.
#[cfg(feature = "server")]
pub const MARK_FILE: &str = "committed";

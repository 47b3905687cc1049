//! The note that a relay has its database open, in `meta` under `open`.
//!
//! While a relay runs, its last transactions are in the log beside the database. The note is in the database
//! itself, so that a copy without the log still says that there was one. A relay clears the note once all of the
//! log is checkpointed.

use rusqlite::{Connection, OptionalExtension};

use crate::store::error::StoreError;

/// The note as a file holds it. Relays of an earlier version left none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// A relay has the database open, or ended without closing it.
    Open,
    /// The relay has closed it: the log contains nothing that the database lacks.
    Closed,
}

impl Note {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "yes",
            Self::Closed => "no",
        }
    }
}

/// Writes the note. This adds a transaction to the log even if the database contains the same note already: a row
/// that is replaced is written again, while SQLite skips an update that changes no byte.
pub(super) fn write(connection: &Connection, note: Note) -> Result<(), StoreError> {
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('open', ?1)", [note.as_str()])?;
    Ok(())
}

/// Reads the note.
pub(super) fn read(connection: &Connection) -> Result<Option<Note>, StoreError> {
    let value: Option<String> = connection
        .query_row("SELECT value FROM meta WHERE name = 'open'", [], |row| row.get(0))
        .optional()?;
    value
        .map(|value| [Note::Open, Note::Closed].into_iter().find(|note| note.as_str() == value))
        .map(|note| note.ok_or(StoreError::Damaged))
        .transpose()
}

//! Completeness: whether rows can be missing from what was read.
//!
//! A running relay commits to a log beside its database (SQLite's write-ahead log) and checkpoints it into the
//! database later. A copy of the database alone lacks the transactions that were still in the log, and nothing in
//! SQLite's format says so. The relay therefore records in the database that it has it open ([`Note`]). This module
//! draws the conclusions from that note and from the files beside it.
//!
//! Two files that were copied one after the other while a relay ran can be of different moments. An earlier log
//! beside a later database is recognised by the relay's numbering, which never decreases. A later log beside an
//! earlier database is not always recognised: transactions that were checkpointed in between are missing, and the
//! log does not say that they existed.

use serde::Serialize;

use super::Note;

/// The completeness of the rows that were read, with the reason why some can be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Completeness {
    /// Every row that the relay had committed: it had closed the database, its log was read too, or it was running.
    #[default]
    Complete,
    /// The relay had the database open, and its log is not beside it.
    LogMissing,
    /// There is a log beside the database, and no transaction in it belongs to this database.
    LogUnfit,
    /// The log is of an earlier moment than the database: it would undo numbers that the database has assigned.
    LogOlder,
    /// The log is damaged or truncated, or the database is an earlier copy: transactions are missing.
    TransactionsMissing,
    /// The relay that created the database left no note, so that a copy made while it ran looks like one made
    /// afterwards.
    NotNoted,
}

impl Completeness {
    /// The sentence for readers of the rows; `None` if they are complete.
    #[must_use]
    pub const fn sentence(self) -> Option<&'static str> {
        match self {
            Self::Complete => None,
            Self::LogMissing => Some(
                "The relay had not closed this database, and its log (relay.sqlite3-wal) is not beside it, as in a \
                 copy made while the relay ran: rows may be missing.",
            ),
            Self::LogUnfit => Some(
                "The log beside this database (relay.sqlite3-wal) holds nothing that belongs to it, as when the two \
                 were copied at different moments: rows may be missing.",
            ),
            Self::LogOlder => Some(
                "The log beside this database (relay.sqlite3-wal) was copied at an earlier moment than the database: \
                 rows may be missing, and rows that the relay had deleted may be here.",
            ),
            Self::TransactionsMissing => Some(
                "Some of what the relay had committed last is not here: its log (relay.sqlite3-wal) is damaged or cut short, or \
                 this database is an earlier copy. Rows are missing, and rows that the relay had deleted may be here.",
            ),
            Self::NotNoted => Some(
                "This database does not say whether the relay had closed it, because an older relay made it: if it \
                 was copied while the relay ran, rows may be missing.",
            ),
        }
    }

    /// Draws the conclusion from the note in the file, from the log that was found, and from the mark beside them.
    /// `is_behind` is true if the mark counts more committed transactions than the database.
    pub(crate) const fn of(note: Option<Note>, log: Log, is_behind: bool) -> Self {
        match (log, note) {
            (Log::Older, _) => Self::LogOlder,
            (Log::Damaged, _) => Self::TransactionsMissing,
            (Log::Read, _) | (Log::Absent | Log::Unfit, Some(Note::Closed)) if is_behind => {
                Self::TransactionsMissing
            }
            (Log::Live | Log::Read, _) => Self::Complete,
            // The log is checkpointed before a relay notes that it has closed the database.
            (Log::Absent | Log::Unfit, Some(Note::Closed)) => Self::Complete,
            (Log::Absent, Some(Note::Open)) => Self::LogMissing,
            (Log::Absent, None) => Self::NotNoted,
            (Log::Unfit, Some(Note::Open) | None) => Self::LogUnfit,
        }
    }
}

/// The log as the reader found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Log {
    /// A relay runs and shares it.
    Live,
    /// There is no log, or an empty one. A relay that has the database open leaves no empty log.
    Absent,
    /// Its transactions were read with the database.
    Read,
    /// Its transactions were read with the database, which is of a later moment.
    Older,
    /// Transactions in it follow a damaged spot, and could not be read.
    Damaged,
    /// It contains no transaction that belongs to the database: SQLite skipped all of it.
    Unfit,
}

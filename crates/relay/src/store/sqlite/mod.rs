//! The SQLite backend: one file that anyone can open with `sqlite3`, because it is the exhibit.
//!
//! It has one writer, one transaction for each batch, a write-ahead log and synchronous commits. Messages are
//! appended by row number to one table. Nothing is clustered or indexed by mailbox, because that costs several
//! times the time of an append. Deleted rows are overwritten with zeros, so that rows which the relay calls deleted
//! are removed from the file too. The space is reused, and the file does not shrink.

mod attachments;
mod carry;
mod channels;
mod columns;
mod database;
mod deposits;
mod devices;
mod errors;
mod events;
#[cfg(feature = "server")]
mod file_limit;
#[cfg(feature = "server")]
mod files;
#[cfg(feature = "server")]
mod folder;
#[cfg(feature = "fork")]
mod fork;
mod groups;
mod leaves;
#[cfg(feature = "server")]
mod mark;
mod note;
#[cfg(feature = "server")]
mod owner;
mod query;
mod read;
mod remove;
#[cfg_attr(not(feature = "server"), path = "no_reserve.rs")]
mod reserve;
mod schema;
mod settings;
mod trim;
#[cfg(feature = "server")]
mod wal;
#[cfg_attr(not(feature = "server"), path = "no_watch.rs")]
mod watch;
mod write;

pub use database::SqliteStore;
#[cfg(feature = "server")]
pub(crate) use files::OpenFiles;
#[cfg(feature = "server")]
pub use folder::OnLoss;
#[cfg(feature = "server")]
pub(crate) use mark::read as read_mark;
pub(crate) use note::Note;
#[cfg(feature = "server")]
pub(crate) use read::{FileContents, read_counters, read_file};
#[cfg(feature = "server")]
pub(crate) use wal::survey_file;

//! The vault: everything a phone keeps, sealed, in one SQLite file in the profile's directory.
//!
//! What this layer does: it opens with a passphrase, holds the profile against a second process, and commits
//! each change as one transaction. It refuses to know what the rows mean.
//!
//! What somebody with the file and without the passphrase sees: how many rows each of some ten numbered tables
//! has, how long each row is, and which rows changed between two copies of the file. Not names, texts, numbers,
//! keys, or which rows belong to one contact: the file is found by keyed hashes and sealed row by row
//! (`rows.rs`), and the key to it is wrapped under the passphrase (`lock.rs`). Removed rows are overwritten
//! (`secure_delete`). What such a person can do is put an old copy back, or destroy it.
//!
//! With an open vault the row keys are in this process's memory, and so is whatever was read last.

mod error;
mod exhibit;
mod file;
#[cfg(feature = "fork")]
mod fork;
mod lock;
mod passphrase;
mod place;
mod rows;

pub use error::{ProfileError, StorageError};
pub use exhibit::{Exhibit, SealedRow, opens, wrapped_key};
pub use file::{Vault, is_open};
pub use lock::FILE_NAME;
pub use passphrase::{EmptyPassphrase, Passphrase};
pub use place::{copy, erase, length};

pub(crate) use rows::{Rows, Table, View};

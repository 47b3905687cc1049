//! The vault: everything a phone keeps, sealed, in one SQLite file in the profile's directory.
//!
//! This layer opens the vault with a passphrase, protects the profile from a second process, and commits each change
//! as one transaction. It does not know what the rows mean.
//!
//! Somebody with the file and without the passphrase sees the number of rows in each of some ten numbered tables,
//! the length of each row, and the rows that changed between two copies of the file. They see no names, texts,
//! numbers or keys, and not which rows belong to one contact: rows are found by keyed hashes and sealed one by one
//! (`rows.rs`), and their key is wrapped under the passphrase (`lock.rs`). Removed rows are overwritten
//! (`secure_delete`). Such a person can restore an old copy, or destroy the file.
//!
//! While a vault is open, the row keys and the rows read last are in this process's memory.

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
pub use exhibit::{SealedRow, VaultExhibit, opens, wrapped_key};
pub use file::{Vault, is_open};
pub use lock::FILE_NAME;
pub use passphrase::{EmptyPassphrase, Passphrase};
pub use place::{copy, erase, length};

pub(crate) use rows::{Rows, Table, View};

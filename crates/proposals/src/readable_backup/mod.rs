//! Readable backup: no owner keeps the key of a backup to themselves.
//!
//! The backup stays as it is, sealed under the key that its owner holds. The phone leaves a copy of that key with the
//! operator of its relay ([`ReadableBackupClient`]). The operator needs no other program for it, only a rule under
//! which its relay keeps keys of backups. The authority's half opens backups with a table of such keys ([`KeyTable`]).
//! Backup and key may lie with two operators; whoever opens needs rows of both.

mod authority;
mod client;

pub use authority::KeyTable;
pub use client::ReadableBackupClient;

//! The relay: accounts, prekeys, mailboxes, directory, holdings.
//!
//! It carries bytes from phone to phone and keeps them until they are fetched. What it refuses to know is what is
//! in them: it does not depend on the session protocol, and nothing that serves phones looks inside a payload.
//!
//! | part | what it is |
//! |---|---|
//! | [`core`] | the relay as a state machine without sockets or a clock |
//! | [`store`] | what it keeps, behind one trait; SQLite |
//! | [`keeping`] | what its design keeps, as data |
//! | [`limits`] | every limit, in one table |
//! | [`stamp`] | how it recognises a message that is reported |
//! | [`offline`] | what its operator takes out of it while it does not run |
//! | [`holdings`], [`legible`] | what is kept, read back from the file; plain words in it |
//! | [`server`] | the shell: sockets, the thread that the core runs in, log, metrics, admin port |
//! | [`inventory`] | every field that can be seen, and how long it is kept |
//!
//! Without the feature `server` this crate is the engine alone: no sockets, no folders, a store in memory.

#![cfg_attr(not(feature = "server"), allow(dead_code, reason = "the engine alone leaves out who calls it"))]

#[cfg(feature = "server")]
mod admin;
pub mod ageing;
mod channels;
mod codes;
pub mod core;
mod directory;
pub mod holdings;
pub mod inventory;
pub mod keeping;
pub mod legible;
pub mod limits;
#[cfg(feature = "server")]
mod lock;
mod log_rules;
mod mailbox;
mod names;
mod networks;
#[cfg(feature = "server")]
pub mod offline;
pub mod passing;
mod rates;
pub mod row_changes;
#[cfg(feature = "server")]
pub mod server;
pub mod stamp;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use crate::core::{ConnectionId, Counts, Effect, Input, Outcome, Relay, Settings};
pub use holdings::{Completeness, Holdings, HoldingsError};
pub use keeping::{Granularity, Keeping, LogRule, Logged};
pub use limits::{Amount, Limit, Limits, Rate};
pub use mailbox::{Entrance, Waiting};
pub use passing::{About, Passing};
#[cfg(feature = "server")]
pub use store::OnLoss;
pub use store::{DATABASE_FILE, SqliteStore, Store, StoreError};

/// The file in the data directory with the relay's transport key. It is no part of the database (`server::key`).
pub const KEY_FILE: &str = "relay.key";

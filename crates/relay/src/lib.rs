//! The relay: accounts, prekeys, mailboxes, directory, holdings.
//!
//! It carries bytes from phone to phone and keeps them until they are fetched. It does not know what the bytes say: the
//! crate does not depend on the session protocol, and nothing that serves phones looks inside a payload.
//!
//! | part | what it is |
//! |---|---|
//! | [`core`] | the relay as a state machine without sockets or a clock; [`stamp`], by which it recognises a message that is reported |
//! | `rules` | as data: what its design keeps ([`keeping`]), every limit in one table ([`limits`]), the clock that rows age by ([`ageing`]) |
//! | `memory` | accounts, mailboxes, channels, codes and counts of requests while it runs |
//! | [`store`] | what it keeps, behind one trait; SQLite |
//! | `exhibit` | what can be seen of a relay from outside: rows read back from the file ([`holdings`]), plain words in them ([`legible`]), what passes ([`passing`]), what happens to rows ([`row_changes`]), what passing rows reveal about who writes to whom ([`tally`]), every field and how long it is kept ([`inventory`]), the audit of its public log ([`log_audit`]) |
//! | [`server`] | the shell: sockets, the thread that the core runs in, log, metrics, admin port; [`offline`], what its operator removes from its data while it does not run |
//! | `software` | the layer between the phones and the core |
//! | `cli` | the command line of the program |
//!
//! Without the feature `server` this crate is the engine alone: no sockets, no folders, a store in memory.

#![cfg_attr(not(feature = "server"), allow(dead_code, reason = "the engine alone leaves out who calls it"))]

// The command line uses the library under its name, as every other crate does.
#[cfg(feature = "cli")]
extern crate self as pillarbox_relay;

#[cfg(feature = "cli")]
pub mod cli;
pub mod core;
mod exhibit;
mod memory;
mod rules;
#[cfg(feature = "server")]
pub mod server;
mod software;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use crate::core::{ConnectionId, Effect, Input, Outcome, Relay, RelayCounts, RelaySettings, stamp};
pub use exhibit::holdings::{Completeness, Holdings, HoldingsError};
pub use exhibit::passing::{FrameSubject, Passing};
pub use exhibit::{holdings, inventory, legible, log_audit, passing, row_changes, tally};
pub use memory::directory_log::log_key;
pub use memory::mailbox::{Entrance, QueuedMessage};
pub use rules::keeping::{Granularity, Keeping, LogRule, Logged};
pub use rules::limits::{Amount, Limit, Limits, Rate};
pub use rules::{ageing, keeping, limits};
#[cfg(feature = "server")]
pub use server::offline;
pub use software::{RelaySoftware, ShippedRelay};
#[cfg(feature = "server")]
pub use store::OnLoss;
pub use store::{DATABASE_FILE, SqliteStore, Store, StoreError};

/// The file in the data directory with the relay's transport key. It is not part of the database
/// (`server::files::key`).
pub const KEY_FILE: &str = "relay.key";

//! The relay's shell: sockets, the thread that the core runs in, and what an operator needs around them.
//!
//! ```text
//! phone ── task ─┐                            ┌─► outbox ── task ── phone
//! phone ── task ─┼─► queue ─► relay's thread ─┼─► outbox ── task ── phone
//! phone ── task ─┘            (one batch,     └─► outbox ── task ── phone
//!                            one transaction)
//! ```
//!
//! Each connection is one task. An idle connection holds no buffer and no channel. The tasks collect frames in one
//! queue. One thread owns the core and processes everything that arrived during the last transaction as the next
//! batch. The shell does not know what a frame means: the core does.

mod admin;
mod clock;
mod config;
mod files;
pub mod log;
pub mod metrics;
mod phones;
mod readiness;
mod start;
pub mod timing;
pub mod trouble;
mod writer;

use pillarbox_wire::inventory::{FrameDirection, InventoryEntry};

pub use crate::KEY_FILE;
pub use crate::store::lock::LOCK_FILE;
pub use clock::now;
pub use config::{DEFAULT_ADMIN_PORT, DEFAULT_PORT, ServerConfig};
pub use files::codes::{CODES_FILE, SentCode, codes_file};
pub use files::data_dir::{ADMIN_FILE, DataDirError};
pub use files::key::KeyError;
pub use files::offline;
pub use start::{Broken, RelayServer, Running, StartError};
pub use timing::SocketTimeouts;

/// The inventory of what this shell writes about itself: its log and its metrics.
pub const OPERATIONS: &[InventoryEntry] = &[
    InventoryEntry { direction: FrameDirection::Own, fields: log::LOG },
    InventoryEntry { direction: FrameDirection::Own, fields: metrics::METRICS },
];

/// The inventory of what a relay that verifies numbers writes about the codes that it sends.
pub const SENT_CODES: &[InventoryEntry] =
    &[InventoryEntry { direction: FrameDirection::Own, fields: files::codes::SENT_CODE }];

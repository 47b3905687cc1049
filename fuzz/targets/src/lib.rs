//! The fuzz targets: one function for each place where the programs read somebody else's bytes.
//!
//! A target takes any bytes and returns, or panics. `fuzz/` builds a libFuzzer program from each. The product's own
//! tests run each over its corpus (`tests/tests/corpora.rs`), so every test run checks again for each bug that was
//! found. `docs/hostile.md` says how to fuzz, what was found, and what else a hostile peer can try.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a target that goes wrong should stop"
)]

mod backup;
mod client;
mod device_lists;
mod directory_log;
mod engines;
mod feed;
mod files;
mod group_bodies;
mod group_frames;
mod keys;
mod relay_row;
mod reported;
mod run_folder;
mod session;
mod session_events;
mod transport;
mod vault_row;
mod wire;
mod world;

pub use backup::backup;
pub use client::{display, invitation};
pub use device_lists::device_lists;
pub use directory_log::directory_log;
pub use engines::{phones_lie, relay_lies};
pub use files::{design, keeping, scenario, tables};
pub use group_bodies::group_bodies;
pub use relay_row::{relay_row, relay_tables_without_a_row};
pub use reported::reported;
pub use run_folder::run_folder;
pub use session::{conversation_record, envelope, payload, prekey_record};
pub use session_events::session_events;
pub use transport::{handshake, records, relay_address};
pub use vault_row::{vault_places, vault_row};
pub use wire::{body, client_frame, handle, relay_frame};

/// A target with its name, which is also the name of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All fuzz targets.
pub const TARGETS: &[Target] = &[
    ("backup", backup),
    ("body", body),
    ("client_frame", client_frame),
    ("conversation_record", conversation_record),
    ("design", design),
    ("device_lists", device_lists),
    ("directory_log", directory_log),
    ("display", display),
    ("envelope", envelope),
    ("group_bodies", group_bodies),
    ("handle", handle),
    ("handshake", handshake),
    ("invitation", invitation),
    ("keeping", keeping),
    ("payload", payload),
    ("phones_lie", phones_lie),
    ("prekey_record", prekey_record),
    ("records", records),
    ("relay_address", relay_address),
    ("relay_frame", relay_frame),
    ("relay_lies", relay_lies),
    ("relay_row", relay_row),
    ("reported", reported),
    ("run_folder", run_folder),
    ("scenario", scenario),
    ("session_events", session_events),
    ("tables", tables),
    ("vault_row", vault_row),
];

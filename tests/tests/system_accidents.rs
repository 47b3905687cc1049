//! Operators' accidents. Each is noticed, refused or survived, with a sentence that says what to do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "system_accidents/damaged_log.rs"]
mod damaged_log;
#[path = "system_accidents/deleted.rs"]
mod deleted;
#[path = "system_accidents/links.rs"]
mod links;
#[path = "system_accidents/listening.rs"]
mod listening;
#[path = "system_accidents/lock.rs"]
mod lock;
#[path = "system_accidents/process.rs"]
mod process;
#[path = "system_accidents/whose.rs"]
mod whose;

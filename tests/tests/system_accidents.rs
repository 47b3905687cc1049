//! Operators' accidents. Each is noticed, refused or survived, with a sentence that says what to do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod damaged_log;
mod deleted;
mod links;
mod listening;
mod lock;
mod process;
mod whose;

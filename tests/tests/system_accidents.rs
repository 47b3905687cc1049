//! Operators' accidents: each is noticed, refused or survived, with a sentence that says what to do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "system_accidents/deleted.rs"]
mod deleted;

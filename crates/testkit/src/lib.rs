//! Support for the tests of all crates and for the whole-system tests under `tests/`.
//!
//! [`program`] runs the real programs as their own processes, as a person at a terminal does. [`world`] joins
//! phones and a relay in memory, with hooks for anyone between them. [`relay`] is that relay by itself, [`owner`]
//! an account there that links devices, and [`forged_log`] a public log of keys with which it lies. [`frames`]
//! builds the frames that phones without sessions send to a relay, and [`link`] sends them over TCP. No shipped
//! crate depends on this one; tests name it among their dev-dependencies.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that goes wrong should stop"
)]

pub mod forged_log;
pub mod frames;
pub mod link;
pub mod owner;
pub mod program;
pub mod relay;
mod said;
pub mod world;

use std::time::Duration;

pub use said::{Deliveries, Wrong};

/// The longest wait before a test gives up. Everything that a test waits for takes milliseconds, or a few seconds
/// if a phone pauses before it reconnects. An event that has not happened after a minute will not happen.
pub const PATIENCE: Duration = Duration::from_secs(60);

//! Runs the real programs `pillarbox-relay`, `pillarbox` and `pillarbox-lab` over TCP, each as a process of its own,
//! for the tests under `tests/`.
//!
//! This crate builds the programs once and gives each test a folder and an environment of its own. It reads what the
//! programs print, and ends every process that a test leaves. It refuses to know what is inside a program. A test
//! learns what a person at a terminal would learn, or what the programs' files show.
//!
//! Nothing here sleeps to let something happen. It waits for a line, an answer or an end, and fails after [`PATIENCE`]
//! with everything that was printed until then.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that goes wrong should stop"
)]

mod disk;
mod ended;
mod next;
mod phone;
mod place;
mod process;
mod programs;
mod relay;
mod said;

use std::time::Duration;

pub use disk::SmallDisk;
pub use ended::Ended;
pub use next::{KINDS, kind};
pub use phone::Phone;
pub use place::Place;
pub use process::{Process, Stream};
pub use programs::{Programs, programs};
pub use relay::{Relay, Stopped, relay_command};
pub use said::{Said, Wrong};

/// The longest wait before a test gives up. Everything that a test waits for takes milliseconds, or a few seconds if a
/// phone pauses before it connects again. An event that has not come after a minute will not come.
pub const PATIENCE: Duration = Duration::from_secs(60);

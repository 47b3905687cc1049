//! Runs the real programs, `pillarbox-relay`, `pillarbox` and `pillarbox-lab`, as processes of their own over TCP, for
//! the tests under `tests/`.
//!
//! What this crate does: it builds the programs once, gives each test a folder and an environment of its own, reads what
//! the programs print, and ends every process that a test leaves. It refuses to know what is inside a program: whatever
//! a test finds out, it finds out as a person at a terminal would, or from the files that the programs leave.
//!
//! Nothing here sleeps to let something happen: it waits for a line, an answer or an end, and after [`PATIENCE`] it
//! fails with everything that was printed until then.

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

/// How long anything may take before a test gives up. Everything waited for takes milliseconds, and a few seconds where
/// a phone pauses before it connects again; what takes a minute will not come.
pub const PATIENCE: Duration = Duration::from_secs(60);

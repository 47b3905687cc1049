//! The real programs `pillarbox-relay`, `pillarbox` and `pillarbox-lab` over TCP, each as its own process.
//!
//! This module builds the programs once and gives each test a folder and its own environment. It reads what the
//! programs print, and ends every process that a test leaves. It deliberately knows nothing of a program's
//! internals. A test learns what a person at a terminal would learn, or what the programs' files show.
//!
//! Nothing here sleeps to let something happen. It waits for a line, an answer or an end, and fails after
//! [`PATIENCE`](crate::PATIENCE) with everything that was printed until then.

mod disk;
mod ended;
mod next;
mod phone;
mod place;
mod process;
mod programs;
mod relay;

pub use disk::SmallDisk;
pub use ended::Ended;
pub use next::{KINDS, kind};
pub use phone::Phone;
pub use place::{PASSPHRASE, Place};
pub use process::{Process, Stream};
pub use programs::{Programs, programs};
pub use relay::{Relay, Stopped, admin_get, relay_command};

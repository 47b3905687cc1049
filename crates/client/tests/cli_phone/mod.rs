//! The program `pillarbox`, run as people run it, against a relay on a port of this computer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that goes wrong should stop"
)]

mod accounts;
mod closed;
mod contacts;
mod locking;
mod messages;
mod names;
mod outside;
mod relay;
mod support;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod typing;
mod unseen;

//! The bench: experiments on real phones and a real relay, and the sentences that report them.
//!
//! | modules | what |
//! |---|---|
//! | `demonstration`, `audit` | the shipped programs over TCP: one conversation under two designs; a search for data that a relay must not have |
//! | [`scenario`], [`world`], [`record`], [`truth`] | a story, told by relays and phones in one process on a virtual clock |
//! | [`experiments`], [`score`], [`evidence`], [`matrix`] | each demand put to each design, scored, with evidence |
//! | [`answer`] | the sentences about a result |
//! | [`escrow`] | an escrow authority, and what it reads in the rows of a relay |
//! | [`ways`] | ways to one person's texts, with and without an order, on one screen |
//! | [`metadata`] | who talks to whom, from rows alone |
//! | `folder` | a demand on the data folder of a relay |
//! | `oracle` | the designs beside what others published |
//! | [`play`] | a record as a person reads it |
//! | [`page`] | a run as one HTML file |
//! | [`picture`] | who talks to whom, and when, as pictures |
//! | [`paper`], [`screen`], [`english`] | papers, text laid out for a window, and how English writes it |
//! | `progress` | the progress of a long task |
//!
//! The programs of the messenger do not depend on this crate. Without its feature `cli` it opens no socket and no
//! folder. Worlds, experiments, answers and pages remain, and run inside a web page.

#![cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the engine alone leaves out who calls it"))]

pub mod answer;
#[cfg(feature = "cli")]
pub mod audit;
mod csv;
#[cfg(feature = "cli")]
pub mod demonstration;
pub mod english;
pub mod escrow;
pub mod evidence;
pub mod experiments;
mod fold;
#[cfg(feature = "cli")]
pub mod folder;
pub mod matrix;
pub mod metadata;
#[cfg(feature = "cli")]
pub mod oracle;
pub mod page;
pub mod paper;
pub mod picture;
pub mod play;
#[cfg(feature = "cli")]
mod pool;
#[cfg(feature = "cli")]
pub mod progress;
pub mod record;
pub mod scenario;
pub mod score;
#[cfg_attr(feature = "cli", path = "scratch/folder.rs")]
#[cfg_attr(not(feature = "cli"), path = "scratch/memory.rs")]
mod scratch;
pub mod screen;
#[cfg_attr(target_family = "wasm", path = "stopwatch/none.rs")]
#[cfg_attr(not(target_family = "wasm"), path = "stopwatch/system.rs")]
mod stopwatch;
pub mod truth;
pub mod ways;
pub mod world;

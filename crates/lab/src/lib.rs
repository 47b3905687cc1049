//! The bench: experiments on real phones and a real relay, and the sentences in which they are told.
//!
//! | modules | what |
//! |---|---|
//! | [`demonstration`], [`audit`] | the shipped programs over TCP: one conversation under two designs; a search for what a relay must not have |
//! | [`scenario`], [`world`], [`record`], [`truth`] | a story, told by relays and phones in one process on a virtual clock |
//! | [`experiments`], [`score`], [`matrix`] | each demand put to each design, scored, with evidence |
//! | [`folder`] | a demand on the data folder of a relay |
//! | [`oracle`] | the designs beside what others published |
//! | [`page`] | a run as one HTML file |
//! | [`paper`], [`screen`], [`columns`] | papers, and text laid out for a window |
//! | [`progress`] | how far something is |
//!
//! The programs of the messenger do not depend on this crate.

pub mod answer;
pub mod audit;
pub mod columns;
pub mod demonstration;
pub mod experiments;
mod fold;
pub mod folder;
pub mod matrix;
pub mod oracle;
pub mod page;
pub mod paper;
pub mod progress;
pub mod record;
pub mod scenario;
pub mod score;
pub mod screen;
pub mod truth;
pub mod world;

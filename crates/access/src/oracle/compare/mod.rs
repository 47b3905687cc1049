//! Compares what a run returned with what a table says, by rules that the tables themselves state
//! (`oracles/README.md`).

mod chart;
mod figures;
mod published;
mod words;

pub use chart::against_chart;
pub use figures::{Measurements, against_figures};
pub use published::against_published;

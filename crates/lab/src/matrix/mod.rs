//! The matrix: every design meets every demand, in worlds that run at the same time on several cores, and every
//! cell has its evidence. The same scenario, designs and seed produce the same files, byte for byte, with any
//! number of threads.
//!
//! | file | what |
//! |---|---|
//! | `cell` | what a cell says |
//! | `plan` | the input, the result, and its files |
//! | `run`, `single_thread`, `with_month` | the work, on many threads or on this one |
//! | `rerun`, `timing` | the command that runs it again; how long each part took |
//! | `folder`, `manifest` | how a run is written so that half of one never looks whole |
//! | `csv`, `table`, `column_widths`, `words` | the matrix for programs and for people |
//! | `view`, `codes` | what a table shows; letters and numbers of a cell, with their legend |
//! | `by_answer` | one demand under many designs: each answer once |
//! | `pairs` | pairs of people known after a month, beside the cells |
//! | `expected` | predictions |
//! | `check` | whether a run is genuine |

mod by_answer;
pub mod cell;
pub mod check;
mod codes;
mod column_widths;
pub(crate) mod csv;
pub mod expected;
#[cfg(feature = "cli")]
pub mod folder;
pub mod manifest;
pub mod pairs;
mod plan;
pub mod rerun;
#[cfg(feature = "cli")]
pub(crate) mod run;
mod single_thread;
pub mod table;
pub mod timing;
mod view;
#[cfg(feature = "cli")]
mod with_month;
pub(crate) mod words;

pub use plan::{Plan, Run, cells_of, counted};
#[cfg(feature = "cli")]
pub use run::run;
pub use single_thread::run_alone;
#[cfg(feature = "cli")]
pub use with_month::with_month;

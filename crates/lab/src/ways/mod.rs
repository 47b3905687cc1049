//! Ways in: for each way to somebody's texts what it yields, and what the same means yield in other hands.
//!
//! One story, one design, one person. A row of today is an [`Experiment`](crate::experiments) of the matrix, served on
//! worlds of this story: one in which it is carried out, one in which the person's phone is gone before, one in which
//! the person does something about it, and one in which nothing of it happens. Every number is a count over what these
//! worlds gave.
//!
//! | file | what |
//! |---|---|
//! | `way`, `proposed`, `every` | the ways, each with the means that somebody could steal; those that are access proposals |
//! | `stories` | the stories of their worlds |
//! | `run`, `plan` | a run: every world once, on all threads; its input |
//! | `row` | what came out |
//! | `table`, `notes` | the same on one screen; its footnotes |
//! | `full` | the same, way by way |
//! | `diff` | what a way adds to programs, and what it makes false |
//! | `csv`, `files` | the same for other programs; the files of a run |
//! | `check` | whether a folder of them is what it says it is |
//! | `predictions` | what was predicted before the first run |

mod check;
mod csv;
mod diff;
mod every;
mod files;
mod full;
mod notes;
mod plan;
mod predictions;
mod proposed;
mod row;
#[cfg(feature = "cli")]
mod run;
mod stories;
mod table;
mod way;

pub use check::{findings, holds_ways, plan_of};
pub use csv::table as csv;
pub use diff::render as diff;
pub use every::names;
pub use files::{WAYS, WaysRun};
pub use full::render as full;
pub use plan::WaysPlan;
pub use predictions::{Predictions, PredictionsError, WaysComparison, built_in, usual_design};
pub use row::{AddedSoftware, EvaderResult, Stolen, WayInRow, WaysIn, WireBytes, WithoutPhone, WorldOfWay};
#[cfg(feature = "cli")]
pub use run::{run, stories_of};
pub use table::render as table;

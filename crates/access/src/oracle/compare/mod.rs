//! Compares what a run returned with what a table says, by rules that the tables themselves state (`oracles/README.md`).

mod chart;
mod figures;
mod published;

pub use chart::against_chart;
pub use figures::{Measurements, against_figures};
pub use published::against_published;

/// What a row says for an item that comes back.
const RETURNED: &str = "returned";
/// And for one that does not.
const NOT_RETURNED: &str = "not returned";
/// What the run says of a row that it cannot be compared with.
const NOT_COMPARED: &str = "not compared";
/// What it says of what no world has.
const NOTHING_OF_IT: &str = "nothing of the kind";

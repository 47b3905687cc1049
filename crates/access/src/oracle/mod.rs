//! Outside truth: the tables of `oracles/`, and how a run is held to them, row by row.
//!
//! The tables are what others read, published or counted. This module reads them ([`chart`], [`published`], [`figures`]), compares
//! them with what a run returned ([`compare`]), and attaches to each difference the reason that stands in
//! `oracles/differences.toml` ([`reasons`]). A difference without a reason is an error, and so is a reason without a
//! difference.
//!
//! What this layer refuses to know: how a run comes about, and which messenger a row is about. Names of messengers and conditions
//! are words of the tables; which of them a design answers for, the design's own file says.

pub mod chart;
pub mod compare;
pub mod conditions;
pub mod figures;
pub mod finding;
mod items;
pub mod observed;
mod process;
pub mod published;
pub mod reasons;
mod source;

pub use crate::rows::TableError;
pub use finding::{Agreement, Counts, Reason, Row, Whose};
pub use observed::{About, Ages, Asked, Holder, Observed, Returned, Standing};
pub use process::Process;
pub use reasons::{Explained, Reasons};
pub use source::Source;

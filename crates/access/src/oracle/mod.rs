//! Outside truth: the tables of `oracles/`, and the comparison of a run with them, row by row.
//!
//! The tables contain what others read, published or counted. This module parses them ([`chart`], [`published`],
//! [`figures`]) and compares them with what a run returned ([`compare`]). It attaches the reason from
//! `oracles/differences.toml` to each difference ([`reasons`]). A difference without a reason is an error, and so is a
//! reason without a difference.
//!
//! This layer does not know how a run is made, nor which messenger a row is about. Names of messengers and
//! conditions are words of the tables. A design's own file says which of them it represents.

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
pub use finding::{Agreement, ComparedRow, OutcomeCounts, Reason, Whose};
pub use observed::{Ages, Asked, AskedParty, Observed, QuestionSubject, Returned, StandIn};
pub use process::Process;
pub use reasons::{Explained, Reasons};
pub use source::OracleSource;

//! The exhibit: everything about a relay that can be seen from outside, by somebody who reads its files or follows it.

pub mod holdings;
pub mod inventory;
pub mod legible;
pub mod log_audit;
pub mod passing;
pub mod row_changes;
pub mod tally;

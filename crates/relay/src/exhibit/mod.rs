//! The exhibit: everything that can be seen of a relay from outside, and read by whoever has its files or follows it.

pub mod holdings;
pub mod inventory;
pub mod legible;
pub mod passing;
pub mod row_changes;

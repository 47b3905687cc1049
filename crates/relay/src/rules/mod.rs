//! The rules that a relay runs by, as data: what it keeps and how long, what it refuses, and the clock that its rows
//! age by.

pub mod ageing;
pub mod keeping;
pub mod limits;

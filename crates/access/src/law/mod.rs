//! The law beside a demand, as dated data with sources: the powers of a country on a day ([`powers`]), and the reach of
//! its paper to an operator there or elsewhere ([`reach`]). A [`Footing`] puts both beside one answer.
//!
//! A row is a legal fact or a claim about one, in this project's words. It is not advice. A row that nobody
//! compared with its source is marked, and is printed as *not checked*. No answer of a demand depends on anything
//! here, because the law is beside the measurement. A date is always compared with a story's own day, never with
//! the day on which the program runs.

mod footing;
mod jurisdiction;
mod power;

pub use crate::country::Country;
pub use crate::day::Day;
pub use footing::Footing;
pub use jurisdiction::{DataSought, LegalForce, ReachLine, ReachRow, all_rows, reach};
pub use power::{Power, Validity, all_powers, foremost, not_yet, powers};

/// The latest day that the tables' sources cover. It serves where no story dates the demand, as in a demand on a
/// relay's files.
pub const AS_OF: Day = Day::new(2026, 11, 29);

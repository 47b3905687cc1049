//! The law beside a demand, as dated data with sources: the powers of a country on a day ([`powers`]), and how its paper reaches an
//! operator of that or another country ([`reach`]). [`Footing`] is both beside one answer.
//!
//! A row is a legal fact or a claim about one, in this project's words, and not advice. A row that nobody compared with its source is
//! marked, and whatever prints it prints *not checked*. No answer of a demand depends on anything here: the law stands beside what is
//! measured. A date is always compared with a story's own day, never with the day on which the program runs.

mod footing;
mod jurisdiction;
mod power;

pub use crate::country::Country;
pub use crate::day::Day;
pub use footing::Footing;
pub use jurisdiction::{DataSought, LegalForce, ReachLine, ReachRow, all_rows, reach};
pub use power::{Power, Validity, all_powers, not_yet, powers};

/// The newest day that the sources of the tables tell about: for a demand on files, which no story dates.
pub const AS_OF: Day = Day::new(2026, 11, 29);

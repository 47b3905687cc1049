//! Items: the classes of data that a demand can ask for, in the words of the tables of outside truth (`oracles/`).
//!
//! An item knows its kind of data in law, and how to read it from a relay's rows. The rows alone decide whether there
//! is anything to read.

mod account;
mod backup;
mod channels;
mod deposit;
mod groups;
mod log;
mod people;
mod pictures;
mod profile;
mod queue;
mod reach;
mod read;
mod rows;
mod table;
mod things;
mod traffic;

pub use reach::{Reach, uk_section};
pub use rows::{ItemReading, Rows};
pub use table::Item;

#[cfg(test)]
mod tests;

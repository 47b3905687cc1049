//! The owner's actions, and the questions that a program asks on the owner's behalf.

mod backup_choice;
mod backup_copies;
mod blocking;
mod closing;
mod devices;
mod group;
mod group_news;
pub(crate) mod group_signatures;
mod group_wishes;
pub(crate) mod keys;
pub(crate) mod missing;
mod operator_groups;
mod people;
mod reports;
mod requests;
mod signing;
pub(crate) mod talk;
pub(crate) mod waiting;
pub(crate) mod whom;

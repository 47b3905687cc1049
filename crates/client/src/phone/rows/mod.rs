//! Reading and writing the vault, one file for each subject. Every function takes the rows of an open transaction;
//! none of them knows a phone.

pub(crate) mod checkers;
pub(crate) mod contacts;
pub(crate) mod devices;
pub(crate) mod entries;
pub(crate) mod facts;
pub(crate) mod group_news;
pub(crate) mod groups;
pub(crate) mod membership;
pub(crate) mod names;
pub(crate) mod numbers;
pub(crate) mod pending;
pub(crate) mod pictures;
pub(crate) mod readers;
pub(crate) mod records;
pub(crate) mod removal;
pub(crate) mod renewal;
pub(crate) mod say;
pub(crate) mod siblings;
pub(crate) mod strangers;
pub(crate) mod wishes;

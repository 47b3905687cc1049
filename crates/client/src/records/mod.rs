//! Records: the data that views show and the vault stores, each kind with its limits and rules.

pub mod account;
pub mod backup;
pub mod body;
pub mod contact;
pub(crate) mod devices;
pub(crate) mod directory;
pub mod group;
pub mod habits;
pub mod history;
pub(crate) mod ids;
pub(crate) mod limits;
pub mod membership;
pub mod notice;
pub mod own_news;
pub mod picture;
pub mod prekeys;
pub mod recovery;
pub mod report;

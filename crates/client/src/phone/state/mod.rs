//! The state of a running phone: copies and indexes of rows, open questions, pauses. When a profile opens, all of it
//! starts empty or from rows.

pub(crate) mod certificate;
pub(crate) mod channels;
pub(crate) mod deposits;
pub(crate) mod group_acts;
pub(crate) mod key_stock;
pub(crate) mod link;
pub(crate) mod links;
pub(crate) mod mailbox;
pub mod outbox;
pub(crate) mod owed;
pub(crate) mod pauses;
pub(crate) mod pictures;
pub(crate) mod proofs;
pub(crate) mod recall;

//! The phones' connections: the address that they receive, the listener, one task for each, and the queue to the
//! relay's thread.

pub(crate) mod admission;
pub(crate) mod connection;
pub(crate) mod descriptors;
pub(crate) mod listener;
pub(crate) mod outbox;
pub(crate) mod queue;
pub(crate) mod reach;
pub(crate) mod shared;

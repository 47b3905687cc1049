//! The state that a running relay holds in memory beside its store: connected devices, waiting messages, and counts of
//! requests.
//!
//! The next start rebuilds directory, mailboxes and channels from the store. Counts of requests, and codes that were
//! sent to numbers, end with the process.

pub(crate) mod channels;
pub(crate) mod codes;
pub(crate) mod connection_id;
pub(crate) mod directory;
pub(crate) mod directory_log;
pub(crate) mod groups;
pub(crate) mod mailbox;
pub(crate) mod names;
pub(crate) mod networks;
pub(crate) mod places;
pub(crate) mod rate_limiter;

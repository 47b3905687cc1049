//! The state that a running relay holds in memory beside its store: who is here, what waits for whom, and who has asked how often.
//!
//! None of it outlasts the process. The next start rebuilds directory, mailboxes and channels from the store; counts of requests and
//! codes begin anew.

pub(crate) mod channels;
pub(crate) mod codes;
pub(crate) mod connection_id;
pub(crate) mod directory;
pub(crate) mod mailbox;
pub(crate) mod names;
pub(crate) mod networks;
pub(crate) mod rates;

//! The number of a connection.

use serde::{Deserialize, Serialize};

/// Names a connection for as long as it lasts. Whoever owns the sockets counts them up and never uses a number twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConnectionId(pub u64);

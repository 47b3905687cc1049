//! The number of a connection.

use serde::{Deserialize, Serialize};

/// Identifies a connection for as long as it lasts. The owner of the sockets counts these numbers up and never uses one
/// twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConnectionId(pub u64);

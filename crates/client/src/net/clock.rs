//! The clock of this machine.

use std::time::SystemTime;

use pillarbox_wire::Timestamp;

/// Returns the time of this machine's clock. A clock before 1970 counts as 1970.
#[must_use]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

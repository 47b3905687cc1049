//! The system's time, read only here.

use std::time::{SystemTime, UNIX_EPOCH};

use pillarbox_wire::Timestamp;

/// Returns the present time. A clock that is set before 1970 reads as 1970.
#[must_use]
pub fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX))
}

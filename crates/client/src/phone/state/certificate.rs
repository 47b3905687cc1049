//! The sender certificate in use.

use pillarbox_wire::Duration;

/// A certificate with less time left is renewed. It is far above what a submission takes, and below any lifetime that a
/// relay would give.
pub(crate) const CERTIFICATE_MARGIN: Duration = Duration::from_seconds(600);

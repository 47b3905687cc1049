//! Time limits of the relay's sockets and of its stop, and the maximum number of requests that one connection may have
//! open.
//!
//! The limits of what phones may request and store are in [`crate::limits`]. The time-outs that a phone and a relay
//! share are in [`pillarbox_transport::timeouts`].

use std::time::Duration;

use pillarbox_transport::timeouts;

/// The number of requests of one connection that have been read and whose answers are not yet written. A phone that
/// catches up sends some tens at once; with more, one connection could fill the batch that all share.
pub const MAX_UNANSWERED: usize = 64;

/// The number of connections above the limits that are still told why they are refused, at the price of a handshake
/// each. Further connections are cut off.
pub const MAX_REFUSALS_UNDER_WAY: usize = 32;

/// The time for a stop, after which open connections are cut off. A service manager expects ten seconds.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(8);

/// Interval at which the relay does its own upkeep (expiry, gauges) when nothing arrives. Expiry needs it once an
/// hour. The answer to a monitor can change as often, so a monitor has reason to ask every quarter of a minute.
pub const UPKEEP_INTERVAL: Duration = Duration::from_secs(15);

/// The pause of the listener when the system grants it no more descriptors, so that it does not spin.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The time for which the relay reports that it cannot accept connections after it failed to accept one, if no
/// further connection arrives. The time covers several pauses of a listener that still fails.
pub const ACCEPT_TROUBLE: Duration = Duration::from_secs(2);

const _: () = assert!(ACCEPT_TROUBLE.as_millis() > 2 * ACCEPT_PAUSE.as_millis());
const _: () = assert!(2 * timeouts::FAREWELL.as_secs() < STOP_TIMEOUT.as_secs());

/// The time-outs that tests shorten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketTimeouts {
    /// See [`timeouts::HANDSHAKE`].
    pub handshake: Duration,
    /// See [`timeouts::IDLE`].
    pub idle: Duration,
    /// The time that a write may continue without progress. See [`timeouts::STALLED_WRITE`].
    pub write: Duration,
}

impl Default for SocketTimeouts {
    fn default() -> Self {
        Self { handshake: timeouts::HANDSHAKE, idle: timeouts::IDLE, write: timeouts::STALLED_WRITE }
    }
}

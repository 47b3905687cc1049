//! Reports of a message to the relay's operator, who need not rely on the recipient's word.
//!
//! The relay saw the payload pass and stamped it with sender, recipient and time, and can check its own stamp. The
//! payload carries a commitment to the message, and the report opens it. Together they prove who said what, and the
//! recipient can neither invent a message nor alter one. Sealed messages cannot be reported: the relay knows no
//! sender to stamp.

use std::fmt;

use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
use pillarbox_wire::{Bytes, DeviceAddress, Encoded, FixedBytes, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::body::MAX_BODY_LEN;

/// The report of one message. `Debug` prints addresses and time, not the message.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AbuseReport {
    /// The payload as the relay carried it.
    pub payload: Vec<u8>,
    /// The sender, as the relay states it.
    pub from: DeviceAddress,
    /// The recipient's phone.
    pub to: DeviceAddress,
    /// Time at which the relay accepted it.
    pub accepted_at: Timestamp,
    /// The relay's stamp over the fields above.
    pub stamp: [u8; 32],
    /// The encoded message: [`Body`](crate::body::Body).
    pub body: Vec<u8>,
    /// Opens the commitment in the payload to the body.
    pub opening: [u8; 32],
}

impl fmt::Debug for AbuseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Report({} to {} at {:?})", self.from, self.to, self.accepted_at)
    }
}

/// A report as the vault keeps it, for as long as the message is in the history.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Evidence {
    pub(crate) payload: Bytes,
    pub(crate) from: DeviceAddress,
    pub(crate) to: DeviceAddress,
    pub(crate) accepted_at: Timestamp,
    pub(crate) stamp: FixedBytes<32>,
    pub(crate) body: Bytes,
    pub(crate) opening: FixedBytes<32>,
}

impl Encoded for Evidence {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_PAYLOAD_LEN + MAX_BODY_LEN + 256;
}

impl From<Evidence> for AbuseReport {
    fn from(evidence: Evidence) -> Self {
        let Evidence { payload, from, to, accepted_at, stamp, body, opening } = evidence;
        Self { payload: payload.0, from, to, accepted_at, stamp: stamp.0, body: body.0, opening: opening.0 }
    }
}

//! Reporting a message to whoever runs the relay: what the recipient shows, so that nobody needs to take their word.
//!
//! The relay saw the payload pass and stamped it with who sent it to whom and when; it can check its own stamp. The
//! payload carries a commitment to what was said, and the report opens it. So the two of them prove what was said
//! by whom, and the recipient can neither invent a message nor alter one. Nothing of this exists for sealed messages: there the
//! relay knows no sender that it could stamp.

use std::fmt;

use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
use pillarbox_wire::{Bytes, DeviceAddress, Encoded, FixedBytes, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::body::MAX_BODY_LEN;

/// What a recipient hands over of one message. `Debug` prints the addresses and the time, not what was said.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// As the relay carried it.
    pub payload: Vec<u8>,
    /// Who the relay said sent it.
    pub from: DeviceAddress,
    /// Whose phone this is.
    pub to: DeviceAddress,
    /// When the relay took it.
    pub accepted_at: Timestamp,
    /// The relay's stamp over all of the above.
    pub stamp: [u8; 32],
    /// What was said, as encoded: [`Body`](crate::body::Body).
    pub body: Vec<u8>,
    /// Opens the commitment in the payload to the body.
    pub opening: [u8; 32],
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Report({} to {} at {:?})", self.from, self.to, self.accepted_at)
    }
}

/// The same as the vault keeps it, for as long as the message is in the history.
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

impl From<Evidence> for Report {
    fn from(evidence: Evidence) -> Self {
        let Evidence { payload, from, to, accepted_at, stamp, body, opening } = evidence;
        Self { payload: payload.0, from, to, accepted_at, stamp: stamp.0, body: body.0, opening: opening.0 }
    }
}

//! A message that its recipient discloses to the operator, with everything that the operator needs to check it.

use pillarbox_client::report::AbuseReport;
use pillarbox_wire::{DeviceAddress, Timestamp};
use serde::Serialize;

/// A reported message. [`report`](crate::demand::report) checks whether it is genuine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportedMessage {
    /// The encrypted message as the relay carried it.
    pub payload: Vec<u8>,
    /// The sender that the relay named to the recipient.
    #[serde(serialize_with = "shown")]
    pub from: DeviceAddress,
    /// The recipient's device.
    #[serde(serialize_with = "shown")]
    pub to: DeviceAddress,
    /// The time at which the relay accepted the message.
    pub accepted_at: Timestamp,
    /// The relay's stamp on the message.
    pub stamp: [u8; 32],
    /// The content, as phones encode it.
    pub body: Vec<u8>,
    /// The opening that ties the sender's commitment to the content.
    pub opening: [u8; 32],
}

impl From<AbuseReport> for ReportedMessage {
    fn from(report: AbuseReport) -> Self {
        let AbuseReport { payload, from, to, accepted_at, stamp, body, opening } = report;
        Self { payload, from, to, accepted_at, stamp, body, opening }
    }
}

fn shown<S: serde::Serializer>(address: &DeviceAddress, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}

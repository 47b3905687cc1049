//! A message that its recipient hands over to the operator, with what the operator needs to check it.

use pillarbox_client::report::Report;
use pillarbox_wire::{DeviceAddress, Timestamp};
use serde::Serialize;

/// A reported message. Whether it is genuine, [`report`](crate::demand::report) checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportedMessage {
    /// The message as it was carried, encrypted.
    pub payload: Vec<u8>,
    /// Who sent it, as the recipient was told.
    #[serde(serialize_with = "shown")]
    pub from: DeviceAddress,
    /// Who got it.
    #[serde(serialize_with = "shown")]
    pub to: DeviceAddress,
    /// When the relay accepted it.
    pub accepted_at: Timestamp,
    /// The relay's stamp on it.
    pub stamp: [u8; 32],
    /// What it says, as phones encode it.
    pub body: Vec<u8>,
    /// What shows that the sender's commitment is to that body.
    pub opening: [u8; 32],
}

impl From<Report> for ReportedMessage {
    fn from(report: Report) -> Self {
        let Report { payload, from, to, accepted_at, stamp, body, opening } = report;
        Self { payload, from, to, accepted_at, stamp, body, opening }
    }
}

fn shown<S: serde::Serializer>(address: &DeviceAddress, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}

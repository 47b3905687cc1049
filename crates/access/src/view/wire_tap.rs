//! The view of an observer between a phone and its relay: the bytes of the secured channel, their times, and the two
//! addresses.

use std::net::IpAddr;

use pillarbox_wire::Timestamp;
use serde::Serialize;

/// Bytes that crossed the wire at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crossing {
    /// The time of crossing.
    pub at: Timestamp,
    /// The sender's internet address.
    pub from: IpAddr,
    /// The recipient's internet address.
    pub to: IpAddr,
    /// The bytes that crossed.
    pub bytes: Vec<u8>,
}

/// Everything that crossed one point of the network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WireTap {
    /// The crossings in the order of time.
    pub crossings: Vec<Crossing>,
}

impl WireTap {
    /// Records bytes that cross.
    pub fn crosses(&mut self, at: Timestamp, from: IpAddr, to: IpAddr, bytes: &[u8]) {
        self.crossings.push(Crossing { at, from, to, bytes: bytes.to_vec() });
    }
}

//! What somebody sees who stands between a phone and its relay: bytes of the secured channel, when, between which addresses.

use std::net::IpAddr;

use pillarbox_wire::Timestamp;
use serde::Serialize;

/// Bytes that crossed the wire at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crossing {
    /// When.
    pub at: Timestamp,
    /// Where from.
    pub from: IpAddr,
    /// Where to.
    pub to: IpAddr,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Everything that crossed one place of the network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WireTap {
    /// In the order of time.
    pub crossings: Vec<Crossing>,
}

impl WireTap {
    /// Notes what crosses.
    pub fn crosses(&mut self, at: Timestamp, from: IpAddr, to: IpAddr, bytes: &[u8]) {
        self.crossings.push(Crossing { at, from, to, bytes: bytes.to_vec() });
    }

    /// Whether `words` cross anywhere as they are.
    #[must_use]
    pub fn shows(&self, words: &[u8]) -> bool {
        let mut crossings = self.crossings.iter();
        !words.is_empty()
            && crossings.any(|crossing| crossing.bytes.windows(words.len()).any(|part| part == words))
    }
}

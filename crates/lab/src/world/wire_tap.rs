//! The wire: every run of bytes between a phone and a relay, as it would be on a cable outside both.

use std::net::IpAddr;

use pillarbox_wire::Timestamp;

use super::SiteId;
use crate::record::Way;

/// Bytes that were on a wire. Nothing here is known to whoever sees it but what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireBytes {
    /// When.
    pub at: Timestamp,
    /// The phone's internet address.
    pub peer: IpAddr,
    /// Which relay's address is at the other end.
    pub relay: SiteId,
    /// A number of the connection, as its port would be.
    pub connection: u64,
    /// Which way they went.
    pub way: Way,
    /// The bytes.
    pub bytes: Vec<u8>,
}

//! What is on its way between phones and relays.

use std::collections::BTreeMap;
use std::net::IpAddr;

use pillarbox_client::Link;
use pillarbox_relay::ConnectionId;
use pillarbox_transport::Established;
use pillarbox_wire::{Duration, Timestamp};

use super::profile::ProfileId;
use crate::scenario::Network;

/// The longest time for which an event waits until a phone has the relay's answers. A person who hears nothing for a
/// minute gives up.
pub(in crate::world) const PATIENCE: Duration = Duration::from_seconds(60);

/// The relay's end of a connection, and the arrival time at each end of the last thing under way.
pub(in crate::world) struct RelayEnd {
    pub(in crate::world) profile: ProfileId,
    pub(in crate::world) link: Link,
    pub(in crate::world) end: Established,
    /// The address that the relay sees.
    pub(in crate::world) peer: IpAddr,
    pub(in crate::world) up_until: Timestamp,
    pub(in crate::world) down_until: Timestamp,
}

impl RelayEnd {
    /// Copies the end for a second world.
    pub(in crate::world) fn fork(&self) -> Self {
        let Self { profile, link, end, peer, up_until, down_until } = self;
        let (peer, up_until, down_until) = (*peer, *up_until, *down_until);
        Self { profile: *profile, link: *link, end: end.fork(), peer, up_until, down_until }
    }

    pub(in crate::world) const fn new(
        profile: ProfileId,
        link: Link,
        end: Established,
        peer: IpAddr,
    ) -> Self {
        Self { profile, link, end, peer, up_until: Timestamp(0), down_until: Timestamp(0) }
    }
}

/// The messages of a handshake after the phone's first one, and the hash that identifies the channel at both ends.
#[derive(Clone)]
pub(in crate::world) struct Handshake {
    /// The relay's first message.
    pub(in crate::world) answer: Vec<u8>,
    /// The phone's second message.
    pub(in crate::world) opening: Vec<u8>,
    /// The relay's second message.
    pub(in crate::world) reply: Vec<u8>,
    pub(in crate::world) handshake_hash: [u8; 32],
}

/// Something under way on one connection. The first four belong to a handshake, and go up and down in turn.
#[derive(Clone)]
pub(in crate::world) enum Parcel {
    /// To the relay: the phone's first message, which the relay answers.
    Offer(Handshake),
    /// To the phone: the relay's answer.
    Answer(Handshake),
    /// To the relay: the phone's second message. At the relay's end the connection is now open.
    Opening(Handshake),
    /// To the phone: the relay's second message. At the phone's end the connection is now open, too.
    Reply(Handshake),
    /// To the relay: sealed frames.
    Up(Vec<u8>),
    /// To the phone: sealed frames.
    Down(Vec<u8>),
    /// To the relay: the phone closed the connection.
    Closed,
    /// To the phone: the relay closed the connection.
    Ended,
}

impl Parcel {
    pub(in crate::world) const fn goes_up(&self) -> bool {
        matches!(self, Self::Offer(_) | Self::Opening(_) | Self::Up(_) | Self::Closed)
    }
}

/// A parcel and its connection, which may be gone at either end when it arrives.
#[derive(Clone)]
pub(in crate::world) struct InTransit {
    pub(in crate::world) profile: ProfileId,
    pub(in crate::world) link: Link,
    pub(in crate::world) connection: ConnectionId,
    pub(in crate::world) parcel: Parcel,
    /// The event that caused the parcel.
    pub(in crate::world) event: Option<usize>,
}

/// The network of a story that has one. It begins at the moment at which everybody has an account.
#[derive(Clone)]
pub(in crate::world) struct Transit {
    pub(in crate::world) settings: Network,
    pub(in crate::world) under_way: BTreeMap<(Timestamp, u64), InTransit>,
    pub(in crate::world) sent: u64,
}

impl Transit {
    pub(in crate::world) const fn new(settings: Network) -> Self {
        Self { settings, under_way: BTreeMap::new(), sent: 0 }
    }

    /// Returns the time at which the next parcel arrives.
    pub(in crate::world) fn next_arrival(&self) -> Option<Timestamp> {
        self.under_way.first_key_value().map(|((due, _), _)| *due)
    }

    /// Returns true if something is under way to or from this profile.
    pub(in crate::world) fn concerns(&self, profile: ProfileId) -> bool {
        self.under_way.values().any(|it| it.profile == profile)
    }
}

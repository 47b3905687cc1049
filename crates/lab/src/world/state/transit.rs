//! The frames in transit between phones and relays.

use std::collections::BTreeMap;
use std::net::IpAddr;

use pillarbox_client::Link;
use pillarbox_relay::ConnectionId;
use pillarbox_transport::Established;
use pillarbox_wire::{Duration, Timestamp};

use super::profile::ProfileId;
use crate::scenario::Network;

/// The longest time for which an event waits until a phone has the relay's answers. A person who gets no answer for
/// a minute gives up.
pub(crate) const PATIENCE: Duration = Duration::from_seconds(60);

/// The relay's end of a connection, and the arrival time at each end of the last parcel in transit.
pub(crate) struct RelayEnd {
    pub(crate) profile: ProfileId,
    pub(crate) link: Link,
    pub(crate) end: Established,
    /// The address that the relay sees.
    pub(crate) peer: IpAddr,
    pub(crate) up_until: Timestamp,
    pub(crate) down_until: Timestamp,
}

impl RelayEnd {
    /// Copies the end for a second world.
    pub(crate) fn fork(&self) -> Self {
        let Self { profile, link, end, peer, up_until, down_until } = self;
        let (peer, up_until, down_until) = (*peer, *up_until, *down_until);
        Self { profile: *profile, link: *link, end: end.fork(), peer, up_until, down_until }
    }

    pub(crate) const fn new(profile: ProfileId, link: Link, end: Established, peer: IpAddr) -> Self {
        Self { profile, link, end, peer, up_until: Timestamp(0), down_until: Timestamp(0) }
    }
}

/// The messages of a handshake after the phone's first one, and the hash that identifies the channel at both ends.
#[derive(Clone)]
pub(crate) struct Handshake {
    /// The relay's first message.
    pub(crate) answer: Vec<u8>,
    /// The phone's second message.
    pub(crate) opening: Vec<u8>,
    /// The relay's second message.
    pub(crate) reply: Vec<u8>,
    pub(crate) handshake_hash: [u8; 32],
}

/// An item in transit on one connection. The first four belong to a handshake, and are sent up and down in turn.
#[derive(Clone)]
pub(crate) enum Parcel {
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
    pub(crate) const fn goes_up(&self) -> bool {
        matches!(self, Self::Offer(_) | Self::Opening(_) | Self::Up(_) | Self::Closed)
    }
}

/// A parcel and its connection, which may be closed at either end when it arrives.
#[derive(Clone)]
pub(crate) struct InTransit {
    pub(crate) profile: ProfileId,
    pub(crate) link: Link,
    pub(crate) connection: ConnectionId,
    pub(crate) parcel: Parcel,
    /// The event that caused the parcel.
    pub(crate) event: Option<usize>,
}

/// The network of a story that has one. It begins at the moment at which everybody has an account.
#[derive(Clone)]
pub(crate) struct Transit {
    pub(crate) settings: Network,
    pub(crate) under_way: BTreeMap<(Timestamp, u64), InTransit>,
    pub(crate) sent: u64,
}

impl Transit {
    pub(crate) const fn new(settings: Network) -> Self {
        Self { settings, under_way: BTreeMap::new(), sent: 0 }
    }

    /// Returns the time at which the next parcel arrives.
    pub(crate) fn next_arrival(&self) -> Option<Timestamp> {
        self.under_way.first_key_value().map(|((due, _), _)| *due)
    }

    /// Returns true if something is in transit to or from this profile.
    pub(crate) fn concerns(&self, profile: ProfileId) -> bool {
        self.under_way.values().any(|it| it.profile == profile)
    }
}

//! Transit: traffic under way between phones and relays. Where a story has a network, everything takes its time and
//! arrives in the order of its connection. Otherwise it arrives at once.

use std::collections::BTreeMap;
use std::net::IpAddr;

use pillarbox_client::Link;
use pillarbox_relay::{ConnectionId, Input};
use pillarbox_transport::Established;
use pillarbox_wire::{ClientFrame, Duration, Timestamp};

use super::{ProfileId, World, WorldError, delay};
use crate::record::Way;
use crate::scenario::Network;

/// The longest time for which an event waits until a phone has the relay's answers. A person who hears nothing for a
/// minute gives up.
const PATIENCE: Duration = Duration::from_seconds(60);

/// The relay's end of a connection, and the arrival time at each end of the last thing under way.
pub(super) struct RelayEnd {
    pub(super) profile: ProfileId,
    pub(super) link: Link,
    pub(super) end: Established,
    /// The address that the relay sees.
    pub(super) peer: IpAddr,
    up_until: Timestamp,
    down_until: Timestamp,
}

impl RelayEnd {
    /// Copies the end for a second world.
    pub(super) fn fork(&self) -> Self {
        let Self { profile, link, end, peer, up_until, down_until } = self;
        let (peer, up_until, down_until) = (*peer, *up_until, *down_until);
        Self { profile: *profile, link: *link, end: end.fork(), peer, up_until, down_until }
    }

    pub(super) const fn new(profile: ProfileId, link: Link, end: Established, peer: IpAddr) -> Self {
        Self { profile, link, end, peer, up_until: Timestamp(0), down_until: Timestamp(0) }
    }
}

/// The messages of a handshake after the phone's first one, and the hash that identifies the channel at both ends.
#[derive(Clone)]
pub(super) struct Handshake {
    /// The relay's first message.
    pub(super) answer: Vec<u8>,
    /// The phone's second message.
    pub(super) opening: Vec<u8>,
    /// The relay's second message.
    pub(super) reply: Vec<u8>,
    pub(super) handshake_hash: [u8; 32],
}

/// Something under way on one connection. The first four belong to a handshake, and go up and down in turn.
#[derive(Clone)]
pub(super) enum Parcel {
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
    const fn goes_up(&self) -> bool {
        matches!(self, Self::Offer(_) | Self::Opening(_) | Self::Up(_) | Self::Closed)
    }
}

/// A parcel and its connection, which may be gone at either end when it arrives.
#[derive(Clone)]
struct InTransit {
    profile: ProfileId,
    link: Link,
    connection: ConnectionId,
    parcel: Parcel,
    /// The event that caused the parcel.
    event: Option<usize>,
}

/// The network of a story that has one. It begins at the moment at which everybody has an account.
#[derive(Clone)]
pub(super) struct Transit {
    settings: Network,
    under_way: BTreeMap<(Timestamp, u64), InTransit>,
    sent: u64,
}

impl Transit {
    pub(super) const fn new(settings: Network) -> Self {
        Self { settings, under_way: BTreeMap::new(), sent: 0 }
    }

    /// Returns the time at which the next parcel arrives.
    pub(super) fn next_arrival(&self) -> Option<Timestamp> {
        self.under_way.first_key_value().map(|((due, _), _)| *due)
    }

    /// Returns true if something is under way to or from this profile.
    pub(super) fn concerns(&self, profile: ProfileId) -> bool {
        self.under_way.values().any(|it| it.profile == profile)
    }
}

impl World {
    /// Sends a parcel over a connection. The parcel is lost if the other end is gone.
    pub(super) fn send_parcel(&mut self, connection: ConnectionId, parcel: Parcel) -> Result<(), WorldError> {
        let Some(end) = self.connections.get_mut(&connection) else { return Ok(()) };
        let (profile, link) = (end.profile, end.link);
        let Some(transit) = &mut self.transit else {
            return self.arrive(profile, link, connection, parcel);
        };
        let here = self.profiles.get_mut(profile.0).ok_or(WorldError::Missing("a profile"))?;
        let takes = delay::draw(&transit.settings, &mut here.streams.network);
        let last = if parcel.goes_up() { &mut end.up_until } else { &mut end.down_until };
        let due = (*last).max(self.now + takes);
        *last = due;
        transit.sent += 1;
        let event = self.record.event();
        transit.under_way.insert((due, transit.sent), InTransit { profile, link, connection, parcel, event });
        Ok(())
    }

    /// Delivers everything that is due by now, each parcel as part of the event that caused it.
    pub(super) fn arrive_all(&mut self) -> Result<(), WorldError> {
        let before = self.record.event();
        loop {
            let now = self.now;
            let Some(transit) = &mut self.transit else { break };
            let Some(first) = transit.under_way.first_entry().filter(|first| first.key().0 <= now) else {
                break;
            };
            let InTransit { profile, link, connection, parcel, event } = first.remove();
            self.record.in_the_wake_of(event);
            self.arrive(profile, link, connection, parcel)?;
            self.settle()?;
        }
        self.record.in_the_wake_of(before);
        Ok(())
    }

    fn arrive(
        &mut self,
        id: ProfileId,
        link: Link,
        connection: ConnectionId,
        parcel: Parcel,
    ) -> Result<(), WorldError> {
        let profile = self.profile_mut(id)?;
        let line = profile.line_mut(link).as_mut().filter(|line| line.connection == connection);
        match parcel {
            Parcel::Offer(handshake) => return self.send_parcel(connection, Parcel::Answer(handshake)),
            Parcel::Answer(handshake) => {
                // A phone that has gone meanwhile says nothing more.
                let Some(peer) = line.map(|line| line.peer) else { return Ok(()) };
                self.crosses(id, peer, Way::Down, &handshake.answer)?;
                self.crosses(id, peer, Way::Up, &handshake.opening)?;
                return self.send_parcel(connection, Parcel::Opening(handshake));
            }
            Parcel::Opening(handshake) => {
                let Some(peer) = self.connections.get(&connection).map(|end| end.peer) else { return Ok(()) };
                let handshake_hash = handshake.handshake_hash;
                self.send_parcel(connection, Parcel::Reply(handshake))?;
                self.process(id, connection, Input::Opened { peer, handshake_hash })?;
            }
            Parcel::Reply(handshake) => {
                let Some(peer) = line.map(|line| line.peer) else { return Ok(()) };
                if let Some(phone) = profile.phone.as_mut() {
                    phone.connected(link, handshake.handshake_hash);
                }
                self.crosses(id, peer, Way::Down, &handshake.reply)?;
                self.restless.insert(id);
            }
            Parcel::Up(bytes) => {
                let Some(end) = self.connections.get_mut(&connection) else { return Ok(()) };
                end.end.opener.feed(&bytes);
                let mut arrived = Vec::new();
                while let Some(frame) = end.end.opener.next_frame::<ClientFrame>()? {
                    arrived.push(frame);
                }
                for frame in arrived {
                    self.process(id, connection, Input::Frame(frame))?;
                }
            }
            Parcel::Down(bytes) => {
                let Some(line) = line else { return Ok(()) };
                line.phone_end.opener.feed(&bytes);
                while let Some(frame) = line.phone_end.opener.next_frame()? {
                    line.arrived.push_back(frame);
                }
                let peer = line.peer;
                self.crosses(id, peer, Way::Down, &bytes)?;
                self.restless.insert(id);
            }
            Parcel::Closed => {
                if self.connections.remove(&connection).is_some() {
                    self.process(id, connection, Input::Closed)?;
                }
            }
            Parcel::Ended => {
                line.into_iter().for_each(|line| line.ended = true);
                self.restless.insert(id);
            }
        }
        Ok(())
    }

    /// Lets a phone get the answers to its requests. If the story has a network, time passes meanwhile. Other events of
    /// the story that are due in these seconds come afterwards.
    pub(super) fn wait_for(&mut self, id: ProfileId) -> Result<(), WorldError> {
        self.settle()?;
        let until = self.now + PATIENCE;
        while self.transit.as_ref().is_some_and(|transit| transit.concerns(id)) {
            let Some(at) = self.next_moment().filter(|at| *at <= until) else { break };
            self.step(at)?;
        }
        Ok(())
    }
}

//! Transit: traffic between phones and relays. Where a story has a network, everything takes time and arrives in
//! the order of its connection. Otherwise it arrives at once.

use pillarbox_client::Link;
use pillarbox_relay::{ConnectionId, Input};
use pillarbox_wire::ClientFrame;

use super::error::WorldError;
use super::state::profile::ProfileId;
use super::state::transit::{InTransit, PATIENCE, Parcel};
use super::state::{World, delay};
use crate::record::Way;

impl World {
    /// Sends a parcel over a connection. The parcel is lost if the other end is closed.
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
                // A phone that has disconnected meanwhile says nothing more.
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

    /// Waits until a phone has the answers to its requests. If the story has a network, time passes meanwhile.
    /// Other events of the story that are due in these seconds happen afterwards.
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

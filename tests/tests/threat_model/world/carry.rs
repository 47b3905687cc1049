//! Transport of frames: from phones through a channel and the relay's hooks to the relay, and back. Connections that
//! belong to no phone go straight to the relay.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};

use pillarbox_client::Link;
use pillarbox_relay::{ConnectionId, Effect, Input};
use pillarbox_wire::{ClientFrame, RelayFrame};
use rand_core::Rng;

use super::{Line, Tapped, Way, Who, World};
use crate::wire::Parties;

/// The number of rounds after which an unfinished run counts as a loop.
const MAX_ROUNDS: usize = 20_000;

/// Connections that belong to no phone. Frames go in and come out unchanged.
impl World {
    /// Opens a connection that names nobody. Also returns the hash that a device would sign to name itself on it.
    pub(crate) fn guest(&mut self) -> (ConnectionId, [u8; 32]) {
        self.guest_from(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)))
    }

    /// Opens such a connection from this network address.
    pub(crate) fn guest_from(&mut self, peer: IpAddr) -> (ConnectionId, [u8; 32]) {
        let connection = self.number_connection();
        let mut handshake_hash = [0; 32];
        self.rng.fill_bytes(&mut handshake_hash);
        self.guests.insert(connection, Vec::new());
        self.process(vec![(connection, Input::Opened { peer, handshake_hash })]);
        assert!(matches!(self.take_frames(connection)[..], [RelayFrame::Welcome(_)]));
        (connection, handshake_hash)
    }

    /// Sends a frame on a guest's connection, and returns the answers other than messages.
    pub(crate) fn ask(&mut self, connection: ConnectionId, frame: ClientFrame) -> Vec<RelayFrame> {
        self.process(vec![(connection, Input::Frame(frame))]);
        let mut answer = self.take_frames(connection);
        answer.retain(|frame| !matches!(frame, RelayFrame::Deliver(_)));
        answer
    }

    fn take_frames(&mut self, connection: ConnectionId) -> Vec<RelayFrame> {
        std::mem::take(self.guests.get_mut(&connection).unwrap())
    }
}

/// The transport of frames between phones and relay.
impl World {
    /// Carries frames until nothing moves.
    pub(crate) fn run(&mut self) {
        for _ in 0..MAX_ROUNDS {
            let mut moved = false;
            for at in 0..self.slots.len() {
                for link in [Link::Named, Link::Nameless] {
                    moved |= self.drive(Way { who: Who(at), link });
                }
            }
            if !moved {
                return;
            }
        }
        panic!("the world does not come to rest");
    }

    /// Takes one step on a link of a phone. Returns false if there is nothing to do.
    fn drive(&mut self, way: Way) -> bool {
        let Way { who, link } = way;
        if !self.slots[who.0].online || self.slots[who.0].phone.is_none() {
            return false;
        }
        if self.slots[who.0].lines[link as usize].is_none() {
            let phone = self.see(who);
            let wanted =
                link == Link::Named || (phone.is_ready(Link::Named) && phone.wants_nameless().unwrap());
            if wanted {
                self.connect(way);
            }
            return wanted;
        }
        let (now, mut rng) = (self.now, self.fork());
        let frames = self.at(who).outgoing(link, now, &mut rng).unwrap();
        if !frames.is_empty() {
            self.carry_up(way, &frames);
            return true;
        }
        let arrived =
            self.slots[who.0].lines[link as usize].as_mut().and_then(|line| line.arrived.pop_front());
        let Some(frame) = arrived else {
            return false;
        };
        let notices = self.at(who).on_frame(link, frame, now, &mut rng).unwrap();
        self.slots[who.0].notices.extend(notices);
        true
    }

    fn number_connection(&mut self) -> ConnectionId {
        self.next_connection += 1;
        ConnectionId(self.next_connection)
    }

    fn connect(&mut self, way: Way) {
        let Way { who, link } = way;
        let expected = self.key.public();
        let shaken = Parties::honest(&self.key, &expected).shake_hands(&mut self.rng, &mut |_, _| {});
        for (at, bytes) in shaken.messages.into_iter().enumerate() {
            self.tapped.push(Tapped { way, to_relay: at % 2 == 0, bytes });
        }
        let (phone_end, relay_end) = (shaken.phone.unwrap(), shaken.relay.unwrap());
        let handshake_hash = phone_end.handshake_hash;
        let connection = self.number_connection();
        let line = Line { connection, phone_end, relay_end, arrived: VecDeque::new() };
        self.slots[who.0].lines[link as usize] = Some(line);
        self.at(who).connected(link, handshake_hash);
        let peer = self.peer(who);
        self.process(vec![(connection, Input::Opened { peer, handshake_hash })]);
    }

    fn carry_up(&mut self, way: Way, frames: &[ClientFrame]) {
        let line = self.slots[way.who.0].lines[way.link as usize].as_mut().unwrap();
        let connection = line.connection;
        let bytes = line.phone_end.sealer.seal(frames).unwrap();
        line.relay_end.opener.feed(&bytes);
        self.tapped.push(Tapped { way, to_relay: true, bytes });
        let mut inputs = Vec::new();
        while let Some(frame) = line.relay_end.opener.next_frame::<ClientFrame>().unwrap() {
            self.received.push((way, frame.clone()));
            inputs.extend((self.up)(way, frame).into_iter().map(|frame| (connection, Input::Frame(frame))));
        }
        self.process(inputs);
    }

    fn process(&mut self, mut batch: Vec<(ConnectionId, Input)>) {
        loop {
            let mut rng = self.fork();
            let outcome = self.relay.process(std::mem::take(&mut batch), self.now, &mut rng).unwrap();
            self.passed.extend(outcome.passed);
            for effect in outcome.effects {
                match effect {
                    Effect::Send(connection, frame) => self.send(connection, frame),
                    Effect::Close(connection, _) => self.closed(connection),
                    // This world has no push service.
                    Effect::Wake(_) => {}
                    Effect::SendCode(handle, code) => self.codes.push((handle, code)),
                }
            }
            if !outcome.more {
                return;
            }
        }
    }

    fn way_of(&self, connection: ConnectionId) -> Option<Way> {
        let named = [Link::Named, Link::Nameless];
        let ways = (0..self.slots.len()).flat_map(|at| named.map(|link| Way { who: Who(at), link }));
        ways.into_iter().find(|way| {
            let line = &self.slots[way.who.0].lines[way.link as usize];
            line.as_ref().is_some_and(|line| line.connection == connection)
        })
    }

    pub(super) fn send(&mut self, connection: ConnectionId, frame: RelayFrame) {
        if let Some(frames) = self.guests.get_mut(&connection) {
            return frames.push(frame);
        }
        let Some(way) = self.way_of(connection) else { return };
        let frames = (self.down)(way, frame);
        self.sent.extend(frames.iter().map(|frame| (way, frame.clone())));
        let line = self.slots[way.who.0].lines[way.link as usize].as_mut().unwrap();
        let bytes = line.relay_end.sealer.seal(&frames).unwrap();
        line.phone_end.opener.feed(&bytes);
        self.tapped.push(Tapped { way, to_relay: false, bytes });
        while let Some(frame) = line.phone_end.opener.next_frame().unwrap() {
            line.arrived.push_back(frame);
        }
    }

    fn closed(&mut self, connection: ConnectionId) {
        if let Some(Way { who, link }) = self.way_of(connection) {
            self.slots[who.0].lines[link as usize] = None;
            self.at(who).disconnected(link);
        }
    }

    pub(super) fn cut(&mut self, who: Who) {
        for link in [Link::Named, Link::Nameless] {
            if let Some(line) = self.slots[who.0].lines[link as usize].take() {
                self.at(who).disconnected(link);
                self.process(vec![(line.connection, Input::Closed)]);
            }
        }
    }
}

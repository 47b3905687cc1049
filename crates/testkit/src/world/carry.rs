//! Transport of frames: from phones through a channel and the relay's hooks to the relay, and back. Connections
//! that belong to no phone lead directly to the relay.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};

use pillarbox_client::Link;
use pillarbox_relay::{ConnectionId, Effect, Input};
use pillarbox_wire::{ClientFrame, Duration, FetchBundles, RelayFrame, RequestId};

use super::wire::Parties;
use super::{CrossedBytes, Fault, Line, PhoneLink, Who, World};
use crate::relay::handshake;

/// The number of rounds after which an unfinished run counts as a loop.
const MAX_ROUNDS: usize = 50_000;

/// Connections that belong to no phone. Frames pass unchanged in both directions.
impl World {
    /// Opens a connection that names nobody. Also returns the hash that a device would sign to name itself on it.
    pub fn guest(&mut self) -> (ConnectionId, [u8; 32]) {
        self.guest_from(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)))
    }

    /// Opens a connection that names nobody, from this network address.
    pub fn guest_from(&mut self, peer: IpAddr) -> (ConnectionId, [u8; 32]) {
        self.set_relay_to_its_clock();
        let connection = self.relay.open_from(peer);
        (connection, handshake(connection))
    }

    /// Sends a frame on a guest's connection, and returns the answers other than messages.
    pub fn ask(&mut self, connection: ConnectionId, frame: ClientFrame) -> Vec<RelayFrame> {
        self.process(vec![(connection, Input::Frame(frame))]);
        let mut answer = self.relay.take(connection);
        answer.retain(|frame| !matches!(frame, RelayFrame::Deliver(_)));
        answer
    }

    /// Fetches all one-time prekeys of a phone, as a stranger with its invitation could.
    pub fn drain_prekeys(&mut self, whose: Who) {
        let invitation = self.invitation(whose);
        let (connection, _) = self.guest();
        for request in 1..=120 {
            self.pass(Duration(10));
            let fetch = FetchBundles {
                request: RequestId(request),
                account: invitation.account,
                delivery_key: invitation.delivery_key,
            };
            self.ask(connection, ClientFrame::FetchBundles(fetch));
        }
    }
}

/// The transport of frames between phones and relay.
impl World {
    /// Carries frames until no frame is left to carry.
    pub fn run(&mut self) {
        for _ in 0..MAX_ROUNDS {
            if !self.round() {
                return;
            }
        }
        panic!("the world does not come to rest");
    }

    fn round(&mut self) -> bool {
        let mut moved = false;
        if let Some(input) = self.late.pop_front() {
            self.process(vec![input]);
            moved = true;
        }
        for who in 0..self.slots.len() {
            for link in [Link::Named, Link::Nameless] {
                moved |= self.drive(PhoneLink { who, link });
            }
        }
        moved
    }

    /// Takes one step on a link of a phone. Returns false if there is nothing to do.
    fn drive(&mut self, way: PhoneLink) -> bool {
        let PhoneLink { who, link } = way;
        if !self.slots[who].online {
            return false;
        }
        let Some(line) = &self.slots[who].lines[link as usize] else {
            let phone = self.see(who);
            let wanted =
                link == Link::Named || (phone.is_ready(Link::Named) && phone.wants_nameless().unwrap());
            if wanted {
                self.connect(way);
            }
            return wanted;
        };
        let connection = line.connection;
        if self.step(who) {
            return true;
        }
        let (now, mut rng) = (self.clock(who), self.fork());
        let frames = self.at(who).outgoing(link, now, &mut rng).unwrap();
        let moved = !frames.is_empty();
        if moved && self.carry_up(way, connection, &frames) {
            return true;
        }
        let Some(line) = &mut self.slots[who].lines[link as usize] else {
            return true;
        };
        let Some(frame) = line.arrived.pop_front() else {
            return moved;
        };
        if self.step(who) {
            return true;
        }
        if (self.lose)(who, &frame) {
            self.cut(who);
            return true;
        }
        let notices = self.at(who).on_frame(link, frame, now, &mut rng).unwrap();
        self.slots[who].notices.extend(notices);
        true
    }

    /// Counts a step. Returns true if a fault hit the phone that was about to take it.
    fn step(&mut self, who: Who) -> bool {
        self.steps += 1;
        match (self.fault)(self.steps) {
            None => false,
            Some(Fault::Crash(whom)) => {
                self.crash(whom);
                whom == who
            }
            Some(Fault::Cut(whom)) => {
                self.cut(whom);
                whom == who
            }
            Some(Fault::Linger(whom)) => {
                self.linger(whom);
                whom == who
            }
            Some(Fault::Restart) => {
                self.restart_relay();
                true
            }
        }
    }

    fn connect(&mut self, way: PhoneLink) {
        let PhoneLink { who, link } = way;
        let expected = self.key.public();
        let shaken = Parties::honest(&self.key, &expected).shake_hands(&mut self.rng, &mut |_, _| {});
        for (at, bytes) in shaken.messages.into_iter().enumerate() {
            self.tapped.push(CrossedBytes { way, to_relay: at % 2 == 0, bytes });
        }
        let (phone_end, relay_end) = (shaken.phone.unwrap(), shaken.relay.unwrap());
        let handshake_hash = phone_end.handshake_hash;
        let connection = self.relay.number_connection();
        let line = Line { connection, phone_end, relay_end, arrived: VecDeque::new() };
        self.slots[who].lines[link as usize] = Some(line);
        self.at(who).connected(link, handshake_hash);
        let peer = self.peer(who);
        self.process(vec![(connection, Input::Opened { peer, handshake_hash })]);
    }

    /// Carries a phone's frames to the relay, one step each. Returns true if a fault or the relay ended the connection.
    fn carry_up(&mut self, way: PhoneLink, connection: ConnectionId, frames: &[ClientFrame]) -> bool {
        let line = self.slots[way.who].lines[way.link as usize].as_mut().unwrap();
        let bytes = line.phone_end.sealer.seal(frames).unwrap();
        line.relay_end.opener.feed(&bytes);
        self.tapped.push(CrossedBytes { way, to_relay: true, bytes });
        let mut arrived = VecDeque::new();
        while let Some(frame) = line.relay_end.opener.next_frame::<ClientFrame>().unwrap() {
            arrived.push_back(frame);
        }
        while let Some(frame) = arrived.pop_front() {
            if self.step(way.who) {
                let closing = self.late.iter().position(|(id, _)| *id == connection);
                if let Some(closing) = closing {
                    for (number, frame) in [frame].into_iter().chain(arrived).enumerate() {
                        self.late.insert(closing + number, (connection, Input::Frame(frame)));
                    }
                }
                return true;
            }
            self.received.push((way, frame.clone()));
            let passing = (self.up)(way, frame);
            if self.slots[way.who].lines[way.link as usize].is_none() {
                return true;
            }
            self.process(passing.into_iter().map(|frame| (connection, Input::Frame(frame))).collect());
        }
        false
    }

    /// Passes the relay a batch, and carries what it sends. Frames to a connection that belongs to no phone stay
    /// with the relay.
    pub(super) fn process(&mut self, mut batch: Vec<(ConnectionId, Input)>) {
        self.set_relay_to_its_clock();
        loop {
            let outcome = self.relay.process(std::mem::take(&mut batch));
            self.passed.extend(outcome.passed);
            for effect in outcome.effects {
                match effect {
                    Effect::Send(connection, frame) => self.send(connection, frame),
                    Effect::Close(connection, _) => self.closed(connection),
                    // These two effects stay with the relay.
                    Effect::Wake(_) | Effect::SendCode(..) => {}
                }
            }
            if !outcome.more {
                return;
            }
        }
    }

    pub(super) fn set_relay_to_its_clock(&mut self) {
        self.relay.now = self.relay_clock.unwrap_or(self.now);
    }

    fn way_of(&self, connection: ConnectionId) -> Option<PhoneLink> {
        let named = [Link::Named, Link::Nameless];
        let ways = (0..self.slots.len()).flat_map(|who| named.map(|link| PhoneLink { who, link }));
        ways.into_iter().find(|way| {
            let line = &self.slots[way.who].lines[way.link as usize];
            line.as_ref().is_some_and(|line| line.connection == connection)
        })
    }

    pub(super) fn send(&mut self, connection: ConnectionId, frame: RelayFrame) {
        let Some(way) = self.way_of(connection) else { return };
        drop(self.relay.take(connection));
        let frames = (self.down)(way, frame);
        self.sent.extend(frames.iter().map(|frame| (way, frame.clone())));
        let line = self.slots[way.who].lines[way.link as usize].as_mut().unwrap();
        let bytes = line.relay_end.sealer.seal(&frames).unwrap();
        line.phone_end.opener.feed(&bytes);
        self.tapped.push(CrossedBytes { way, to_relay: false, bytes });
        while let Some(frame) = line.phone_end.opener.next_frame().unwrap() {
            line.arrived.push_back(frame);
        }
    }

    fn closed(&mut self, connection: ConnectionId) {
        if let Some(PhoneLink { who, link }) = self.way_of(connection) {
            self.slots[who].lines[link as usize] = None;
            self.at(who).disconnected(link);
        }
    }
}

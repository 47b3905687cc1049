//! Frames carried between phones and relay, one step each.

use super::*;

impl World {
    /// Carries frames until nothing moves.
    pub fn run(&mut self) {
        for _ in 0..MAX_STEPS {
            if !self.round() {
                return;
            }
        }
        panic!("the world does not come to rest");
    }

    fn round(&mut self) -> bool {
        let mut moved = false;
        if let Some(input) = self.late.pop_front() {
            self.relay(vec![input]);
            moved = true;
        }
        for at in 0..self.slots.len() {
            for link in [Link::Named, Link::Nameless] {
                moved |= self.drive(at, link);
            }
        }
        moved
    }

    fn drive(&mut self, at: usize, link: Link) -> bool {
        let slot = link as usize;
        if !self.slots[at].online {
            return false;
        }
        let wanted = link == Link::Named
            || (self.see(at).is_ready(Link::Named) && self.see(at).wants_nameless().unwrap());
        if self.slots[at].links[slot].is_none() && wanted {
            self.connect(at, link);
            return true;
        }
        if self.slots[at].links[slot].is_none() {
            return false;
        }
        if self.step(at) {
            return true;
        }
        let mut rng = self.fork();
        let now = self.now;
        let connection = self.slots[at].links[slot].as_ref().map(|(connection, _)| *connection).unwrap();
        let mut frames = VecDeque::from(self.at(at).outgoing(link, now, &mut rng).unwrap());
        let mut moved = false;
        while let Some(mut frame) = frames.pop_front() {
            moved = true;
            if self.step(at) {
                let closing = self.late.iter().position(|(id, _)| *id == connection);
                if let Some(closing) = closing {
                    let rest = [frame].into_iter().chain(frames).enumerate();
                    for (number, frame) in rest {
                        self.late.insert(closing + number, (connection, Input::Frame(frame)));
                    }
                }
                return true;
            }
            (self.tamper)(at, &mut frame);
            self.seen.push(frame.clone());
            if self.slots[at].links[slot].is_none() {
                return true;
            }
            self.relay(vec![(connection, Input::Frame(frame))]);
        }
        let Some((_, arrived)) = &mut self.slots[at].links[slot] else {
            return true;
        };
        let Some(mut frame) = arrived.pop_front() else {
            return moved;
        };
        if self.step(at) {
            return true;
        }
        if (self.lose)(at, &frame) {
            self.cut(at);
            return true;
        }
        (self.forge)(at, &mut frame);
        let notices = self.at(at).on_frame(link, frame, now, &mut rng).unwrap();
        self.slots[at].notices.extend(notices);
        true
    }

    /// Counts a step. Returns true if a fault hit the phone that was about to take it.
    fn step(&mut self, at: usize) -> bool {
        self.steps += 1;
        match (self.fault)(self.steps) {
            None => false,
            Some(Fault::Crash(whom)) => {
                self.crash(whom);
                whom == at
            }
            Some(Fault::Cut(whom)) => {
                self.cut(whom);
                whom == at
            }
            Some(Fault::Linger(whom)) => {
                self.linger(whom);
                whom == at
            }
            Some(Fault::Restart) => {
                self.restart();
                true
            }
        }
    }

    fn connect(&mut self, at: usize, link: Link) {
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let mut handshake_hash = [0; 32];
        self.rng.fill_bytes(&mut handshake_hash);
        self.slots[at].links[link as usize] = Some((connection, VecDeque::new()));
        self.at(at).connected(link, handshake_hash);
        let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        self.relay(vec![(connection, Input::Opened { peer, handshake_hash })]);
    }

    pub(super) fn relay(&mut self, batch: Vec<(ConnectionId, Input)>) {
        let mut batch = batch;
        loop {
            let mut rng = self.fork();
            let relay = self.relay.as_mut().unwrap();
            let outcome = relay.process(std::mem::take(&mut batch), self.now, &mut rng).unwrap();
            for effect in outcome.effects {
                match effect {
                    Effect::Send(connection, frame) => {
                        for slot in &mut self.slots {
                            for (id, arrived) in slot.links.iter_mut().flatten() {
                                if *id == connection {
                                    arrived.push_back(frame.clone());
                                }
                            }
                        }
                    }
                    Effect::Close(connection, _) => self.closed(connection),
                    Effect::Wake(token) => self.woken.push(token.0),
                    Effect::SendCode(handle, code) => self.codes.push((handle, code)),
                }
            }
            if !outcome.more {
                return;
            }
        }
    }

    fn closed(&mut self, connection: ConnectionId) {
        for slot in &mut self.slots {
            for link in [Link::Named, Link::Nameless] {
                if slot.links[link as usize].as_ref().is_some_and(|(id, _)| *id == connection) {
                    slot.links[link as usize] = None;
                    slot.phone.as_mut().unwrap().disconnected(link);
                }
            }
        }
    }
}

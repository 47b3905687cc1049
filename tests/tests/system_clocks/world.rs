//! A relay and phones in one process, each with a clock of its own that a test can set.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};

use pillarbox_client::{
    Habits, HistoryEntry, Link, NewAccount, Notice, PaddingRule, Phone, Protection, Vault,
};
use pillarbox_crypto::AgreementSecret;
use pillarbox_relay::{ConnectionId, Effect, Input, Relay, RelaySettings, SqliteStore};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{AccountId, Duration, RelayFrame, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// 22 March 2017, 14:40 UTC.
pub(crate) const START: Timestamp = Timestamp(1_490_193_600_000);

pub(crate) const DAY: Duration = Duration::from_days(1);
pub(crate) const YEAR: Duration = Duration::from_days(365);

/// A clock: the relay's, or one of the phones'.
#[derive(Clone, Copy)]
pub(crate) enum Whose {
    Relay,
    Phone(usize),
}

pub(crate) struct Person {
    pub(crate) phone: Option<Phone>,
    pub(crate) clock: Timestamp,
    lines: [Option<ConnectionId>; 2],
    pub(crate) online: bool,
    notices: Vec<Notice>,
}

/// A relay and phones, each with a clock of its own.
pub(crate) struct World {
    pub(crate) relay: Relay<SqliteStore>,
    pub(crate) clock: Timestamp,
    pub(crate) people: Vec<Person>,
    pub(crate) arrived: VecDeque<(usize, Link, RelayFrame)>,
    pub(crate) rng: StdRng,
    connections: u64,
}

pub(crate) const LINKS: [Link; 2] = [Link::Named, Link::Nameless];

impl World {
    pub(crate) fn new() -> Self {
        let mut rng = StdRng::from_seed([5; 32]);
        let store = SqliteStore::in_memory().unwrap();
        let relay = Relay::open(store, RelaySettings::default(), START, &mut rng).unwrap();
        Self { relay, clock: START, people: Vec::new(), arrived: VecDeque::new(), rng, connections: 0 }
    }

    /// Adds a registered phone.
    pub(crate) fn phone(&mut self, name: &str) -> usize {
        let key = AgreementSecret::generate(&mut StdRng::from_seed([6; 32])).public();
        let new = NewAccount {
            relay: RelayAddress::new("relay.example", 7455, key).unwrap(),
            handle: None,
            name: name.to_owned(),
            protection: Protection::EndToEnd,
            padding: PaddingRule::Padme,
            habits: Habits::default(),
        };
        let vault = Vault::in_memory(&mut self.rng).unwrap();
        let phone = Some(Phone::create_in(vault, new, START, &mut self.rng).unwrap());
        let (lines, notices) = ([None, None], Vec::new());
        self.people.push(Person { phone, clock: START, lines, online: true, notices });
        self.run();
        self.people.len() - 1
    }

    /// Creates a world with two phones that have added each other and talked.
    pub(crate) fn pair() -> (Self, usize, usize) {
        let mut world = Self::new();
        let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
        world.add(alice, bob);
        world.add(bob, alice);
        world.tell(alice, bob, "hello");
        world.tell(bob, alice, "hello yourself");
        (world, alice, bob)
    }

    pub(crate) fn add(&mut self, who: usize, whom: usize) {
        let invitation = self.see(whom).invitation().unwrap();
        let Person { phone, clock, .. } = &mut self.people[who];
        phone.as_mut().unwrap().add_invited(&invitation, None, *clock, &mut self.rng).unwrap();
    }

    pub(crate) fn see(&self, who: usize) -> &Phone {
        self.people[who].phone.as_ref().unwrap()
    }

    pub(crate) fn id(&self, who: usize) -> AccountId {
        self.see(who).account().address.unwrap().account
    }

    pub(crate) fn say(&mut self, who: usize, to: usize, text: &str) {
        let to = self.id(to);
        let Person { phone, clock, .. } = &mut self.people[who];
        phone.as_mut().unwrap().queue_text(to, text, *clock, &mut self.rng).unwrap();
    }

    pub(crate) fn tell(&mut self, who: usize, to: usize, text: &str) {
        self.say(who, to, text);
        self.run();
    }

    pub(crate) fn received(&self, who: usize, from: usize) -> Vec<HistoryEntry> {
        let history = self.see(who).history(self.id(from)).unwrap_or_default();
        history.into_iter().filter(HistoryEntry::is_received).collect()
    }

    pub(crate) fn heard(&self, who: usize, from: usize) -> Vec<String> {
        self.received(who, from).iter().map(|entry| entry.text().unwrap().to_owned()).collect()
    }

    /// Sets a clock forward or back while everything goes on.
    pub(crate) fn set(&mut self, whose: Whose, clock: Timestamp) {
        match whose {
            Whose::Relay => self.clock = clock,
            Whose::Phone(who) => self.people[who].clock = clock,
        }
    }

    /// Lets the same time pass everywhere, and lets everybody do what has become due.
    pub(crate) fn pass(&mut self, span: Duration) {
        self.clock = self.clock + span;
        self.people.iter_mut().for_each(|person| person.clock = person.clock + span);
        self.process(Vec::new());
        self.run();
    }

    pub(crate) fn offline(&mut self, who: usize) {
        self.people[who].online = false;
        for link in LINKS {
            if let Some(connection) = self.people[who].lines[link as usize].take() {
                self.people[who].phone.as_mut().unwrap().disconnected(link);
                self.process(vec![(connection, Input::Closed)]);
            }
        }
    }

    pub(crate) fn online(&mut self, who: usize) {
        self.people[who].online = true;
        self.run();
    }

    /// Ends a phone's program and starts it again.
    pub(crate) fn restart(&mut self, who: usize) {
        self.offline(who);
        let Person { phone, clock, .. } = &mut self.people[who];
        let vault = phone.take().unwrap().into_vault();
        *phone = Some(Phone::open_in(vault, *clock, &mut self.rng).unwrap());
        self.online(who);
    }

    pub(crate) fn everybody_connects_again(&mut self) {
        (0..self.people.len()).for_each(|who| self.restart(who));
    }

    pub(crate) fn take_notices(&mut self, who: usize) -> Vec<Notice> {
        std::mem::take(&mut self.people[who].notices)
    }

    /// Carries frames until nobody has any.
    pub(crate) fn run(&mut self) {
        loop {
            let mut still = true;
            for who in 0..self.people.len() {
                for link in LINKS {
                    still &= !self.send(who, link);
                }
            }
            while let Some((who, link, frame)) = self.arrived.pop_front() {
                still = false;
                let Person { phone, clock, notices, .. } = &mut self.people[who];
                let phone = phone.as_mut().unwrap();
                notices.extend(phone.on_frame(link, frame, *clock, &mut self.rng).unwrap());
            }
            if still {
                return;
            }
        }
    }

    /// Sends a phone's frames to the relay on a link. Returns true if there were any.
    pub(crate) fn send(&mut self, who: usize, link: Link) -> bool {
        let Person { phone, clock, lines, online, .. } = &mut self.people[who];
        let phone = phone.as_mut().unwrap();
        let wanted = *online
            && (link == Link::Named || phone.is_ready(Link::Named) && phone.wants_nameless().unwrap());
        let mut inputs = Vec::new();
        let connection = match lines[link as usize] {
            Some(connection) => connection,
            None if wanted => {
                self.connections += 1;
                let handshake_hash = [u8::try_from(self.connections % 256).unwrap(); 32];
                let connection = ConnectionId(self.connections);
                phone.connected(link, handshake_hash);
                lines[link as usize] = Some(connection);
                let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
                inputs.push((connection, Input::Opened { peer, handshake_hash }));
                connection
            }
            None => return false,
        };
        let frames = phone.outgoing(link, *clock, &mut self.rng).unwrap();
        inputs.extend(frames.into_iter().map(|frame| (connection, Input::Frame(frame))));
        let any = !inputs.is_empty();
        if any {
            self.process(inputs);
        }
        any
    }

    pub(crate) fn process(&mut self, inputs: Vec<(ConnectionId, Input)>) {
        let outcome = self.relay.process(inputs, self.clock, &mut self.rng).unwrap();
        for effect in outcome.effects {
            match effect {
                Effect::Send(connection, frame) => {
                    if let Some((who, link)) = self.end_of(connection) {
                        self.arrived.push_back((who, link, frame));
                    }
                }
                Effect::Close(connection, _) => {
                    if let Some((who, link)) = self.end_of(connection) {
                        self.people[who].lines[link as usize] = None;
                        self.people[who].phone.as_mut().unwrap().disconnected(link);
                    }
                }
                _ => {}
            }
        }
    }

    /// Returns the end of a connection, if it still belongs to somebody.
    fn end_of(&self, connection: ConnectionId) -> Option<(usize, Link)> {
        let ends = self
            .people
            .iter()
            .enumerate()
            .flat_map(|(who, person)| LINKS.map(|link| (who, link, person.lines[link as usize])));
        let mut ends = ends.filter(|(_, _, line)| *line == Some(connection));
        ends.next().map(|(who, link, _)| (who, link))
    }
}

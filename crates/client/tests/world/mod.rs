//! A relay and phones in one process, with a virtual clock and seeded randomness: what the tests of this folder share.
//!
//! Frames go straight from engine to engine. Every frame is a step, and a test can break the world before any step: a
//! phone's program ends and starts again, or a connection is cut with everything that was on it.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "shared by tests that each use a part of it; a failed expectation is a failed test"
)]

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};

use pillarbox_client::{
    Contact, DeliveryState, Direction, Entry, Habits, Link, NewAccount, Notice, PaddingRule, Passphrase,
    Phone, Protection, Vault,
};
use pillarbox_crypto::{AgreementSecret, PasswordCost};
use pillarbox_relay::{ConnectionId, Effect, Input, Relay, Settings, SqliteStore};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{
    AccountId, ClientFrame, Duration, FetchBundles, Handle, NumberCode, RelayFrame, RequestId, Timestamp,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_core::Rng;
use tempfile::TempDir;

pub const START: Timestamp = Timestamp(1_490_193_600_000);

/// How many rounds without an end are a loop.
const MAX_STEPS: usize = 50_000;

/// What a test may do to the world before a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program of this phone ends and is started again.
    Crash(usize),
    /// Both connections of this phone are cut.
    Cut(usize),
    /// Both connections of this phone are cut, and the relay hears of it later: what the phone had sent comes after what it
    /// sends on the next connection.
    Linger(usize),
    /// The relay's program ends and is started again.
    Restart,
}

/// Asked about a frame to a phone.
type Lose = Box<dyn FnMut(usize, &RelayFrame) -> bool>;
/// Changes a frame to the relay.
type Tamper = Box<dyn FnMut(usize, &mut ClientFrame)>;
/// Changes a frame to a phone.
type Forge = Box<dyn FnMut(usize, &mut RelayFrame)>;

pub struct Slot {
    phone: Option<Phone>,
    folder: Option<TempDir>,
    links: [Option<(ConnectionId, VecDeque<RelayFrame>)>; 2],
    pub online: bool,
    pub notices: Vec<Notice>,
}

pub struct World {
    /// None only while it is started again.
    relay: Option<Relay<SqliteStore>>,
    address: RelayAddress,
    pub slots: Vec<Slot>,
    pub now: Timestamp,
    pub rng: StdRng,
    next_connection: u64,
    /// What phones had sent on connections that are gone, and the relay has not read yet.
    late: VecDeque<(ConnectionId, Input)>,
    pub steps: usize,
    /// Asked before each step.
    pub fault: Box<dyn FnMut(usize) -> Option<Fault>>,
    /// Asked for each frame to a phone: whether the connection breaks just before it arrives.
    pub lose: Lose,
    /// Asked for each frame to the relay: may change it.
    pub tamper: Tamper,
    /// Asked for each frame to a phone: may change it.
    pub forge: Forge,
    /// Payloads that the relay took, as it saw them.
    pub seen: Vec<ClientFrame>,
    /// Push tokens that the relay wanted woken.
    pub woken: Vec<Vec<u8>>,
    /// Codes that the relay sent to numbers.
    pub codes: Vec<(Handle, NumberCode)>,
}

pub fn passphrase() -> Passphrase {
    Passphrase::new("an open secret".to_owned()).unwrap()
}

impl World {
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Self {
        let mut rng = StdRng::from_seed([9; 32]);
        let key = AgreementSecret::generate(&mut rng).public();
        let relay = Relay::open(SqliteStore::in_memory().unwrap(), settings, START, &mut rng).unwrap();
        Self {
            relay: Some(relay),
            address: RelayAddress::new("relay.example", 7455, key).unwrap(),
            slots: Vec::new(),
            now: START,
            rng,
            next_connection: 1,
            late: VecDeque::new(),
            steps: 0,
            fault: Box::new(|_| None),
            lose: Box::new(|_, _| false),
            tamper: Box::new(|_, _| {}),
            forge: Box::new(|_, _| {}),
            seen: Vec::new(),
            woken: Vec::new(),
            codes: Vec::new(),
        }
    }

    pub fn account(&self, name: &str, protection: Protection) -> NewAccount {
        NewAccount {
            relay: self.address.clone(),
            handle: None,
            name: name.to_owned(),
            protection,
            padding: PaddingRule::Blocks80,
            habits: Habits::default(),
        }
    }

    /// A phone in memory, registered.
    pub fn phone(&mut self, name: &str) -> usize {
        let new = self.account(name, Protection::EndToEnd);
        self.phone_of(new)
    }

    pub fn phone_with_number(&mut self, name: &str, number: &str) -> usize {
        let handle = Some(Handle::parse(number).unwrap());
        let new = NewAccount { handle, ..self.account(name, Protection::EndToEnd) };
        self.phone_of(new)
    }

    /// The owner of a phone that registers types the code that was sent to its number.
    pub fn show_code(&mut self, at: usize) {
        let (handle, code) = self.codes.pop().unwrap();
        assert_eq!(self.see(at).account().handle, Some(handle));
        self.at(at).enter_code(code).unwrap();
        self.run();
    }

    pub fn phone_of(&mut self, new: NewAccount) -> usize {
        let vault = Vault::in_memory(&mut self.rng).unwrap();
        self.add(vault, new, None)
    }

    /// A phone with a profile on disk, registered.
    pub fn phone_on_disk(&mut self, name: &str) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let cost = PasswordCost::TESTING;
        let vault = Vault::create(folder.path(), &passphrase(), cost, &mut self.rng).unwrap();
        let new = self.account(name, Protection::EndToEnd);
        self.add(vault, new, Some(folder))
    }

    fn add(&mut self, vault: Vault, new: NewAccount, folder: Option<TempDir>) -> usize {
        let phone = Phone::create_in(vault, new, self.now, &mut self.rng).unwrap();
        self.slots.push(Slot {
            phone: Some(phone),
            folder,
            links: [None, None],
            online: true,
            notices: Vec::new(),
        });
        self.run();
        self.slots.len() - 1
    }

    pub fn at(&mut self, at: usize) -> &mut Phone {
        self.slots[at].phone.as_mut().unwrap()
    }

    pub fn see(&self, at: usize) -> &Phone {
        self.slots[at].phone.as_ref().unwrap()
    }

    pub fn id(&self, at: usize) -> AccountId {
        self.see(at).account().address.unwrap().account
    }

    /// `at` adds `whom` by invitation.
    pub fn invite(&mut self, at: usize, whom: usize) -> Contact {
        let link = self.see(whom).invitation().unwrap().to_string();
        let (now, mut rng) = (self.now, self.fork());
        self.at(at).add_invited(&link.parse().unwrap(), None, now, &mut rng).unwrap()
    }

    pub fn say(&mut self, at: usize, to: usize, text: &str) {
        let (contact, now, mut rng) = (self.id(to), self.now, self.fork());
        self.at(at).queue_text(contact, text, now, &mut rng).unwrap();
    }

    /// Two phones that have each other's invitation and have exchanged a text and its answer.
    pub fn pair(&mut self) -> (usize, usize) {
        let (alice, bob) = (self.phone("Alice"), self.phone("Bob"));
        self.introduce(alice, bob);
        (alice, bob)
    }

    pub fn introduce(&mut self, one: usize, other: usize) {
        self.invite(one, other);
        self.invite(other, one);
        self.say(one, other, "hello");
        self.run();
        self.say(other, one, "hello yourself");
        self.run();
    }

    pub fn fork(&mut self) -> StdRng {
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        StdRng::from_seed(seed)
    }

    /// What one phone received from another, as words, in the order of its history.
    pub fn heard(&self, at: usize, from: usize) -> Vec<String> {
        self.texts(at, from, Entry::is_received)
    }

    fn texts(&self, at: usize, from: usize, which: impl Fn(&Entry) -> bool) -> Vec<String> {
        let Ok(history) = self.see(at).history(self.id(from)) else {
            return Vec::new();
        };
        history
            .iter()
            .filter(|entry| which(entry))
            .filter_map(|entry| entry.text().map(str::to_owned))
            .collect()
    }

    /// How far each text from one phone to another has come.
    pub fn states(&self, at: usize, to: usize) -> Vec<DeliveryState> {
        let history = self.see(at).history(self.id(to)).unwrap();
        history
            .iter()
            .filter_map(|entry| match entry.direction {
                Direction::Sent(state) => Some(state),
                Direction::Received { .. } => None,
            })
            .collect()
    }

    pub fn take_notices(&mut self, at: usize) -> Vec<Notice> {
        std::mem::take(&mut self.slots[at].notices)
    }

    pub fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
    }

    /// So many days pass, in which the relay lets age out what is too old. Phones do nothing.
    pub fn age(&mut self, days: u64) {
        for _ in 0..24 * days {
            self.pass(Duration::from_seconds(3_600));
            self.relay(Vec::new());
        }
    }

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

    /// Counts a step; true if a fault hit the phone that was about to take it.
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

    fn relay(&mut self, batch: Vec<(ConnectionId, Input)>) {
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

    /// Cuts both connections of a phone, with everything that was on them.
    pub fn cut(&mut self, at: usize) {
        for link in [Link::Named, Link::Nameless] {
            if let Some((connection, _)) = self.slots[at].links[link as usize].take() {
                self.at(at).disconnected(link);
                self.relay(vec![(connection, Input::Closed)]);
            }
        }
    }

    /// Cuts both connections of a phone; the relay hears of it when it has read what was sent.
    fn linger(&mut self, at: usize) {
        for link in [Link::Named, Link::Nameless] {
            if let Some((connection, _)) = self.slots[at].links[link as usize].take() {
                self.at(at).disconnected(link);
                self.late.push_back((connection, Input::Closed));
            }
        }
    }

    /// Ends the relay's program and starts it again on the same store. Its limits begin anew.
    pub fn restart(&mut self) {
        for at in 0..self.slots.len() {
            for link in [Link::Named, Link::Nameless] {
                if self.slots[at].links[link as usize].take().is_some() {
                    self.at(at).disconnected(link);
                }
            }
        }
        self.late.clear();
        let (now, mut rng) = (self.now, self.fork());
        let relay = self.relay.take().unwrap();
        let settings = relay.settings().clone();
        self.relay = Some(Relay::open(relay.into_store(), settings, now, &mut rng).unwrap());
    }

    pub fn offline(&mut self, at: usize) {
        self.cut(at);
        self.slots[at].online = false;
    }

    pub fn online(&mut self, at: usize) {
        self.slots[at].online = true;
    }

    /// Ends a phone's program and starts it again, on the same vault or profile.
    pub fn crash(&mut self, at: usize) {
        self.cut(at);
        let phone = self.slots[at].phone.take().unwrap();
        let (now, mut rng) = (self.now, self.fork());
        let opened = if let Some(folder) = &self.slots[at].folder {
            drop(phone);
            Phone::open(folder.path(), &passphrase(), now, &mut rng).unwrap()
        } else {
            Phone::open_in(phone.into_vault(), now, &mut rng).unwrap()
        };
        self.slots[at].phone = Some(opened);
    }

    /// Where a phone's profile is.
    pub fn folder(&self, at: usize) -> std::path::PathBuf {
        self.slots[at].folder.as_ref().unwrap().path().to_owned()
    }

    /// Copies a phone's profile away.
    pub fn copy(&mut self, at: usize) -> TempDir {
        self.cut(at);
        let (now, mut rng) = (self.now, self.fork());
        drop(self.slots[at].phone.take());
        let copy = tempfile::tempdir().unwrap();
        let folder = self.slots[at].folder.as_ref().unwrap();
        copy_all(folder, &copy);
        self.slots[at].phone = Some(Phone::open(folder.path(), &passphrase(), now, &mut rng).unwrap());
        copy
    }

    /// Puts an old copy of a phone's profile in its place.
    pub fn restore(&mut self, at: usize, copy: TempDir) {
        self.cut(at);
        let (now, mut rng) = (self.now, self.fork());
        drop(self.slots[at].phone.take());
        self.slots[at].phone = Some(Phone::open(copy.path(), &passphrase(), now, &mut rng).unwrap());
        self.slots[at].folder = Some(copy);
    }
}

impl World {
    /// Whether these words stand in anything that the phones gave to the relay.
    pub fn relay_saw(&self, words: &str) -> bool {
        self.seen.iter().any(|frame| {
            let bytes = pillarbox_wire::encode(frame).unwrap();
            bytes.windows(words.len()).any(|window| window == words.as_bytes())
        })
    }

    /// Fetches all one-time prekeys of a phone, as a stranger with its invitation could.
    pub fn drain_prekeys(&mut self, whose: usize) {
        let invitation = self.see(whose).invitation().unwrap();
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
        self.relay(vec![(connection, Input::Opened { peer, handshake_hash: [1; 32] })]);
        for request in 1..=120 {
            self.pass(Duration(10));
            let fetch = FetchBundles {
                request: RequestId(request),
                account: invitation.account,
                delivery_key: invitation.delivery_key,
            };
            self.relay(vec![(connection, Input::Frame(ClientFrame::FetchBundles(fetch)))]);
        }
    }
}

fn copy_all(from: &TempDir, to: &TempDir) {
    for file in std::fs::read_dir(from.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.path().join(file.file_name())).unwrap();
    }
}

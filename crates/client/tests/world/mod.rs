//! A relay and phones in one process, with a virtual clock and seeded randomness, shared by the tests of this folder.
//!
//! Frames go straight from engine to engine. Every frame is a step, and a test can break the world before any step:
//! by ending and restarting a phone's program, or by cutting a connection with everything on it.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "shared by tests that each use a part of it; a failed expectation is a failed test"
)]

mod faults;
mod frames;

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};

use pillarbox_client::{
    Contact, DeliveryState, EntryDirection, Habits, HistoryEntry, Link, NewAccount, Notice, PaddingRule,
    Passphrase, Phone, Protection, Vault,
};
use pillarbox_crypto::{AgreementSecret, PasswordCost};
use pillarbox_relay::{ConnectionId, Effect, Input, Relay, RelaySettings, SqliteStore};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{
    AccountId, ClientFrame, Duration, FetchBundles, Handle, NumberCode, RelayFrame, RequestId, Timestamp,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_core::Rng;
use tempfile::TempDir;

pub const START: Timestamp = Timestamp(1_490_193_600_000);

/// Rounds after which a run is taken for a loop.
const MAX_STEPS: usize = 50_000;

/// A fault that a test causes before a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program of this phone ends and is restarted.
    Crash(usize),
    /// Both connections of this phone are cut.
    Cut(usize),
    /// Both connections of this phone are cut, and the relay learns of it later: earlier frames of the phone arrive
    /// after those on its next connection.
    Linger(usize),
    /// The relay's program ends and is restarted.
    Restart,
}

/// Decides about a frame to a phone.
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
    /// `None` only while it is restarted.
    relay: Option<Relay<SqliteStore>>,
    address: RelayAddress,
    pub slots: Vec<Slot>,
    pub now: Timestamp,
    pub rng: StdRng,
    next_connection: u64,
    /// Frames that phones sent on connections now gone, and that the relay has not read yet.
    late: VecDeque<(ConnectionId, Input)>,
    pub steps: usize,
    /// Asked before each step.
    pub fault: Box<dyn FnMut(usize) -> Option<Fault>>,
    /// Asked for each frame to a phone: true breaks the connection just before the frame arrives.
    pub lose: Lose,
    /// Called for each frame to the relay, which it may change.
    pub tamper: Tamper,
    /// Called for each frame to a phone, which it may change.
    pub forge: Forge,
    /// Payloads that the relay took, in its view.
    pub seen: Vec<ClientFrame>,
    /// Push tokens that the relay asked to wake.
    pub woken: Vec<Vec<u8>>,
    /// Codes that the relay sent to numbers.
    pub codes: Vec<(Handle, NumberCode)>,
}

pub fn passphrase() -> Passphrase {
    Passphrase::new("an open secret".to_owned()).unwrap()
}

impl World {
    pub fn new() -> Self {
        Self::with(RelaySettings::default())
    }

    pub fn with(settings: RelaySettings) -> Self {
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

    /// Adds a registered phone in memory.
    pub fn phone(&mut self, name: &str) -> usize {
        let new = self.account(name, Protection::EndToEnd);
        self.phone_of(new)
    }

    pub fn phone_with_number(&mut self, name: &str, number: &str) -> usize {
        let handle = Some(Handle::parse(number).unwrap());
        let new = NewAccount { handle, ..self.account(name, Protection::EndToEnd) };
        self.phone_of(new)
    }

    /// Enters the code that was sent to the number of a registering phone.
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

    /// Adds a registered phone with a profile on disk.
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

    /// Adds `whom` to `at` by invitation.
    pub fn invite(&mut self, at: usize, whom: usize) -> Contact {
        let link = self.see(whom).invitation().unwrap().to_string();
        let (now, mut rng) = (self.now, self.fork());
        self.at(at).add_invited(&link.parse().unwrap(), None, now, &mut rng).unwrap()
    }

    pub fn say(&mut self, at: usize, to: usize, text: &str) {
        let (contact, now, mut rng) = (self.id(to), self.now, self.fork());
        self.at(at).queue_text(contact, text, now, &mut rng).unwrap();
    }

    /// Adds two phones that have each other's invitation and have exchanged a text and its answer.
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

    /// Returns the texts that one phone received from another, in the order of its history.
    pub fn heard(&self, at: usize, from: usize) -> Vec<String> {
        self.texts(at, from, HistoryEntry::is_received)
    }

    fn texts(&self, at: usize, from: usize, which: impl Fn(&HistoryEntry) -> bool) -> Vec<String> {
        let Ok(history) = self.see(at).history(self.id(from)) else {
            return Vec::new();
        };
        history
            .iter()
            .filter(|entry| which(entry))
            .filter_map(|entry| entry.text().map(str::to_owned))
            .collect()
    }

    /// Returns the delivery state of each text from one phone to another.
    pub fn states(&self, at: usize, to: usize) -> Vec<DeliveryState> {
        let history = self.see(at).history(self.id(to)).unwrap();
        history
            .iter()
            .filter_map(|entry| match entry.direction {
                EntryDirection::Sent(state) => Some(state),
                EntryDirection::Received { .. } => None,
            })
            .collect()
    }

    pub fn take_notices(&mut self, at: usize) -> Vec<Notice> {
        std::mem::take(&mut self.slots[at].notices)
    }

    pub fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
    }

    /// Lets `days` days pass, in which the relay drops messages that are too old. Phones do nothing.
    pub fn age(&mut self, days: u64) {
        for _ in 0..24 * days {
            self.pass(Duration::from_seconds(3_600));
            self.relay(Vec::new());
        }
    }
}

impl World {
    /// Returns true if these words stand in anything that the phones sent to the relay.
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

//! A relay and phones in one process, with a virtual clock and seeded randomness.
//!
//! Every frame crosses a real Noise channel, so that an attacker on the wire sees the bytes of a real wire. Two
//! hooks are between channel and relay: they do what a dishonest relay would do with frames on their way in and
//! out. Every frame is a step, and a test can break the world before any step: it can end and restart a program, or
//! cut a connection with everything on it.

mod carry;
mod faults;
mod linked;
mod seen;
mod wire;

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use pillarbox_client::{
    Contact, DeliveryState, EntryDirection, Habits, HistoryEntry, Invitation, Link, NewAccount, Notice,
    PaddingRule, Passphrase, Phone, Protection, Vault,
};
use pillarbox_crypto::{AgreementSecret, PasswordCost};
use pillarbox_relay::{ConnectionId, Input, Passing, RelaySettings};
use pillarbox_transport::{Established, RelayAddress};
use pillarbox_wire::{AccountId, ClientFrame, DeviceAddress, Duration, IdentityKey, RelayFrame, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_core::Rng;
use tempfile::TempDir;

pub use wire::{Parties, Shaken};

use crate::frames::{handle, identity_key};
use crate::relay::{LoneRelay, START};

/// A phone of the world, by its index.
pub type Who = usize;

/// A fault that a test causes before a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program of this phone ends and is restarted.
    Crash(Who),
    /// Both connections of this phone are cut.
    Cut(Who),
    /// Both connections of this phone are cut, and the relay learns of it later: earlier frames of the phone arrive
    /// after those on its next connection.
    Linger(Who),
    /// The relay's program ends and is restarted.
    Restart,
}

/// Decides about a frame to a phone.
pub type Lose = Box<dyn FnMut(Who, &RelayFrame) -> bool>;

/// The phone at the other end of a connection, and which of its connections it is. Hooks use it. A real relay knows
/// neither of these about a nameless connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneLink {
    /// The phone's index in the world.
    pub who: Who,
    /// The link of the phone.
    pub link: Link,
}

/// The change that an altered relay makes to a frame. The returned frames replace it.
pub type Hook<F> = Box<dyn FnMut(PhoneLink, F) -> Vec<F>>;

/// Bytes that crossed a wire.
pub struct CrossedBytes {
    /// The connection on which the bytes passed.
    pub way: PhoneLink,
    /// True in the direction of the relay.
    pub to_relay: bool,
    /// The bytes that passed.
    pub bytes: Vec<u8>,
}

/// One connection of a phone: a channel, and the frames that have reached the phone through it.
struct Line {
    connection: ConnectionId,
    phone_end: Established,
    relay_end: Established,
    arrived: VecDeque<RelayFrame>,
}

struct Slot {
    phone: Option<Phone>,
    folder: Option<TempDir>,
    lines: [Option<Line>; 2],
    online: bool,
    peer: IpAddr,
    /// Its own clock, if it differs from the world's.
    clock: Option<Timestamp>,
    notices: Vec<Notice>,
}

/// A relay and its phones.
pub struct World {
    /// The relay, its rows, and what it sends other than frames: push tokens to wake, codes to numbers.
    pub relay: LoneRelay,
    key: AgreementSecret,
    slots: Vec<Slot>,
    /// The clock of everybody without their own clock.
    pub now: Timestamp,
    relay_clock: Option<Timestamp>,
    /// The randomness of the phones.
    pub rng: StdRng,
    /// The padding of new phones.
    pub padding: PaddingRule,
    /// Frames that phones sent on connections now closed, and that the relay has not read yet.
    late: VecDeque<(ConnectionId, Input)>,
    /// The number of steps so far.
    pub steps: usize,
    /// Asked before each step.
    pub fault: Box<dyn FnMut(usize) -> Option<Fault>>,
    /// Called for each frame to a phone. If it returns true, the connection breaks just before the frame arrives.
    pub lose: Lose,
    /// The relay's treatment of frames from phones.
    pub up: Hook<ClientFrame>,
    /// The relay's treatment of frames to phones.
    pub down: Hook<RelayFrame>,
    /// Frames as they arrived at the relay.
    pub received: Vec<(PhoneLink, ClientFrame)>,
    /// Frames as they left the relay.
    pub sent: Vec<(PhoneLink, RelayFrame)>,
    /// The relay's report of the frames that passed, if it was asked to follow them.
    pub passed: Vec<Passing>,
    /// Everything that crossed a wire.
    pub tapped: Vec<CrossedBytes>,
}

/// Returns the passphrase of every profile on disk.
#[must_use]
pub fn passphrase() -> Passphrase {
    Passphrase::new("an open secret".to_owned()).unwrap()
}

/// Returns a hook that alters each frame and lets it pass.
pub fn altering<F: 'static>(mut alter: impl FnMut(Who, &mut F) + 'static) -> Hook<F> {
    Box::new(move |way, mut frame| {
        alter(way.who, &mut frame);
        vec![frame]
    })
}

/// Returns a hook that changes nothing.
#[must_use]
pub fn honest<F: 'static>() -> Hook<F> {
    Box::new(|_, frame| vec![frame])
}

/// Returns true if these words occur among the bytes.
#[must_use]
pub fn contains(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// Returns true if any file of a folder contains these bytes.
#[must_use]
pub fn folder_contains(folder: &Path, words: &[u8]) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).any(|bytes| contains(&bytes, words))
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// Creates a world whose relay has its rows in memory.
    #[must_use]
    pub fn new() -> Self {
        Self::with(RelaySettings::default())
    }

    /// Creates a world whose relay has its rows in memory and runs with these settings.
    #[must_use]
    pub fn with(settings: RelaySettings) -> Self {
        Self::around(LoneRelay::in_memory(settings), [9; 32])
    }

    /// Creates a world whose relay has its rows in a folder, so that somebody who seizes them reads the file.
    #[must_use]
    pub fn on_disk(settings: RelaySettings) -> Self {
        Self::around(LoneRelay::on_disk(settings), [22; 32])
    }

    fn around(relay: LoneRelay, seed: [u8; 32]) -> Self {
        let mut rng = StdRng::from_seed(seed);
        Self {
            relay,
            key: AgreementSecret::generate(&mut rng),
            slots: Vec::new(),
            now: START,
            relay_clock: None,
            rng,
            padding: PaddingRule::Blocks80,
            late: VecDeque::new(),
            steps: 0,
            fault: Box::new(|_| None),
            lose: Box::new(|_, _| false),
            up: honest(),
            down: honest(),
            received: Vec::new(),
            sent: Vec::new(),
            passed: Vec::new(),
            tapped: Vec::new(),
        }
    }

    /// Returns a separate random generator for one act of a phone.
    pub fn fork(&mut self) -> StdRng {
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        StdRng::from_seed(seed)
    }

    /// Returns words so unlikely that they occur nowhere by chance.
    pub fn words(&mut self) -> String {
        format!("planted {:016x}{:016x}", self.rng.next_u64(), self.rng.next_u64())
    }

    /// Returns the settings of a phone whose messages are end-to-end encrypted.
    #[must_use]
    pub fn new_account(&self, name: &str) -> NewAccount {
        NewAccount {
            relay: RelayAddress::new("relay.example", 7455, self.key.public()).unwrap(),
            handle: None,
            name: name.to_owned(),
            protection: Protection::EndToEnd,
            padding: self.padding,
            habits: Habits::default(),
        }
    }

    /// Returns the settings of a phone whose messages are protected in this way.
    #[must_use]
    pub fn account(&self, name: &str, protection: Protection) -> NewAccount {
        NewAccount { protection, ..self.new_account(name) }
    }

    /// Adds a registered phone.
    pub fn phone(&mut self, name: &str) -> Who {
        self.phone_of(self.new_account(name))
    }

    /// Adds a registered phone of the plain-server design, whose messages the relay can read.
    pub fn readable_phone(&mut self, name: &str) -> Who {
        self.phone_of(self.account(name, Protection::ServerReadable))
    }

    /// Adds a registered phone with a number.
    pub fn phone_with_number(&mut self, name: &str, number: &str) -> Who {
        self.phone_of(NewAccount { handle: Some(handle(number)), ..self.new_account(name) })
    }

    /// Adds a registered phone with these settings.
    pub fn phone_of(&mut self, new: NewAccount) -> Who {
        let vault = Vault::in_memory(&mut self.rng).unwrap();
        self.begin(vault, new, None)
    }

    /// Adds a registered phone with its profile in a folder.
    pub fn phone_on_disk(&mut self, new: NewAccount) -> Who {
        let folder = tempfile::tempdir().unwrap();
        let vault =
            Vault::create(folder.path(), &passphrase(), PasswordCost::TESTING, &mut self.rng).unwrap();
        self.begin(vault, new, Some(folder))
    }

    fn begin(&mut self, vault: Vault, new: NewAccount, folder: Option<TempDir>) -> Who {
        let phone = Phone::create_in(vault, new, self.now, &mut self.rng).unwrap();
        self.add(phone, folder)
    }

    /// Adds a phone to the world, with its own network address.
    pub fn add(&mut self, phone: Phone, folder: Option<TempDir>) -> Who {
        let number = (self.slots.len() + 1) as u8;
        let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, number));
        let (lines, notices) = ([None, None], Vec::new());
        self.slots.push(Slot { phone: Some(phone), folder, lines, online: true, peer, clock: None, notices });
        self.run();
        self.slots.len() - 1
    }

    /// Adds two phones that have each other's invitation and have exchanged a text and its answer.
    pub fn pair(&mut self) -> (Who, Who) {
        let (alice, bob) = (self.phone("Alice"), self.phone("Bob"));
        self.introduce(alice, bob);
        (alice, bob)
    }

    /// Has two phones add each other by invitation, and exchange a text and its answer.
    pub fn introduce(&mut self, one: Who, other: Who) {
        self.invite(one, other);
        self.invite(other, one);
        self.tell(one, other, "hello");
        self.tell(other, one, "hello yourself");
    }

    /// Returns a phone, to act on it.
    pub fn at(&mut self, who: Who) -> &mut Phone {
        self.slots[who].phone.as_mut().unwrap()
    }

    /// Returns a phone, to inspect it.
    #[must_use]
    pub fn see(&self, who: Who) -> &Phone {
        self.slots[who].phone.as_ref().unwrap()
    }

    /// Returns a phone's address.
    #[must_use]
    pub fn address(&self, who: Who) -> DeviceAddress {
        self.see(who).account().address.unwrap()
    }

    /// Returns a phone's account.
    #[must_use]
    pub fn id(&self, who: Who) -> AccountId {
        self.address(who).account
    }

    /// Returns a phone's invitation.
    #[must_use]
    pub fn invitation(&self, who: Who) -> Invitation {
        self.see(who).invitation().unwrap()
    }

    /// Returns a phone's identity as it uploads it.
    #[must_use]
    pub fn identity(&self, who: Who) -> IdentityKey {
        identity_key(&self.invitation(who).identity)
    }

    /// Returns a phone's delivery key.
    #[must_use]
    pub fn delivery_key(&self, who: Who) -> [u8; 32] {
        self.invitation(who).delivery_key.unwrap().0
    }

    /// Returns the network address of both connections of a phone.
    #[must_use]
    pub fn peer(&self, who: Who) -> IpAddr {
        self.slots[who].peer
    }

    /// Has `who` add `whom` by the link of its invitation.
    pub fn invite(&mut self, who: Who, whom: Who) -> Contact {
        let link = self.invitation(whom).to_string();
        let (now, mut rng) = (self.clock(who), self.fork());
        self.at(who).add_invited(&link.parse().unwrap(), None, now, &mut rng).unwrap()
    }

    /// Has `who` find the owner of a number in the directory.
    pub fn look_up(&mut self, who: Who, number: &str) {
        self.at(who).look_up(handle(number), None).unwrap();
        self.run();
    }

    /// Has a phone queue a text.
    pub fn say(&mut self, who: Who, to: Who, text: &str) {
        let (contact, now, mut rng) = (self.id(to), self.clock(who), self.fork());
        self.at(who).queue_text(contact, text, now, &mut rng).unwrap();
    }

    /// Sends a text, and delivers everything that can arrive.
    pub fn tell(&mut self, who: Who, to: Who, text: &str) {
        self.say(who, to, text);
        self.run();
    }

    /// Returns the conversation with somebody who may be no contact.
    #[must_use]
    pub fn history(&self, who: Who, with: AccountId) -> Vec<HistoryEntry> {
        self.see(who).history(with).unwrap_or_default()
    }

    /// Returns the texts that one phone received from another, in the order of its history.
    #[must_use]
    pub fn heard(&self, who: Who, from: Who) -> Vec<String> {
        let history = self.history(who, self.id(from));
        let received = history.iter().filter(|entry| entry.is_received());
        received.filter_map(|entry| entry.text().map(str::to_owned)).collect()
    }

    /// Removes and returns the notices of a phone to its owner.
    pub fn take_notices(&mut self, who: Who) -> Vec<Notice> {
        std::mem::take(&mut self.slots[who].notices)
    }

    /// Advances every clock.
    pub fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
        let clocks = self.slots.iter_mut().map(|slot| &mut slot.clock).chain([&mut self.relay_clock]);
        for clock in clocks.flatten() {
            *clock = *clock + span;
        }
    }

    /// Sets a phone's own clock.
    pub fn set_clock(&mut self, who: Who, clock: Timestamp) {
        self.slots[who].clock = Some(clock);
    }

    /// Sets the relay's own clock.
    pub fn set_relay_clock(&mut self, clock: Timestamp) {
        self.relay_clock = Some(clock);
    }

    /// Returns the time on a phone's clock.
    #[must_use]
    pub fn clock(&self, who: Who) -> Timestamp {
        self.slots[who].clock.unwrap_or(self.now)
    }

    /// Has the relay do the work that has become due.
    pub fn sweep(&mut self) {
        self.process(Vec::new());
    }

    /// Advances time by `days` days, in which the relay drops messages that are too old. Phones do nothing.
    pub fn age(&mut self, days: u64) {
        for _ in 0..24 * days {
            self.pass(Duration::from_seconds(3_600));
            self.sweep();
        }
    }

    /// Enters the code that was sent to the number of a registering phone.
    pub fn show_code(&mut self, who: Who) {
        let (handle, code) = self.relay.codes.pop().unwrap();
        assert_eq!(self.see(who).account().handle, Some(handle));
        self.at(who).enter_code(code).unwrap();
        self.run();
    }

    /// Returns the delivery state of each text from one phone to another.
    #[must_use]
    pub fn states(&self, who: Who, to: Who) -> Vec<DeliveryState> {
        let history = self.see(who).history(self.id(to)).unwrap();
        let state = |entry: &HistoryEntry| match entry.direction {
            EntryDirection::Sent(state) => Some(state),
            EntryDirection::Received { .. } => None,
        };
        history.iter().filter_map(state).collect()
    }
}

//! A relay and phones in one process, with a virtual clock and seeded randomness.
//!
//! Every frame crosses a real Noise channel, so that an attacker on the wire sees the bytes of a real wire. The relay
//! keeps its rows in a folder, so that somebody who seizes them reads the file. Two hooks stand between channel and
//! relay: they do what a dishonest relay would do with frames on their way in and out.

mod carry;
mod relay;

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use pillarbox_client::{
    Habits, HistoryEntry, Invitation, Link, NewAccount, Notice, PaddingRule, Passphrase, Phone, Protection,
    Vault,
};
use pillarbox_crypto::{AgreementSecret, PasswordCost};
use pillarbox_relay::{ConnectionId, Passing, Relay, RelaySettings, SqliteStore};
use pillarbox_transport::{Established, RelayAddress};
use pillarbox_wire::{
    AccountId, ClientFrame, DeviceAddress, Duration, Handle, IdentityKey, NumberCode, RelayFrame, Timestamp,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_core::Rng;
use tempfile::TempDir;

use crate::forger::identity_key;

/// 22 March 2017, 14:40 UTC.
pub(crate) const START: Timestamp = Timestamp(1_490_193_600_000);

/// A phone of the world, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Who(usize);

/// The phone at the other end of a connection, and which of its connections it is. Hooks use it. A real relay knows
/// neither about a nameless connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) who: Who,
    pub(crate) link: Link,
}

/// The act of an altered relay on a frame. The frames that it returns go on in the frame's place.
pub(crate) type Hook<F> = Box<dyn FnMut(Way, F) -> Vec<F>>;

/// Bytes that crossed a wire.
pub(crate) struct Tapped {
    pub(crate) way: Way,
    pub(crate) to_relay: bool,
    pub(crate) bytes: Vec<u8>,
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
    notices: Vec<Notice>,
}

pub(crate) struct World {
    relay: Relay<SqliteStore>,
    key: AgreementSecret,
    folder: TempDir,
    slots: Vec<Slot>,
    /// Connections that belong to no phone, with the relay's frames on them.
    guests: HashMap<ConnectionId, Vec<RelayFrame>>,
    pub(crate) now: Timestamp,
    rng: StdRng,
    next_connection: u64,
    /// The relay's treatment of frames from phones.
    pub(crate) up: Hook<ClientFrame>,
    /// The relay's treatment of frames to phones.
    pub(crate) down: Hook<RelayFrame>,
    /// Frames as they arrived at the relay.
    pub(crate) received: Vec<(Way, ClientFrame)>,
    /// Frames as they left the relay.
    pub(crate) sent: Vec<(Way, RelayFrame)>,
    /// The relay's report of the frames that passed.
    pub(crate) passed: Vec<Passing>,
    pub(crate) tapped: Vec<Tapped>,
    /// Codes that the relay sent to numbers.
    pub(crate) codes: Vec<(Handle, NumberCode)>,
}

pub(crate) fn passphrase() -> Passphrase {
    Passphrase::new("an open secret".to_owned()).unwrap()
}

/// Returns a hook that changes nothing.
pub(crate) fn honest<F: 'static>() -> Hook<F> {
    Box::new(|_, frame| vec![frame])
}

pub(crate) fn contains(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// Returns true if any file of a folder contains these bytes.
pub(crate) fn folder_contains(folder: &Path, words: &[u8]) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).any(|bytes| contains(&bytes, words))
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(RelaySettings::default())
    }

    pub(crate) fn with(settings: RelaySettings) -> Self {
        let mut rng = StdRng::from_seed([22; 32]);
        let key = AgreementSecret::generate(&mut rng);
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).unwrap();
        let mut relay = Relay::open(store, settings, START, &mut rng).unwrap();
        relay.follow(Some(usize::MAX));
        Self {
            relay,
            key,
            folder,
            slots: Vec::new(),
            guests: HashMap::new(),
            now: START,
            rng,
            next_connection: 1,
            up: honest(),
            down: honest(),
            received: Vec::new(),
            sent: Vec::new(),
            passed: Vec::new(),
            tapped: Vec::new(),
            codes: Vec::new(),
        }
    }

    pub(crate) fn fork(&mut self) -> StdRng {
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        StdRng::from_seed(seed)
    }

    /// Returns words that occur nowhere by chance.
    pub(crate) fn words(&mut self) -> String {
        format!("planted {:016x}{:016x}", self.rng.next_u64(), self.rng.next_u64())
    }

    /// Returns the settings of a phone of the default design, as the shipped program makes it.
    pub(crate) fn new_account(&self, name: &str) -> NewAccount {
        NewAccount {
            relay: RelayAddress::new("relay.example", 7455, self.key.public()).unwrap(),
            handle: None,
            name: name.to_owned(),
            protection: Protection::EndToEnd,
            padding: PaddingRule::Padme,
            habits: Habits::default(),
        }
    }

    /// Adds a registered phone.
    pub(crate) fn phone(&mut self, name: &str) -> Who {
        self.phone_of(self.new_account(name))
    }

    /// Adds a registered phone of the plain-server design, whose messages the relay can read.
    pub(crate) fn readable_phone(&mut self, name: &str) -> Who {
        self.phone_of(NewAccount { protection: Protection::ServerReadable, ..self.new_account(name) })
    }

    pub(crate) fn phone_with_number(&mut self, name: &str, number: &str) -> Who {
        self.phone_of(NewAccount { handle: Some(handle(number)), ..self.new_account(name) })
    }

    pub(crate) fn phone_of(&mut self, new: NewAccount) -> Who {
        let vault = Vault::in_memory(&mut self.rng).unwrap();
        self.begin(vault, new, None)
    }

    /// Adds a registered phone with its profile in a folder.
    pub(crate) fn phone_on_disk(&mut self, new: NewAccount) -> Who {
        let folder = tempfile::tempdir().unwrap();
        let vault =
            Vault::create(folder.path(), &passphrase(), PasswordCost::TESTING, &mut self.rng).unwrap();
        self.begin(vault, new, Some(folder))
    }

    fn begin(&mut self, vault: Vault, new: NewAccount, folder: Option<TempDir>) -> Who {
        let phone = Phone::create_in(vault, new, self.now, &mut self.rng).unwrap();
        self.add(phone, folder)
    }

    /// Adds a phone to the world, with a network address of its own.
    pub(crate) fn add(&mut self, phone: Phone, folder: Option<TempDir>) -> Who {
        let number = u8::try_from(self.slots.len() + 1).unwrap();
        let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, number));
        let (lines, notices) = ([None, None], Vec::new());
        self.slots.push(Slot { phone: Some(phone), folder, lines, online: true, peer, notices });
        self.run();
        Who(self.slots.len() - 1)
    }

    /// Adds two phones that have each other's invitation and have exchanged a text and its answer.
    pub(crate) fn pair(&mut self) -> (Who, Who) {
        let (alice, bob) = (self.phone("Alice"), self.phone("Bob"));
        self.introduce(alice, bob);
        (alice, bob)
    }

    pub(crate) fn introduce(&mut self, one: Who, other: Who) {
        self.invite(one, other);
        self.invite(other, one);
        self.tell(one, other, "hello");
        self.tell(other, one, "hello yourself");
    }

    pub(crate) fn at(&mut self, who: Who) -> &mut Phone {
        self.slots[who.0].phone.as_mut().unwrap()
    }

    pub(crate) fn see(&self, who: Who) -> &Phone {
        self.slots[who.0].phone.as_ref().unwrap()
    }

    pub(crate) fn address(&self, who: Who) -> DeviceAddress {
        self.see(who).account().address.unwrap()
    }

    pub(crate) fn id(&self, who: Who) -> AccountId {
        self.address(who).account
    }

    pub(crate) fn invitation(&self, who: Who) -> Invitation {
        self.see(who).invitation().unwrap()
    }

    pub(crate) fn identity(&self, who: Who) -> IdentityKey {
        identity_key(&self.invitation(who).identity)
    }

    pub(crate) fn delivery_key(&self, who: Who) -> [u8; 32] {
        self.invitation(who).delivery_key.unwrap().0
    }

    /// Returns the network address of both connections of a phone.
    pub(crate) fn peer(&self, who: Who) -> IpAddr {
        self.slots[who.0].peer
    }

    /// Lets `who` add `whom` by invitation.
    pub(crate) fn invite(&mut self, who: Who, whom: Who) {
        let (invitation, now, mut rng) = (self.invitation(whom), self.now, self.fork());
        self.at(who).add_invited(&invitation, None, now, &mut rng).unwrap();
    }

    /// Lets `who` find the owner of a number in the directory.
    pub(crate) fn look_up(&mut self, who: Who, number: &str) {
        self.at(who).look_up(handle(number), None).unwrap();
        self.run();
    }

    pub(crate) fn say(&mut self, who: Who, to: Who, text: &str) {
        let (contact, now, mut rng) = (self.id(to), self.now, self.fork());
        self.at(who).queue_text(contact, text, now, &mut rng).unwrap();
    }

    /// Sends a text, and lets everything arrive that can.
    pub(crate) fn tell(&mut self, who: Who, to: Who, text: &str) {
        self.say(who, to, text);
        self.run();
    }

    /// Returns the conversation with somebody who may be no contact.
    pub(crate) fn history(&self, who: Who, with: AccountId) -> Vec<HistoryEntry> {
        self.see(who).history(with).unwrap_or_default()
    }

    /// Returns the texts that one phone received from another, in the order of its history.
    pub(crate) fn heard(&self, who: Who, from: Who) -> Vec<String> {
        let history = self.history(who, self.id(from));
        let received = history.iter().filter(|entry| entry.is_received());
        received.filter_map(|entry| entry.text().map(str::to_owned)).collect()
    }

    pub(crate) fn take_notices(&mut self, who: Who) -> Vec<Notice> {
        std::mem::take(&mut self.slots[who.0].notices)
    }

    pub(crate) fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
    }

    pub(crate) fn online(&mut self, who: Who) {
        self.slots[who.0].online = true;
        self.run();
    }

    pub(crate) fn offline(&mut self, who: Who) {
        self.cut(who);
        self.slots[who.0].online = false;
    }

    /// Ends a phone's program and starts it again.
    pub(crate) fn restart(&mut self, who: Who) {
        self.cut(who);
        let phone = self.slots[who.0].phone.take().unwrap();
        let (now, mut rng) = (self.now, self.fork());
        let phone = Phone::open_in(phone.into_vault(), now, &mut rng).unwrap();
        self.slots[who.0].phone = Some(phone);
        self.run();
    }

    /// Replaces a phone's folder with a copy, and starts its program again.
    pub(crate) fn put_back(&mut self, who: Who, folder: TempDir) {
        self.cut(who);
        let slot = &mut self.slots[who.0];
        drop(slot.phone.take());
        slot.folder = Some(folder);
        self.open_folder(who);
    }

    fn open_folder(&mut self, who: Who) {
        let (now, mut rng) = (self.now, self.fork());
        let folder = self.slots[who.0].folder.as_ref().unwrap();
        let phone = Phone::open(folder.path(), &passphrase(), now, &mut rng).unwrap();
        self.slots[who.0].phone = Some(phone);
        self.run();
    }

    /// Copies a phone's folder while its program does not run.
    pub(crate) fn copy_folder(&mut self, who: Who) -> TempDir {
        self.cut(who);
        drop(self.slots[who.0].phone.take());
        let copy = tempfile::tempdir().unwrap();
        let folder = self.slots[who.0].folder.as_ref().unwrap().path().to_owned();
        for file in std::fs::read_dir(&folder).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        self.open_folder(who);
        copy
    }
}

pub(crate) fn handle(number: &str) -> Handle {
    Handle::parse(number).unwrap()
}

//! A relay and phones in one process, with frames going straight from one to the other. The targets for engines start
//! from this honest beginning.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use pillarbox_client::{GroupBasis, Habits, Link, NewAccount, PaddingRule, Phone, Protection, Vault};
use pillarbox_crypto::AgreementSecret;
use pillarbox_relay::limits::{Limits, Rate};
use pillarbox_relay::{
    ConnectionId, Effect, Input, Keeping, LogRule, Logged, Relay, RelaySettings, SqliteStore,
};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{AccountId, DepositKind, Duration, Handle, RelayFrame, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The time at which everything happens.
pub(crate) const NOW: Timestamp = Timestamp(1_490_193_600_000);

/// The number of rounds after which frames that still move count as a loop.
const MAX_ROUNDS: usize = 2_000;

const LINKS: [Link; 2] = [Link::Named, Link::Nameless];

struct Slot {
    phone: Phone,
    links: [Option<(ConnectionId, VecDeque<RelayFrame>)>; 2],
}

/// A rule under which the relay writes every event of a kind down.
fn logged(what: Logged) -> LogRule {
    LogRule { what, keep: Duration::from_days(1), address: true, only: Vec::new() }
}

/// The relay and phones of this module.
pub(crate) struct World {
    pub(crate) relay: Relay<SqliteStore>,
    slots: Vec<Slot>,
    pub(crate) rng: ChaCha20Rng,
    next_connection: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::over(SqliteStore::in_memory().expect("memory"))
    }

    /// Creates a world whose relay keeps its database in a folder.
    pub(crate) fn on_disk(folder: &Path) -> Self {
        Self::over(SqliteStore::open_with_reserve(folder, 0).expect("room"))
    }

    fn over(store: SqliteStore) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(8);
        // A relay that keeps everything that a frame can contain, so that its rule refuses nothing.
        let keeping = Keeping {
            deposits: DepositKind::ALL.to_vec(),
            channels: true,
            stamps: true,
            directory_log: true,
            groups: true,
            attachments: Some(Duration(30 * 24 * 3_600_000)),
            log: Logged::ALL.map(logged).to_vec(),
            ..Keeping::LEAST
        };
        // No clock moves here, so a limit that refills would soon refuse every act.
        let limits = Limits { group_acts: Rate::per_minute(1_000_000, 1_000_000), ..Limits::default() };
        let settings = RelaySettings { keeping, limits, ..RelaySettings::default() };
        let relay = Relay::open(store, settings, NOW, &mut rng).expect("a relay");
        Self { relay, slots: Vec::new(), rng, next_connection: 1 }
    }

    /// Adds a registered phone with this vault.
    pub(crate) fn phone(&mut self, vault: Vault, name: &str, number: &str) -> usize {
        self.protected_phone(vault, name, number, Protection::EndToEnd)
    }

    /// Adds a registered phone with this vault and protection.
    pub(crate) fn protected_phone(
        &mut self,
        vault: Vault,
        name: &str,
        number: &str,
        protection: Protection,
    ) -> usize {
        let key = AgreementSecret::from_bytes([7; 32]).public();
        let new = NewAccount {
            relay: RelayAddress::new("relay.example", 7455, key).expect("an address"),
            handle: Some(Handle::parse(number).expect("a number")),
            name: name.to_owned(),
            protection,
            padding: PaddingRule::Blocks80,
            habits: Habits::default(),
        };
        let phone = Phone::create_in(vault, new, NOW, &mut self.rng).expect("a phone");
        self.slots.push(Slot { phone, links: [None, None] });
        self.run();
        self.slots.len() - 1
    }

    /// Adds another device of the account of a phone, and has that phone link it.
    pub(crate) fn device(&mut self, of: usize, vault: Vault) -> usize {
        let invitation = self.slots[of].phone.invitation().expect("registered");
        let padding = PaddingRule::Blocks80;
        let phone =
            Phone::create_linked_in(vault, &invitation, padding, NOW, &mut self.rng).expect("a phone");
        let code = phone.device_code().expect("a new device");
        self.slots.push(Slot { phone, links: [None, None] });
        self.run();
        self.slots[of].phone.link_device(code, true).expect("room");
        self.run();
        self.slots.len() - 1
    }

    /// Has a phone believe the operator on who is in groups.
    pub(crate) fn believes_operator(&mut self, at: usize) {
        let (phone, rng) = self.at(at);
        let habits = Habits { groups: Some(GroupBasis::Operator), ..phone.account().habits.clone() };
        phone.set_habits(habits, rng).expect("a sound vault");
    }

    /// Returns the connection that names a phone.
    pub(crate) fn connection(&self, at: usize) -> Option<ConnectionId> {
        self.slots[at].links[Link::Named as usize].as_ref().map(|(connection, _)| *connection)
    }

    pub(crate) fn at(&mut self, at: usize) -> (&mut Phone, &mut ChaCha20Rng) {
        (&mut self.slots[at].phone, &mut self.rng)
    }

    /// Removes a phone from the world and leaves its connections open.
    pub(crate) fn take(&mut self, at: usize) -> Phone {
        self.slots.remove(at).phone
    }

    pub(crate) fn id(&self, at: usize) -> AccountId {
        self.slots[at].phone.account().address.expect("registered").account
    }

    /// Has `one` add the other by invitation and write.
    pub(crate) fn greet(&mut self, one: usize, other: usize) {
        let invitation = self.slots[other].phone.invitation().expect("registered");
        let (phone, rng) = self.at(one);
        let contact = phone.add_invited(&invitation, None, NOW, rng).expect("an honest invitation");
        phone.queue_text(contact.account, "hello", NOW, rng).expect("a short text");
        self.run();
    }

    /// Carries frames until no frame is left to carry.
    pub(crate) fn run(&mut self) {
        for _ in 0..MAX_ROUNDS {
            let mut moved = false;
            for at in 0..self.slots.len() {
                for link in LINKS {
                    moved |= self.drive(at, link);
                }
            }
            if !moved {
                return;
            }
        }
        panic!("the world does not come to rest");
    }

    fn drive(&mut self, at: usize, link: Link) -> bool {
        let slot = link as usize;
        if self.slots[at].links[slot].is_none() {
            let phone = &self.slots[at].phone;
            let wanted = link == Link::Named
                || (phone.is_ready(Link::Named) && phone.wants_nameless().expect("a sound vault"));
            if wanted {
                self.connect(at, link);
            }
            return wanted;
        }
        let (phone, rng) = self.at(at);
        let frames = phone.outgoing(link, NOW, rng).expect("a sound vault");
        let moved = !frames.is_empty();
        for frame in frames {
            if let Some((connection, _)) = &self.slots[at].links[slot] {
                self.relay(vec![(*connection, Input::Frame(frame))]);
            }
        }
        let arrived = self.slots[at].links[slot].as_mut().and_then(|(_, arrived)| arrived.pop_front());
        let Some(frame) = arrived else { return moved };
        let (phone, rng) = self.at(at);
        phone.on_frame(link, frame, NOW, rng).expect("a sound vault");
        true
    }

    fn connect(&mut self, at: usize, link: Link) {
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let mut handshake_hash = [0; 32];
        self.rng.fill_bytes(&mut handshake_hash);
        self.slots[at].links[link as usize] = Some((connection, VecDeque::new()));
        self.slots[at].phone.connected(link, handshake_hash);
        let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        self.relay(vec![(connection, Input::Opened { peer, handshake_hash })]);
    }

    /// Passes the relay a batch, and delivers its answers to the connected phones.
    pub(crate) fn relay(&mut self, mut batch: Vec<(ConnectionId, Input)>) -> Vec<Effect> {
        let mut all = Vec::new();
        loop {
            let outcome = self.relay.process(std::mem::take(&mut batch), NOW, &mut self.rng);
            let outcome = outcome.expect("a sound store");
            for effect in &outcome.effects {
                let Effect::Send(to, frame) = effect else { continue };
                let links = self.slots.iter_mut().flat_map(|slot| slot.links.iter_mut().flatten());
                for (_, arrived) in links.filter(|(connection, _)| connection == to) {
                    arrived.push_back(frame.clone());
                }
            }
            all.extend(outcome.effects);
            if !outcome.more {
                return all;
            }
        }
    }
}

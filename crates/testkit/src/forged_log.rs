//! A relay that lies about keys: a test writes its public log, and it hands out keys other than those that it has.

use std::cell::RefCell;
use std::rc::Rc;

use pillarbox_crypto::SigningSecret;
use pillarbox_crypto::labels::DIRECTORY_HEAD;
use pillarbox_crypto::log::{LabelMap, LogTree, binding, label};
use pillarbox_relay::{Keeping, RelaySettings};
use pillarbox_wire::{
    AccountId, ClientFrame, DeviceList, FixedBytes, Growth, IdentityKey, LOG_LEAF_LEN, LatestEntry, LogHead,
    LogLeaf, Proof, ProveEntry, ProveGrowth, RelayFrame, Timestamp,
};

use crate::world::{Hook, PhoneLink, Who, World, honest};

/// The time of every entry that the forger writes.
pub const FORGED: Timestamp = Timestamp(1_490_193_600_000);

/// Returns the settings of a relay with a public log.
#[must_use]
pub fn settings() -> RelaySettings {
    let keeping = Keeping { directory_log: true, ..Keeping::LEAST };
    RelaySettings { keeping, ..RelaySettings::default() }
}

/// A log controlled by somebody who writes into it what they like.
#[derive(Clone)]
pub struct ForgedLog {
    key: Rc<SigningSecret>,
    /// The entries, in order.
    pub leaves: Vec<LogLeaf>,
    /// The time that its heads have.
    pub at: Timestamp,
}

impl ForgedLog {
    /// Creates an empty log with a key.
    #[must_use]
    pub fn begin() -> Rc<RefCell<Self>> {
        Self::with_key([77; 32])
    }

    /// Creates an empty log with this key.
    #[must_use]
    pub fn with_key(secret: [u8; 32]) -> Rc<RefCell<Self>> {
        let key = Rc::new(SigningSecret::from_bytes(secret));
        Rc::new(RefCell::new(Self { key, leaves: Vec::new(), at: Timestamp(1) }))
    }

    /// Adds an entry: these keys, in the name of this account.
    pub fn publish(&mut self, account: AccountId, identity: &IdentityKey) {
        self.publish_with(account, identity, 0, &[]);
    }

    /// Adds an entry: these keys and this device list, in the name of the list's account.
    pub fn publish_list(&mut self, identity: &IdentityKey, list: &DeviceList) {
        self.publish_with(list.account, identity, list.version, &list.signed_bytes());
    }

    fn publish_with(&mut self, account: AccountId, identity: &IdentityKey, version: u32, list: &[u8]) {
        let label = FixedBytes(label(&account.0));
        let count = self.leaves.iter().filter(|leaf| leaf.label == label).count() as u32 + 1;
        let binding = FixedBytes(binding(&identity.signing.0, &identity.agreement.0, version, list));
        self.leaves.push(LogLeaf { label, count, binding, at: FORGED });
    }

    /// Returns the present state of the log: its tree, its map and its signed head.
    fn stand(&self) -> (LogTree<[u8; LOG_LEAF_LEN]>, LabelMap, LogHead) {
        let (mut tree, mut map) = (LogTree::default(), LabelMap::default());
        for (place, leaf) in self.leaves.iter().enumerate() {
            tree.push(leaf.leaf_bytes());
            map.set(leaf.label.0, leaf.count, place as u64);
        }
        let mut head = LogHead {
            size: tree.len(),
            tree: FixedBytes(tree.root()),
            map: FixedBytes(map.root()),
            at: self.at,
            signature: FixedBytes([0; 64]),
        };
        head.signature = FixedBytes(*self.key.sign(DIRECTORY_HEAD, &head.signed_bytes()).as_bytes());
        (tree, map, head)
    }

    /// Answers a phone's question from this log.
    #[must_use]
    pub fn answer(&self, asked: &ProveEntry) -> RelayFrame {
        let ProveEntry { request, account, since } = *asked;
        let (tree, map, head) = self.stand();
        let label = label(&account.0);
        let entry = map.latest(&label).map(|(_, index)| LatestEntry {
            index,
            leaf: self.leaves[index as usize],
            inclusion: hashes(tree.prove_inclusion(index).unwrap()),
            latest: hashes(map.prove(&label).unwrap()),
        });
        let consistency = tree.prove_consistency(since).map(hashes).unwrap_or_default();
        let log_key = FixedBytes(*self.key.public().as_bytes());
        RelayFrame::Proof(Box::new(Proof { request, log_key, head, consistency, entry }))
    }

    /// Answers a phone's question about two heads from this log.
    #[must_use]
    pub fn compare(&self, asked: &ProveGrowth) -> RelayFrame {
        let ProveGrowth { request, own, told } = *asked;
        let (tree, _, head) = self.stand();
        let proof = |size| tree.prove_consistency(size).map(hashes).unwrap_or_default();
        let log_key = FixedBytes(*self.key.public().as_bytes());
        RelayFrame::Growth(Box::new(Growth { request, log_key, head, own: proof(own), told: proof(told) }))
    }
}

fn hashes(proof: Vec<[u8; 32]>) -> Vec<FixedBytes<32>> {
    proof.into_iter().map(FixedBytes).collect()
}

/// Has every proof answered from the log that `shown` picks for the phone.
pub fn answer_from(world: &mut World, shown: impl Fn(Who) -> Rc<RefCell<ForgedLog>> + 'static) {
    let asked: Rc<RefCell<Vec<(PhoneLink, ClientFrame)>>> = Rc::default();
    let noted = Rc::clone(&asked);
    world.up = Box::new(move |way, frame| {
        if matches!(frame, ClientFrame::ProveEntry(_) | ClientFrame::ProveGrowth(_)) {
            noted.borrow_mut().push((way, frame.clone()));
        }
        vec![frame]
    });
    let down: Hook<RelayFrame> = Box::new(move |way, frame| {
        let request = match &frame {
            RelayFrame::Proof(proof) => proof.request,
            RelayFrame::Growth(growth) => growth.request,
            _ => return vec![frame],
        };
        let mut asked = asked.borrow_mut();
        let is_it = |asked: &ClientFrame| match asked {
            ClientFrame::ProveEntry(asked) => asked.request == request,
            ClientFrame::ProveGrowth(asked) => asked.request == request,
            _ => false,
        };
        let at = asked.iter().position(|(of, asked)| *of == way && is_it(asked)).unwrap();
        let log = shown(way.who);
        let log = log.borrow();
        vec![match asked.remove(at).1 {
            ClientFrame::ProveEntry(asked) => log.answer(&asked),
            ClientFrame::ProveGrowth(asked) => log.compare(&asked),
            other => panic!("{other:?}"),
        }]
    });
    world.down = down;
}

/// Swaps the keys that one phone receives for another.
pub fn swap_keys(world: &mut World, whose: AccountId, instead: IdentityKey, given_to: Who) {
    let answers = std::mem::replace(&mut world.down, honest());
    let answers = RefCell::new(answers);
    let asked: Rc<RefCell<Vec<_>>> = Rc::default();
    let questions = RefCell::new(std::mem::replace(&mut world.up, honest()));
    let noted = Rc::clone(&asked);
    world.up = Box::new(move |way, frame| {
        if let ClientFrame::FetchBundles(fetch) = &frame
            && fetch.account == whose
        {
            noted.borrow_mut().push((way, fetch.request));
        }
        (questions.borrow_mut())(way, frame)
    });
    world.down = Box::new(move |way, mut frame| {
        if let RelayFrame::Bundles(bundles) = &mut frame
            && way.who == given_to
            && asked.borrow().contains(&(way, bundles.request))
        {
            bundles.identity = instead;
        }
        (answers.borrow_mut())(way, frame)
    });
}

/// Has a phone check the directory from now on.
pub fn watch(world: &mut World, who: Who) {
    let mut rng = world.fork();
    world.at(who).check_directory(true, &mut rng).unwrap();
    world.run();
}

/// A world whose log is a forger's: Alice and Bob check it, and Mallory's keys are ready.
#[must_use]
pub fn forged() -> (World, Rc<RefCell<ForgedLog>>, Who, Who, IdentityKey) {
    let mut world = World::with(settings());
    let forger = ForgedLog::begin();
    let shown = Rc::clone(&forger);
    answer_from(&mut world, move |_| Rc::clone(&shown));
    let mut people = Vec::new();
    for name in ["Alice", "Bob", "Mallory"] {
        let who = world.phone(name);
        let (account, identity) = (world.id(who), world.identity(who));
        forger.borrow_mut().publish(account, &identity);
        people.push(who);
    }
    let (alice, bob, mallory) = (people[0], people[1], people[2]);
    watch(&mut world, alice);
    watch(&mut world, bob);
    let keys = world.identity(mallory);
    (world, forger, alice, bob, keys)
}

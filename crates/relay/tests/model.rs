//! Random interleavings of many connections, crashes and a failing disk, compared with a model of a mailbox.
//!
//! These properties hold. Each accepted message is delivered until it is acknowledged, in order, and never to
//! somebody else. A refused message is never delivered. A quota is never exceeded. No one-time prekey is handed out
//! twice. All of this is also true when another phone replaces a phone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::collections::{HashMap, HashSet};

use pillarbox_relay::{ConnectionId, Effect, Input, Limits, Rate, RelaySettings, StoreError};
use pillarbox_testkit::frames;
use pillarbox_testkit::frames::{device_key, submission, upload};
use pillarbox_testkit::relay::{BarePhone, LoneRelay, authenticate, registration};
use pillarbox_wire::{
    Acknowledge, ClientFrame, DeviceAddress, Duration, FetchBundles, MessageId, NumberCode, PreKeyId,
    PublishPreKeys, Refusal, RegisterWithCode, RelayFrame, RequestId,
};
use proptest::prelude::*;

const PHONES: usize = 4;
const QUOTA: u32 = 12;

#[derive(Clone, Debug)]
enum Step {
    Connect(usize),
    Disconnect(usize),
    Named {
        from: usize,
        to: usize,
    },
    Sealed {
        to: usize,
    },
    Acknowledge {
        who: usize,
        count: usize,
    },
    Fetch {
        from: usize,
        of: usize,
    },
    Publish {
        who: usize,
        repeat: bool,
    },
    /// Another phone replaces this one with the code that is sent to its number, and in the same batch somebody writes
    /// to the former one.
    Replace(usize),
    /// Passes everything so far to the relay as one batch.
    Process,
    Failing(bool),
    Crash,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let phone = 0..PHONES;
    prop_oneof![
        3 => phone.clone().prop_map(Step::Connect),
        1 => phone.clone().prop_map(Step::Disconnect),
        8 => (phone.clone(), phone.clone()).prop_map(|(from, to)| Step::Named { from, to }),
        5 => phone.clone().prop_map(|to| Step::Sealed { to }),
        5 => (phone.clone(), 0_usize..6).prop_map(|(who, count)| Step::Acknowledge { who, count }),
        2 => (phone.clone(), phone.clone()).prop_map(|(from, of)| Step::Fetch { from, of }),
        1 => phone.clone().prop_map(Step::Replace),
        1 => (phone, any::<bool>()).prop_map(|(who, repeat)| Step::Publish { who, repeat }),
        6 => Just(Step::Process),
        1 => any::<bool>().prop_map(Step::Failing),
        1 => Just(Step::Crash),
        1 => (0_u64..5_000_000).prop_map(Step::Wait),
    ]
}

/// A message that was accepted. Messages of one sender have an order. Messages of several senders in one batch get
/// their order from the relay, and keep it.
#[derive(Clone, Copy)]
struct Entry {
    payload: u32,
    batch: usize,
    sender: ConnectionId,
}

/// One phone's mailbox as it should be: messages that were accepted and are not acknowledged, in order.
#[derive(Default)]
struct Model {
    mailbox: Vec<Entry>,
    connection: Option<ConnectionId>,
    /// Messages of the mailbox that were delivered on the present connection, with their numbers.
    served: Vec<(MessageId, u32)>,
    next_prekey: u32,
    last_upload: std::ops::Range<u32>,
}

struct Game {
    world: LoneRelay,
    phones: Vec<BarePhone>,
    models: Vec<Model>,
    nameless: ConnectionId,
    batch: Vec<(ConnectionId, Input)>,
    /// The payload and the recipient of each request.
    asked: HashMap<(ConnectionId, RequestId), (usize, u32)>,
    fetched: HashMap<(ConnectionId, RequestId), usize>,
    handed_out: HashSet<(usize, PreKeyId)>,
    /// Messages acknowledged in the batch that is being built.
    acknowledging: Vec<(usize, Vec<Entry>)>,
    batches: usize,
    /// The replacement in the batch that is being built: the phone, its new keys and their connection.
    replacing: Option<(usize, u8, ConnectionId)>,
    numbers: HashMap<u32, MessageId>,
    delivered: HashSet<u32>,
    refused: HashSet<u32>,
    next_payload: u32,
    next_seed: u8,
}

fn number(at: usize) -> String {
    format!("+44770090000{at}")
}

/// Returns the code that the relay sends to a number when somebody asks for it.
fn code(world: &mut LoneRelay, at: usize, seed: u8) -> NumberCode {
    let connection = world.open();
    let request = world.request();
    world.ask(connection, registration(seed, Some(&number(at)), connection, request));
    world.codes.pop().unwrap().1
}

fn with_code(
    world: &mut LoneRelay,
    at: usize,
    seed: u8,
    connection: ConnectionId,
    code: NumberCode,
) -> ClientFrame {
    let request = world.request();
    let ClientFrame::Register(registration) = registration(seed, Some(&number(at)), connection, request)
    else {
        panic!()
    };
    ClientFrame::RegisterWithCode(Box::new(RegisterWithCode { registration: *registration, code }))
}

fn phone(seed: u8, address: DeviceAddress) -> BarePhone {
    BarePhone { key: device_key(seed), delivery_key: [seed; 32], handle: None, address, seed }
}

impl Game {
    fn new(mut world: LoneRelay) -> Self {
        let register = |at: usize, world: &mut LoneRelay| {
            let seed = at as u8 + 1;
            let code = code(world, at, seed);
            let connection = world.open();
            let frame = with_code(world, at, seed, connection, code);
            let RelayFrame::Registered(registered) = world.ask_one(connection, frame) else { panic!() };
            (phone(seed, registered.address), connection)
        };
        let phones: Vec<_> = (0..PHONES).map(|at| register(at, &mut world)).collect();
        let models = phones.iter().map(|(_, connection)| Model {
            connection: Some(*connection),
            next_prekey: 4,
            ..Model::default()
        });
        let models = models.collect();
        let nameless = world.open();
        Self {
            world,
            phones: phones.into_iter().map(|(phone, _)| phone).collect(),
            models,
            nameless,
            batch: Vec::new(),
            asked: HashMap::new(),
            fetched: HashMap::new(),
            handed_out: HashSet::new(),
            acknowledging: Vec::new(),
            batches: 0,
            replacing: None,
            numbers: HashMap::new(),
            delivered: HashSet::new(),
            refused: HashSet::new(),
            next_payload: 0,
            next_seed: PHONES as u8,
        }
    }

    /// Has another phone take over the account. The mailbox is kept.
    fn replace(&mut self, who: usize) {
        self.process();
        // The seeds begin again after 250. The keys of a phone that was replaced are free again long before that.
        self.next_seed = self.next_seed % 250 + 1;
        let seed = self.next_seed;
        if self.phones.iter().any(|phone| phone.seed == seed) {
            return;
        }
        let code = code(&mut self.world, who, seed);
        let (connection, opened) = self.world.opening();
        self.batch.push((connection, opened));
        let frame = with_code(&mut self.world, who, seed, connection, code);
        self.frame(connection, frame);
        self.replacing = Some((who, seed, connection));
        self.message(self.nameless, who, true);
        if let Some(from) = self.models[(who + 1) % PHONES].connection {
            self.message(from, who, false);
        }
        self.process();
    }

    fn frame(&mut self, connection: ConnectionId, frame: ClientFrame) {
        self.batch.push((connection, Input::Frame(frame)));
    }

    fn message(&mut self, connection: ConnectionId, to: usize, sealed: bool) {
        let payload = self.next_payload;
        self.next_payload += 1;
        let request = self.world.request();
        self.asked.insert((connection, request), (to, payload));
        let key = sealed.then_some(self.phones[to].delivery_key);
        let frame = submission(request, self.phones[to].address, key, &payload.to_be_bytes());
        self.frame(connection, frame);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Connect(who) => {
                // A batch has at most one connection of each phone, so that the model knows what was delivered on
                // each connection.
                self.process();
                let (connection, opened) = self.world.opening();
                self.batch.push((connection, opened));
                let request = self.world.request();
                self.frame(connection, authenticate(&self.phones[who], connection, request));
                self.models[who].connection = Some(connection);
                self.models[who].served.clear();
            }
            Step::Disconnect(who) => {
                self.process();
                if let Some(connection) = self.models[who].connection.take() {
                    self.batch.push((connection, Input::Closed));
                    self.models[who].served.clear();
                }
            }
            Step::Named { from, to } => {
                if let Some(connection) = self.models[from].connection {
                    self.message(connection, to, false);
                }
            }
            Step::Sealed { to } => self.message(self.nameless, to, true),
            Step::Acknowledge { who, count } => {
                // The waiting batch is processed first, because nothing that it accepts is acknowledged here.
                self.process();
                if let Some(connection) = self.models[who].connection {
                    let model = &mut self.models[who];
                    let count = count.min(model.served.len());
                    let messages = model.served.drain(..count).map(|(message, _)| message).collect();
                    self.acknowledging.push((who, model.mailbox.drain(..count).collect()));
                    self.frame(connection, ClientFrame::Acknowledge(Acknowledge { messages }));
                }
            }
            Step::Fetch { from, of } => {
                if let Some(connection) = self.models[from].connection {
                    let request = self.world.request();
                    self.fetched.insert((connection, request), of);
                    let account = self.phones[of].address.account;
                    let frame = FetchBundles { request, account, delivery_key: None };
                    self.frame(connection, ClientFrame::FetchBundles(frame));
                }
            }
            Step::Publish { who, repeat } => {
                if let Some(connection) = self.models[who].connection {
                    let model = &mut self.models[who];
                    if !repeat {
                        model.last_upload = model.next_prekey..model.next_prekey + 2;
                        model.next_prekey += 2;
                    }
                    let prekeys = upload(model.last_upload.clone());
                    let request = self.world.request();
                    self.frame(connection, ClientFrame::PublishPreKeys(PublishPreKeys { request, prekeys }));
                }
            }
            Step::Replace(who) => self.replace(who),
            Step::Process => self.process(),
            Step::Failing(failing) => {
                self.process();
                self.world.fail(failing.then_some(StoreError::Full));
            }
            Step::Crash => self.crash(),
            Step::Wait(span) => self.world.now = self.world.now + Duration(span),
        }
    }

    /// Loses the inputs that were not processed, together with their connections. They get no answer.
    fn crash(&mut self) {
        self.batch.clear();
        for (who, mut entries) in self.acknowledging.drain(..).rev() {
            entries.append(&mut self.models[who].mailbox);
            self.models[who].mailbox = entries;
        }
        // A disk that still refuses cannot have stored the acknowledgements. The test lets it store them, so that
        // the model is in no doubt.
        self.world.fail(None);
        self.process();
        self.world.crash();
        for model in &mut self.models {
            model.connection = None;
            model.served.clear();
        }
        self.nameless = self.world.open();
    }

    fn process(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        self.acknowledging.clear();
        let mut outcome = self.world.process(batch);
        while outcome.more {
            outcome = self.world.process(Vec::new());
        }
        let sent = std::mem::take(&mut self.world.sent);
        self.batches += 1;
        let mut accepted: Vec<(usize, Entry)> = Vec::new();
        for (connection, frames) in &sent {
            for frame in frames {
                match frame {
                    RelayFrame::Accepted(answer) => {
                        let (to, payload) = self.asked.remove(&(*connection, answer.request)).unwrap();
                        accepted.push((to, Entry { payload, batch: self.batches, sender: *connection }));
                    }
                    RelayFrame::Reregistered(answer) => {
                        let (who, seed, _) = self.replacing.unwrap();
                        assert_eq!(answer.address.account, self.phones[who].address.account);
                        self.phones[who] = phone(seed, answer.address);
                        let model = &mut self.models[who];
                        model.connection = Some(*connection);
                        model.served.clear();
                        (model.next_prekey, model.last_upload) = (4, 0..0);
                        self.handed_out.retain(|(of, _)| *of != who);
                    }
                    RelayFrame::Refused(answer) => self.refusal(*connection, answer.request, answer.reason),
                    RelayFrame::Bundles(bundles) => {
                        let of = self.fetched[&(*connection, bundles.request)];
                        if let Some(prekey) = bundles.devices[0].one_time {
                            assert!(self.handed_out.insert((of, prekey.id)), "handed out twice");
                        }
                    }
                    _ => {}
                }
            }
        }
        self.replacing = None;
        for (to, entry) in accepted {
            self.models[to].mailbox.push(entry);
            assert!(self.models[to].mailbox.len() <= QUOTA as usize);
        }
        for (connection, frames) in &sent {
            for deliver in frames::deliveries(frames) {
                let payload = u32::from_be_bytes(deliver.payload.0.as_slice().try_into().unwrap());
                let model = self
                    .models
                    .iter_mut()
                    .find(|model| model.connection == Some(*connection))
                    .expect("a delivery to a connection that is a phone's");
                let at = model.served.len();
                let found = model.mailbox.iter().position(|entry| entry.payload == payload);
                let found = found.expect("from one's own mailbox, and not acknowledged before");
                assert!(found >= at, "once on one connection");
                let entry = model.mailbox.remove(found);
                for passed_over in &model.mailbox[at..found] {
                    assert!(
                        passed_over.batch == entry.batch && passed_over.sender != entry.sender,
                        "in order"
                    );
                }
                model.mailbox.insert(at, entry);
                assert!(model.served.last().is_none_or(|(last, _)| *last < deliver.message), "numbers rise");
                model.served.push((deliver.message, payload));
                assert_eq!(*self.numbers.entry(payload).or_insert(deliver.message), deliver.message);
                self.delivered.insert(payload);
            }
        }
    }

    fn refusal(&mut self, connection: ConnectionId, request: RequestId, reason: Refusal) {
        let replaced =
            self.replacing.is_some() && matches!(reason, Refusal::KeysReplaced | Refusal::DeliveryKeyRefused);
        assert!(replaced || matches!(reason, Refusal::StorageFailed | Refusal::MailboxFull), "{reason:?}");
        if let Some((to, payload)) = self.asked.remove(&(connection, request)) {
            self.refused.insert(payload);
            if reason == Refusal::MailboxFull {
                assert!(self.models[to].mailbox.len() + self.asked.len() >= QUOTA as usize - PHONES);
            }
        }
    }

    /// Has everybody reconnect and fetch everything. Returns every effect.
    fn finish(mut self) -> Vec<Effect> {
        self.process();
        self.crash();
        let left: usize = self.models.iter().map(|model| model.mailbox.len()).sum();
        assert_eq!(self.world.engine().counts().waiting, left);
        for who in 0..PHONES {
            self.step(Step::Connect(who));
            self.process();
            while !self.models[who].mailbox.is_empty() {
                assert!(!self.models[who].served.is_empty(), "an accepted message is not delivered");
                self.step(Step::Acknowledge { who, count: 100 });
                self.process();
            }
        }
        assert_eq!(self.world.engine().counts().waiting, 0);
        assert!(self.delivered.is_disjoint(&self.refused), "a refused message was delivered");
        self.world.history
    }
}

fn settings() -> RelaySettings {
    let limits = Limits {
        mailbox_messages: QUOTA,
        mailbox_reserved_messages: 0,
        window_messages: 4,
        read_ahead_bytes: 20,
        register: Rate::UNLIMITED,
        codes_per_number: Rate::UNLIMITED,
        bundles: Rate::UNLIMITED,
        bundles_of_one: Rate::UNLIMITED,
        ..Limits::default()
    };
    RelaySettings { limits, verify_numbers: true, ..RelaySettings::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_accepted_is_lost_or_misdelivered(steps in proptest::collection::vec(step(), 1..120)) {
        let mut game = Game::new(LoneRelay::in_memory(settings()));
        for step in steps {
            game.step(step);
        }
        game.finish();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn the_same_holds_on_a_disk_when_the_relay_ends_without_notice(steps in proptest::collection::vec(step(), 1..60)) {
        let mut game = Game::new(LoneRelay::on_disk(settings()));
        for step in steps {
            game.step(step);
        }
        game.finish();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_same_batches_and_the_same_seed_give_the_same_effects(
        steps in proptest::collection::vec(step(), 1..80),
    ) {
        let play = || {
            let mut game = Game::new(LoneRelay::in_memory(settings()));
            steps.iter().cloned().for_each(|step| game.step(step));
            game.finish()
        };
        prop_assert_eq!(play(), play());
    }
}

//! The event log and the deposits compared with a model. The log contains the events that the rules say, in
//! whatever order they happen. Rules change, time passes, a disk refuses, and the relay restarts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use pillarbox_relay::ageing::SWEEP_INTERVAL;
use pillarbox_relay::{
    ConnectionId, Input, Keeping, Limits, LogRule, Logged, Rate, RelaySettings, StoreError,
};
use pillarbox_testkit::frames::{deliveries, submission, upload};
use pillarbox_testkit::relay::{BarePhone, LoneRelay, START};
use pillarbox_wire::{
    AccountId, Acknowledge, Bytes, ClientFrame, Deposit, DepositKind, Duration, Handle, LeaveDeposits,
    LookUp, MessageId, PublishPreKeys, RelayFrame, Timestamp,
};
use proptest::prelude::*;

const PHONES: usize = 3;
const KINDS: [DepositKind; 3] = [DepositKind::Name, DepositKind::Contact, DepositKind::Group];

/// A rule before the accounts are known. One bit represents each of its accounts. A rule for everybody has none.
#[derive(Clone, Copy, Debug)]
struct DrawnRule {
    what: usize,
    hours: u64,
    address: bool,
    only: u8,
}

#[derive(Clone, Debug)]
enum Step {
    Send { from: usize, to: usize },
    Sealed { to: usize },
    Acknowledge { who: usize, count: usize },
    Fetch { from: usize, of: usize },
    LookUp { from: usize, of: usize },
    Publish { who: usize },
    Leave { who: usize, kinds: Vec<usize>, value: Option<u8> },
    Reconnect { who: usize },
    Set { rules: Vec<DrawnRule>, kinds: u8 },
    Failing(bool),
    Crash,
    Hours(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let phone = || 0..PHONES;
    let rule = (0..Logged::ALL.len(), 0_u64..100, any::<bool>(), 0_u8..8)
        .prop_map(|(what, hours, address, only)| DrawnRule { what, hours, address, only });
    prop_oneof![
        4 => (phone(), phone()).prop_map(|(from, to)| Step::Send { from, to }),
        2 => phone().prop_map(|to| Step::Sealed { to }),
        3 => (phone(), 0_usize..4).prop_map(|(who, count)| Step::Acknowledge { who, count }),
        2 => (phone(), phone()).prop_map(|(from, of)| Step::Fetch { from, of }),
        // The number after those of the phones is one that nobody has.
        2 => (phone(), 0..=PHONES).prop_map(|(from, of)| Step::LookUp { from, of }),
        1 => phone().prop_map(|who| Step::Publish { who }),
        3 => (phone(), proptest::collection::vec(0..KINDS.len(), 1..4), any::<Option<u8>>())
            .prop_map(|(who, kinds, value)| Step::Leave { who, kinds, value }),
        2 => phone().prop_map(|who| Step::Reconnect { who }),
        2 => (proptest::collection::vec(rule, 0..6), 0_u8..8).prop_map(|(rules, kinds)| Step::Set { rules, kinds }),
        1 => any::<bool>().prop_map(Step::Failing),
        1 => Just(Step::Crash),
        3 => (0_u64..40).prop_map(Step::Hours),
    ]
}

/// A row of the log as it should be.
#[derive(Clone, Debug, PartialEq)]
struct Event {
    at: Timestamp,
    what: Logged,
    account: Option<AccountId>,
    about: Option<AccountId>,
    name: Option<String>,
    address: Option<IpAddr>,
    bytes: Option<u32>,
    message: Option<MessageId>,
}

impl Event {
    fn matches(&self, rule: &LogRule) -> bool {
        let concerned = |account: &AccountId| self.account == Some(*account) || self.about == Some(*account);
        rule.what == self.what && (rule.only.is_empty() || rule.only.iter().any(concerned))
    }
}

type Deposits = BTreeMap<(AccountId, DepositKind, Vec<u8>), Vec<u8>>;

struct Game {
    world: LoneRelay,
    phones: Vec<BarePhone>,
    connections: Vec<ConnectionId>,
    nameless: ConnectionId,
    served: Vec<Vec<MessageId>>,
    next_prekey: u32,
    next_payload: u32,
    settings: RelaySettings,
    failing: bool,
    /// The log as it should be.
    log: Vec<Event>,
    /// Events that happened while the disk refused.
    pending: Vec<Event>,
    deposits: Deposits,
    clock: Timestamp,
    swept: Option<Timestamp>,
}

fn peer(connection: ConnectionId) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, (connection.0 % 200) as u8))
}

impl Game {
    fn new() -> Self {
        let limits = Limits {
            register: Rate::UNLIMITED,
            bundles: Rate::UNLIMITED,
            bundles_of_one: Rate::UNLIMITED,
            one_time_prekeys: 10_000,
            ..Limits::default()
        };
        let keeping = Keeping { deposits: KINDS.to_vec(), ..Keeping::LEAST };
        let settings = RelaySettings { keeping, limits, ..RelaySettings::default() };
        let mut world = LoneRelay::in_memory(settings.clone());
        let (phones, connections) =
            (0..PHONES).map(|at| world.register(at as u8 + 1, Some(&number(at)))).unzip();
        let nameless = world.open();
        Self {
            world,
            phones,
            connections,
            nameless,
            served: vec![Vec::new(); PHONES],
            next_prekey: 4,
            next_payload: 0,
            settings,
            failing: false,
            log: Vec::new(),
            pending: Vec::new(),
            deposits: BTreeMap::new(),
            clock: START,
            swept: Some(START),
        }
    }

    fn account(&self, who: usize) -> AccountId {
        self.phones[who].address.account
    }

    /// An event on a connection. The rules decide whether it is logged.
    fn happened(&mut self, connection: ConnectionId, what: Logged, more: impl FnOnce(&mut Event)) {
        let who = self.connections.iter().position(|known| *known == connection);
        let mut event = Event {
            at: self.world.now,
            what,
            account: who.map(|who| self.account(who)),
            about: None,
            name: None,
            address: None,
            bytes: None,
            message: None,
        };
        more(&mut event);
        let rules: Vec<_> = self.settings.keeping.log.iter().filter(|rule| event.matches(rule)).collect();
        event.address = rules.iter().any(|rule| rule.address).then(|| peer(connection));
        if !rules.is_empty() {
            self.pending.push(event);
        }
    }

    /// The relay's own work whenever it is called: it writes what waits, and sweeps when that is due.
    fn called(&mut self) {
        if self.failing {
            return;
        }
        self.log.append(&mut self.pending);
        let now = self.world.now;
        if self.swept.is_none_or(|swept| now.since(swept) >= SWEEP_INTERVAL) {
            self.swept = Some(now);
            self.clock = now.min(self.clock + self.settings.limits.ageing_step);
            let (clock, keeping) = (self.clock, &self.settings.keeping);
            self.log.retain_mut(|event| {
                let holds = |rule: &&LogRule| event.matches(rule) && event.at >= clock - rule.keep;
                let holding: Vec<_> = keeping.log.iter().filter(holds).collect();
                if !holding.iter().any(|rule| rule.address) {
                    event.address = None;
                }
                !holding.is_empty()
            });
            self.deposits.retain(|(_, kind, _), _| keeping.deposits.contains(kind));
        }
    }

    fn ask(&mut self, connection: ConnectionId, frame: ClientFrame) -> Option<RelayFrame> {
        self.world.process(vec![(connection, Input::Frame(frame))]);
        let mut answers = self.world.take(connection);
        self.serve(connection, &answers);
        for who in 0..PHONES {
            let got = self.world.take(self.connections[who]);
            self.serve(self.connections[who], &got);
        }
        answers.retain(|frame| !matches!(frame, RelayFrame::Deliver(_)));
        assert!(answers.len() <= 1, "{answers:?}");
        answers.pop()
    }

    fn serve(&mut self, connection: ConnectionId, frames: &[RelayFrame]) {
        if let Some(who) = self.connections.iter().position(|known| *known == connection) {
            self.served[who].extend(deliveries(frames).iter().map(|deliver| deliver.message));
        }
    }

    fn send(&mut self, connection: ConnectionId, to: usize, key: Option<[u8; 32]>) {
        let payload = self.next_payload.to_be_bytes();
        self.next_payload += 1;
        let request = self.world.request();
        let frame = submission(request, self.phones[to].address, key, &payload);
        if let Some(RelayFrame::Accepted(_)) = self.ask(connection, frame) {
            let rows = self.world.holdings().messages;
            let row = rows.iter().find(|row| row.payload.as_slice() == payload).expect("accepted and kept");
            let (message, about) = (row.message, self.account(to));
            self.happened(connection, Logged::Sent, |event| {
                (event.about, event.bytes, event.message) = (Some(about), Some(4), Some(message));
            });
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Send { from, to } => self.send(self.connections[from], to, None),
            Step::Sealed { to } => self.send(self.nameless, to, Some(self.phones[to].delivery_key)),
            Step::Acknowledge { who, count } => {
                let count = count.min(self.served[who].len());
                let messages: Vec<_> = self.served[who].drain(..count).collect();
                let frame = ClientFrame::Acknowledge(Acknowledge { messages: messages.clone() });
                self.ask(self.connections[who], frame);
                for message in messages {
                    let taken = |event: &mut Event| event.message = Some(message);
                    self.happened(self.connections[who], Logged::Delivered, taken);
                }
            }
            Step::Fetch { from, of } => {
                let (connection, about) = (self.connections[from], self.account(of));
                let request = self.world.request();
                let frame = pillarbox_wire::FetchBundles { request, account: about, delivery_key: None };
                if let Some(RelayFrame::Bundles(_)) = self.ask(connection, ClientFrame::FetchBundles(frame)) {
                    self.happened(connection, Logged::Fetched, |event| event.about = Some(about));
                }
            }
            Step::LookUp { from, of } => {
                let connection = self.connections[from];
                let request = self.world.request();
                let handle = Handle::parse(&number(of)).unwrap();
                self.ask(connection, ClientFrame::LookUp(LookUp { request, handle }));
                let about = (of < PHONES).then(|| self.account(of));
                self.happened(connection, Logged::LookedUp, |event| {
                    (event.about, event.name) = (about, Some(number(of)));
                });
            }
            Step::Publish { who } => {
                let connection = self.connections[who];
                let prekeys = upload(self.next_prekey..self.next_prekey + 1);
                self.next_prekey += 1;
                let request = self.world.request();
                let frame = ClientFrame::PublishPreKeys(PublishPreKeys { request, prekeys });
                if let Some(RelayFrame::PreKeysStored(_)) = self.ask(connection, frame) {
                    self.happened(connection, Logged::Changed, |event| {
                        event.name = Some("prekeys".to_owned())
                    });
                }
            }
            Step::Leave { who, kinds, value } => self.leave(who, &kinds, value),
            Step::Reconnect { who } => {
                self.served[who].clear();
                let (connection, came) = self.world.connect(&self.phones[who]);
                self.connections[who] = connection;
                self.serve(connection, &came);
                self.happened(connection, Logged::Connected, |_| {});
            }
            Step::Set { rules, kinds } => self.set(&rules, kinds),
            Step::Failing(failing) => {
                self.failing = failing;
                self.world.fail(failing.then_some(StoreError::Full));
                self.world.finish();
            }
            Step::Crash => self.crash(),
            Step::Hours(hours) => {
                self.recover();
                for _ in 0..hours {
                    self.world.now = self.world.now + SWEEP_INTERVAL;
                    self.world.finish();
                    self.called();
                }
            }
        }
        self.called();
        self.compare();
    }

    fn leave(&mut self, who: usize, kinds: &[usize], value: Option<u8>) {
        let (connection, account) = (self.connections[who], self.account(who));
        let kinds: Vec<_> = kinds.iter().map(|at| KINDS[*at]).collect();
        let deposits = kinds.iter().map(|kind| Deposit {
            kind: *kind,
            subject: Bytes(vec![value.unwrap_or_default() % 2]),
            value: value.map(|value| Bytes(vec![value; 3])),
        });
        let deposits: Vec<_> = deposits.collect();
        let request = self.world.request();
        let frame = ClientFrame::LeaveDeposits(LeaveDeposits { request, deposits: deposits.clone() });
        let Some(RelayFrame::Deposited(_)) = self.ask(connection, frame) else {
            let kept = kinds.iter().all(|kind| self.settings.keeping.deposits.contains(kind));
            return assert!(self.failing || !kept, "refused for no reason");
        };
        for Deposit { kind, subject, value } in deposits {
            match value {
                Some(value) => drop(self.deposits.insert((account, kind, subject.0), value.0)),
                None => drop(self.deposits.remove(&(account, kind, subject.0))),
            }
        }
        for (at, kind) in kinds.iter().enumerate() {
            if !kinds[..at].contains(kind) {
                let name = Some(kind.to_string());
                self.happened(connection, Logged::Changed, |event| event.name = name);
            }
        }
    }

    fn set(&mut self, rules: &[DrawnRule], kinds: u8) {
        let log = rules.iter().map(|rule| LogRule {
            what: Logged::ALL[rule.what],
            keep: Duration::from_seconds(rule.hours * 3_600),
            address: rule.address,
            only: (0..PHONES).filter(|who| rule.only >> who & 1 == 1).map(|who| self.account(who)).collect(),
        });
        let deposits =
            KINDS.into_iter().enumerate().filter(|(at, _)| kinds >> at & 1 == 1).map(|(_, kind)| kind);
        let keeping = Keeping { log: log.collect(), deposits: deposits.collect(), ..Keeping::LEAST };
        let now = self.world.now;
        let set = self.world.engine().set_keeping(keeping.clone(), now);
        assert_eq!(set.is_err(), self.failing);
        if set.is_ok() {
            self.settings.keeping = keeping;
        }
    }

    fn recover(&mut self) {
        self.failing = false;
        self.world.fail(None);
        self.world.finish();
        self.called();
    }

    /// Loses what the relay held in memory: everything that the disk refused and no later transaction wrote.
    fn crash(&mut self) {
        self.failing = false;
        self.world.fail(None);
        self.pending.clear();
        self.world.restart_with(self.settings.clone());
        self.swept = None;
        self.world.finish();
        self.called();
        self.nameless = self.world.open();
        for who in 0..PHONES {
            self.step(Step::Reconnect { who });
        }
    }

    fn compare(&mut self) {
        let held = self.world.holdings();
        assert!(held.events.is_sorted_by(|one, next| one.event < next.event));
        let found: Vec<_> = held
            .events
            .into_iter()
            .map(|row| {
                let pillarbox_relay::store::EventRow {
                    event: _,
                    at,
                    what,
                    account,
                    about,
                    name,
                    address,
                    bytes,
                    message,
                } = row;
                Event { at, what, account, about, name, address, bytes, message }
            })
            .collect();
        assert_eq!(found, self.log);
        let found: Deposits = held
            .deposits
            .into_iter()
            .map(|row| ((row.account, row.kind, row.subject.0), row.value.0))
            .collect();
        assert_eq!(found, self.deposits);
    }
}

fn number(of: usize) -> String {
    format!("+44770090000{}", of + 1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_log_holds_what_the_rules_say_of_what_happened(steps in proptest::collection::vec(step(), 1..60)) {
        let mut game = Game::new();
        for step in steps {
            game.step(step);
        }
        game.recover();
        game.compare();
    }
}

#[test]
fn registrations_and_readings_are_logged_and_refused_requests_are_not() {
    let everything = Logged::ALL.into_iter().map(|what| LogRule {
        what,
        keep: Duration::from_days(1),
        address: what == Logged::Registered,
        only: Vec::new(),
    });
    let keeping = Keeping { log: everything.collect(), channels: true, ..Keeping::LEAST };
    let mut world = LoneRelay::in_memory(RelaySettings { keeping, ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let nameless = world.open();
    let request = world.request();
    let channel = pillarbox_wire::ChannelName::try_from("@news".to_owned()).unwrap();
    let read = |request| {
        let channel = channel.clone();
        ClientFrame::ReadChannel(pillarbox_wire::ReadChannel { request, channel, after: 0 })
    };
    world.ask(nameless, read(request));
    let open = pillarbox_wire::OpenChannel { request, channel: channel.clone() };
    world.ask(anne_here, ClientFrame::OpenChannel(open));
    world.ask(nameless, read(request));
    let handle = Handle::parse("+447700900001").unwrap();
    world.ask(nameless, ClientFrame::LookUp(LookUp { request, handle }));
    let rows = world.holdings().events;
    let account = Some(anne.address.account);
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| (row.what, row.account, row.about, row.name, row.address.is_some()))
        .collect();
    assert_eq!(
        rows,
        [
            (Logged::Registered, account, None, None, true),
            (Logged::Connected, account, None, None, false),
            (Logged::Read, None, account, Some("@news".to_owned()), false),
        ]
    );
    // Rows of the log are deleted by their age, and not with the account.
    world.ask(anne_here, ClientFrame::CloseAccount(pillarbox_wire::CloseAccount { request }));
    assert_eq!(world.holdings().events.len(), 3);
    world.pass(Duration::from_days(2));
    assert_eq!(world.holdings().events, []);
}

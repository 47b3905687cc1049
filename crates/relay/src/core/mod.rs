//! The relay as a state machine: batches of inputs in, effects out, one transaction in between.
//!
//! It is single-threaded, has no clock, no sockets and no randomness of its own, and returns the same effects for
//! the same batches and the same seed. It never looks inside a payload, and does not know how bytes reach a phone.
//! Nothing is accepted before it is durable: the effects of a batch are returned after its commit.
//!
//! | file | requests |
//! |---|---|
//! | `accounts` | Register, CloseAccount |
//! | `numbers` | RegisterWithCode |
//! | `authentication` | Authenticate |
//! | `places` | OpenPlace, ReadPlace |
//! | `devices` | AddDevice, PublishDevices, FetchDevices |
//! | `questions` | LookUp, RequestCertificate |
//! | `prekeys`, `upload` | PublishPreKeys, CountPreKeys, FetchBundles, FetchDevice |
//! | `messages` | Submit, Acknowledge |
//! | `deposits` | LeaveDeposits, Recall |
//! | `proofs` | ProveEntry, ReadLog, ProveGrowth |
//! | `publishing` | OpenChannel, Post, ReadChannel |
//! | `groups` | ActOnGroup, FollowGroups |
//! | `attachments` | LeaveAttachment, FetchAttachment |
//! | `delivery` | what waits goes out |
//! | `log`, `log_rules` | what happens is written down, as far as the rules say |
//! | [`stamp`] | what marks a message so that the relay recognises it when it is reported |
//! | `room`, `removals` | checks for room; saves removals when there is none |
//! | `presence` | connects and disconnects devices |
//! | `rule`, `rule_change` | the retention rule, changed while the relay runs |
//! | `sweep` | removes what is too old |
//! | `fork` | the same relay in a second world of a laboratory |

mod accounts;
mod attachments;
mod authentication;
mod connections;
mod delivery;
mod deposits;
mod devices;
mod events;
#[cfg(feature = "fork")]
mod fork;
mod groups;
mod log;
mod log_rules;
mod messages;
mod numbers;
mod places;
mod prekeys;
mod presence;
mod proofs;
mod publishing;
mod questions;
mod removals;
mod room;
mod round;
mod rule;
mod rule_change;
mod settle;
pub mod stamp;
mod sweep;
mod upload;

use std::collections::VecDeque;

use pillarbox_crypto::{SecretBytes, SigningSecret};
use pillarbox_wire::{
    ClientFrame, DeviceAddress, Farewell, FixedBytes, MessageId, Pong, RelayFrame, Timestamp,
};
use rand_core::CryptoRng;

use crate::exhibit::passing::{self, Passing};
use crate::memory::channels::Channels;
use crate::memory::codes::Codes;
use crate::memory::directory::Directory;
use crate::memory::directory_log::DirectoryLog;
use crate::memory::groups::Groups;
use crate::memory::mailbox::Entrance;
use crate::memory::places::Places;
use crate::memory::rate_limiter::RateLimiter;
use crate::rules::ageing::Ageing;
use crate::store::{Changes, Counters, EventRow, Store, StoreError};

pub use crate::memory::connection_id::ConnectionId;
use connections::Connections;
pub use events::{Effect, Input, Outcome, RelayCounts, RelaySettings};
use round::Round;
use rule::Rule;

/// A relay over a store.
///
/// Invariant: between two calls memory agrees with what the store has committed. The exception is removals that the
/// store refused; they are written with the next transaction that succeeds.
#[derive(Debug)]
pub struct Relay<S> {
    store: S,
    settings: RelaySettings,
    /// Derived from `settings.keeping`.
    rule: Rule,
    certificate_key: SigningSecret,
    certificate_public: FixedBytes<32>,
    directory: Directory,
    directory_log: DirectoryLog,
    channels: Channels,
    groups: Groups,
    connections: Connections,
    limiter: RateLimiter,
    codes: Codes,
    places: Places,
    ageing: Ageing,
    counters: Counters,
    /// Devices with messages that may be delivered to them, in the order in which they will be served.
    line: VecDeque<DeviceAddress>,
    /// Messages that are removed from memory and, because the store refused, not yet from the store.
    unwritten: Unwritten,
    /// True if the last sweep left rows for the next turn.
    sweeping: bool,
    /// The maximum number of events in the next outcome; `None` if nobody follows.
    following: Option<usize>,
}

/// Removals that wait for a transaction that succeeds.
#[derive(Clone, Debug, Default)]
struct Unwritten {
    delivered: Vec<(MessageId, Timestamp)>,
    removed: Vec<MessageId>,
    /// The removed messages that nobody fetched in time.
    expired: Vec<MessageId>,
    /// Events waiting to be logged.
    events: Vec<EventRow>,
}

impl<S: Store> Relay<S> {
    /// Opens a relay: reads accounts and devices, rebuilds the index of waiting messages, and in a new store makes
    /// the key that signs sender certificates.
    ///
    /// # Errors
    /// [`StoreError`]; the store is unchanged.
    pub fn open(
        mut store: S,
        settings: RelaySettings,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, StoreError> {
        let contents = store.contents()?;
        let ageing = Ageing::resume(contents.counters.ageing_clock, now);
        let counters = Counters { ageing_clock: Some(ageing.clock()), ..contents.counters };
        let mut changes = Changes { counters, ..Changes::default() };
        let certificate_key = contents.certificate_key.unwrap_or_else(|| {
            let key = SigningSecret::generate(rng);
            changes.certificate_key = Some(SecretBytes::from_bytes(*key.to_bytes()));
            key
        });
        changes.keeping = rule::record(&settings.keeping, now);

        let mut directory = Directory::new(contents.accounts, contents.devices, contents.device_lists)?;
        for row in contents.push_tokens {
            directory.set_push_token(row.account, &row.subject, Some(&row.value));
        }
        let mut orphans = 0_usize;
        let mut fill = directory.filler();
        let named = settings.keeping.sender;
        store.waiting(&mut |number, mut waiting| {
            // Rows of a relay that keeps no senders do not show how they arrived: none takes the room for contacts.
            if !named {
                waiting.entrance = Entrance::Open;
            }
            orphans += usize::from(fill(number, waiting).is_none());
        })?;
        drop(fill);
        let mut directory_log = DirectoryLog::new(&contents.leaves)?;
        changes.leaves = directory_log.missing(&directory, &settings.keeping, now);
        let groups = Groups::new(&contents.groups, &contents.group_members)?;
        if orphans > 0 {
            return Err(StoreError::Damaged);
        }
        // This comes last, so that a store which turns out damaged is left unchanged.
        store.apply(&changes)?;
        changes.leaves.iter().for_each(|row| directory_log.append(row));
        let rule = Rule::of(&settings.keeping, &certificate_key);
        Ok(Self {
            store,
            certificate_public: FixedBytes(*certificate_key.public().as_bytes()),
            certificate_key,
            directory,
            directory_log,
            channels: Channels::new(&contents.channels),
            groups,
            connections: Connections::default(),
            limiter: RateLimiter::new(settings.limits.rate_entries),
            codes: Codes::default(),
            places: Places::default(),
            ageing,
            counters,
            line: VecDeque::new(),
            unwritten: Unwritten::default(),
            sweeping: false,
            following: None,
            rule,
            settings,
        })
    }

    /// Processes everything in `batch`, in order for each connection, and then delivers waiting messages.
    ///
    /// An empty batch is welcome: it sweeps when a sweep is due, and continues work that was left. Call this at least
    /// once in [`SWEEP_INTERVAL`](crate::rules::ageing::SWEEP_INTERVAL).
    ///
    /// # Errors
    /// A [`StoreError`] that is permanent: the store is damaged, and this relay should be dropped. The batch's
    /// requests are then not answered; everything accepted before is in the store. An error that may pass is not
    /// returned here: the requests are refused with `StorageFailed`, and [`Outcome::trouble`] states the reason.
    pub fn process(
        &mut self,
        batch: Vec<(ConnectionId, Input)>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Outcome, StoreError> {
        let mut outcome = Outcome::default();
        let mut inputs = batch;
        let mut sweeping = true;
        loop {
            let mut round = Round::new(now, self.counters);
            for (connection, input) in inputs {
                if round.waits(connection) {
                    round.deferred.push((connection, input));
                } else {
                    self.input(connection, input, &mut round, &mut outcome, rng)?;
                }
            }
            if std::mem::take(&mut sweeping) {
                outcome.more |= self.sweep(&mut round);
            }
            inputs = std::mem::take(&mut round.deferred);
            let mut fresh = self.settle(round, &mut outcome)?;
            self.serve(&mut fresh, now, &mut outcome)?;
            if inputs.is_empty() {
                return Ok(outcome);
            }
        }
    }

    /// Sets the largest number of events that each [`Outcome::passed`] contains from now on. Nobody reads a hundred
    /// thousand events a second, and creating them takes time from the phones. Events in excess of that number are
    /// only counted. `None` if nobody follows.
    pub fn follow(&mut self, most: Option<usize>) {
        self.following = most;
    }

    /// Returns the device that an open connection belongs to; `None` if the connection names nobody.
    #[must_use]
    pub fn device_on(&self, connection: ConnectionId) -> Option<DeviceAddress> {
        self.connections.get(connection)?.device
    }

    /// Adds an event to those that passed, if anybody follows the relay. The event is created only if there is room for
    /// it.
    fn pass(&self, outcome: &mut Outcome, event: impl FnOnce() -> Option<Passing>) {
        match self.following {
            None => {}
            Some(most) if outcome.passed.len() < most => outcome.passed.extend(event()),
            Some(_) => outcome.unseen += 1,
        }
    }

    /// The settings of this relay.
    #[must_use]
    pub fn settings(&self) -> &RelaySettings {
        &self.settings
    }

    /// Wipes the traces that deleted messages have left on the disk beside the tables. Call it when there is nothing
    /// else to do.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is lost in that case.
    pub fn tidy(&mut self) -> Result<(), StoreError> {
        self.store.tidy()
    }

    /// Counts the relay's contents. This looks at every mailbox: call it for metrics, not for every batch.
    #[must_use]
    pub fn counts(&self) -> RelayCounts {
        let mut counts = RelayCounts {
            connections: self.connections.len(),
            named: self.connections.named(),
            accounts: self.directory.accounts_len(),
            ..RelayCounts::default()
        };
        for device in self.directory.devices() {
            counts.waiting += device.mailbox.len();
            counts.waiting_bytes += device.mailbox.bytes();
        }
        counts
    }

    /// The store, to look at its rows while the relay runs.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Ends the relay and returns the store.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }

    fn input(
        &mut self,
        connection: ConnectionId,
        input: Input,
        round: &mut Round,
        outcome: &mut Outcome,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StoreError> {
        if let Input::Opened { peer, handshake_hash } = input {
            self.connections.open(connection, peer, handshake_hash);
        }
        self.pass(outcome, || self.event_of(connection, &input, round.now));
        if self.connections.get(connection).is_none() {
            // The relay has closed the connection, and inputs in transit still arrive.
            return Ok(());
        }
        match input {
            Input::Opened { .. } => self.welcome(connection, round),
            Input::Closed => self.forget(connection, round),
            Input::Unreadable => {
                self.forget(connection, round);
                round.close(connection, Farewell::Unreadable);
            }
            Input::Frame(frame) => {
                self.still_here(connection, round);
                return self.frame(connection, frame, round, rng);
            }
        }
        Ok(())
    }

    fn frame(
        &mut self,
        connection: ConnectionId,
        frame: ClientFrame,
        round: &mut Round,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StoreError> {
        match frame {
            ClientFrame::Authenticate(frame) => self.authenticate(connection, &frame, round),
            ClientFrame::Register(frame) => self.register(connection, frame, None, round, rng),
            ClientFrame::PublishPreKeys(frame) => self.publish_prekeys(connection, frame, round)?,
            ClientFrame::CountPreKeys(frame) => self.count_prekeys(connection, frame.request, round)?,
            ClientFrame::LookUp(frame) => self.look_up(connection, &frame, round),
            ClientFrame::FetchBundles(frame) => self.fetch_bundles(connection, &frame, round)?,
            ClientFrame::RequestCertificate(frame) => self.certify(connection, frame.request, round),
            ClientFrame::Submit(frame) => self.submit(connection, frame, round),
            ClientFrame::Acknowledge(frame) => self.acknowledge(connection, &frame, round),
            ClientFrame::CloseAccount(frame) => self.close_account(connection, frame, round),
            ClientFrame::Ping(frame) => {
                round.answer(connection, RelayFrame::Pong(Pong { request: frame.request }));
            }
            ClientFrame::LeaveDeposits(frame) => self.leave_deposits(connection, frame, round)?,
            ClientFrame::Recall(frame) => self.recall(connection, &frame, round)?,
            ClientFrame::OpenChannel(frame) => self.open_channel(connection, frame, round),
            ClientFrame::Post(frame) => self.post(connection, frame, round),
            ClientFrame::ReadChannel(frame) => self.read_channel(connection, &frame, round)?,
            ClientFrame::RegisterWithCode(frame) => self.register_with_code(connection, frame, round, rng),
            ClientFrame::OpenPlace(frame) => self.open_place(connection, *frame, round),
            ClientFrame::ReadPlace(frame) => self.read_place(connection, &frame, round),
            ClientFrame::AddDevice(frame) => self.add_device(connection, frame, round),
            ClientFrame::PublishDevices(frame) => self.publish_devices(connection, frame, round),
            ClientFrame::FetchDevices(frame) => self.fetch_devices(connection, &frame, round),
            ClientFrame::FetchDevice(frame) => self.fetch_device(connection, &frame, round)?,
            ClientFrame::ProveEntry(frame) => self.prove_entry(connection, &frame, round),
            ClientFrame::ReadLog(frame) => self.read_log(connection, &frame, round),
            ClientFrame::ProveGrowth(frame) => self.prove_growth(connection, &frame, round),
            ClientFrame::ActOnGroup(frame) => self.act_on_group(connection, *frame, round),
            ClientFrame::FollowGroups(frame) => self.follow_groups(connection, frame, round),
            ClientFrame::LeaveAttachment(frame) => self.leave_attachment(connection, frame, round)?,
            ClientFrame::FetchAttachment(frame) => self.fetch_attachment(connection, &frame, round)?,
        }
        Ok(())
    }

    /// Returns an input as an event for followers.
    fn event_of(&self, connection: ConnectionId, input: &Input, now: Timestamp) -> Option<Passing> {
        let known = self.connections.get(connection)?;
        let (frame, about, bytes) = match input {
            Input::Opened { .. } => ("opened", None, 0),
            Input::Frame(frame) => passing::from_phone(frame),
            Input::Unreadable => ("unreadable", None, 0),
            Input::Closed => ("closed", None, 0),
        };
        Some(Passing {
            time: now,
            connection,
            peer: known.peer,
            frame,
            from: known.device,
            about,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        })
    }
}

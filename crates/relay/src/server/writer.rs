//! The relay's thread: the one place where the core runs.
//!
//! It processes everything that arrived during the last transaction as one batch in the core. Once the batch is
//! durable, it distributes the answers, with one visit to each connection that gets any. It never waits for a
//! phone, a follower or a log.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pillarbox_wire::{Farewell, RelayFrame};
use rand_core::CryptoRng;
use tokio::sync::watch;

use super::admin::PassingFeed;
use super::clock;
use super::files::codes::{CodesFile, SentCode};
use super::files::data_dir::DataDir;
use super::files::presence::Presence;
use super::log::{Level, LogLine};
use super::metrics::Metrics;
use super::phones::outbox::{End, Outbox};
use super::phones::queue::{Batch, Order, Queue, TakedownOrder};
use super::readiness::{Readiness, Trouble};
use super::timing::UPKEEP_INTERVAL;
use super::trouble::in_words;
use crate::memory::names::OwnNames;
use crate::{ConnectionId, Effect, Input, Relay, RelayCounts, RelaySoftware, Store, StoreError};

/// Everything the thread owns. Dropping it, however the thread ends, closes every connection.
pub(super) struct Writer<S: Store, W> {
    pub(super) relay: Relay<S>,
    pub(super) software: W,
    pub(super) queue: Arc<Queue>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) ready: Arc<Readiness>,
    pub(super) presence: Presence,
    pub(super) passing: PassingFeed,
    pub(super) connections: Connections,
    /// The file for codes to numbers; `None` if numbers are not verified.
    pub(super) codes: Option<CodesFile>,
    /// The data directory, which is kept for its lock. The lock must outlast the database.
    pub(super) _data: DataDir,
    /// True if something was written since the log was last wiped.
    pub(super) untidy: bool,
    /// The time at which the gauges were last updated.
    pub(super) measured: Option<Instant>,
    /// The reason that the thread gave up, if it did. The sender is dropped with the thread, which signals that the
    /// thread has ended.
    pub(super) failure: watch::Sender<Option<StoreError>>,
}

/// The outbox of each open connection.
#[derive(Default)]
pub(super) struct Connections(HashMap<ConnectionId, Arc<Outbox>, OwnNames>);

/// The part of a batch that goes to one connection.
#[derive(Default)]
struct Visit {
    frames: Vec<RelayFrame>,
    end: Option<End>,
    processed: usize,
    gone: bool,
}

impl<S: Store + Send + 'static, W: RelaySoftware + Send + 'static> Writer<S, W> {
    /// Starts the thread.
    pub(super) fn start(self, rng: impl CryptoRng + Send + 'static) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name("relay".to_owned()).spawn(move || self.run(rng))
    }

    fn run(mut self, mut rng: impl CryptoRng) {
        let mut wait = Duration::ZERO;
        loop {
            let batch = self.queue.take(wait);
            let order = batch.order;
            let idle = batch.inputs.is_empty() && order == Order::Continue;
            if order == Order::Abandon {
                return;
            }
            match self.process(batch, &mut rng) {
                Ok(unfinished) => wait = if unfinished { Duration::ZERO } else { UPKEEP_INTERVAL },
                Err(error) => {
                    self.give_up(error);
                    return self.end();
                }
            }
            if order == Order::Stop {
                return self.end();
            }
            self.measure();
            if idle && std::mem::take(&mut self.untidy) {
                self.tidy();
            }
        }
    }

    /// Says goodbye and closes the database. If its files were moved or deleted, they are saved before the
    /// goodbyes, because an operator who sends a second signal does not want to wait for phones.
    fn end(self) {
        let goodbye = || self.connections.end_all(End::Goodbye(Farewell::Stopping));
        let Some(rescue) = self.presence.last_look() else { return goodbye() };
        // The database is closed first, so that nothing writes to the files.
        drop(self.relay);
        rescue.save(clock::now());
        self.failure.send_if_modified(|failure| {
            let is_first = failure.is_none();
            if is_first {
                *failure = Some(StoreError::FilesGone);
            }
            is_first
        });
        goodbye();
    }

    /// Wipes deleted rows from the log after a pause. This happens once, until something is written again.
    fn tidy(&mut self) {
        if let Err(error) = self.relay.tidy() {
            self.untidy = true;
            LogLine::new("deleted messages could not be wiped from the log yet")
                .because(error)
                .write(Level::Error);
        }
    }

    /// Processes a batch and returns whether work is left for the next one.
    fn process(&mut self, batch: Batch, rng: &mut impl CryptoRng) -> Result<bool, StoreError> {
        let Batch { opened, inputs, takedowns, order: _ } = batch;
        self.connections.0.extend(opened);
        let arrived: Vec<_> = inputs.iter().map(|(from, input)| (*from, Arrival::of(input))).collect();
        self.relay.follow(self.passing.room(Instant::now()));
        let started = Instant::now();
        let outcome = self.software.process(&mut self.relay, inputs, clock::now(), rng)?;
        let count = arrived.len();
        self.count(count, started);
        // A batch that writes nothing says nothing about the disk.
        self.untidy |= outcome.wrote;
        if outcome.wrote || outcome.trouble.is_some() {
            self.ready.set(Trouble::Database, outcome.trouble.is_some());
        }
        if outcome.short_of_room {
            self.note_room(false);
        }
        if let Some(error) = outcome.trouble {
            if error == StoreError::FilesGone {
                self.presence.look();
            }
            Metrics::add(&self.metrics.storage_failures_total, 1);
            LogLine::new("the database refused a transaction, and nothing of it was accepted")
                .because(error)
                .counting(count)
                .write(Level::Error);
        }
        self.send_codes(&outcome.effects);
        self.connections.hand_out(outcome.effects, arrived);
        self.passing.show(outcome.passed, outcome.unseen);
        self.take_down(takedowns)?;
        Ok(outcome.more)
    }

    /// Carries out the operator's orders between two batches. The person who placed an order may have disconnected.
    fn take_down(&mut self, takedowns: Vec<TakedownOrder>) -> Result<(), StoreError> {
        for TakedownOrder { channel, answer } in takedowns {
            let done = self.relay.take_down(&channel, clock::now());
            self.untidy |= done == Ok(true);
            let ends = done.clone().err().filter(|error| !error.may_pass());
            answer.send(done).ok();
            if let Some(error) = ends {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes codes before the answers are sent, so that a code is already sent when a phone learns of it.
    fn send_codes(&mut self, effects: &[Effect]) {
        for effect in effects {
            let Effect::SendCode(handle, code) = effect else { continue };
            let sent = SentCode { time: clock::now(), handle: handle.clone(), code: *code };
            let written = self.codes.as_mut().map_or(Ok(()), |codes| codes.send(&sent));
            if let Err(error) = written {
                LogLine::new(
                    "a code could not be written to the file that stands in for the telephone network",
                )
                .because(in_words(error.kind()))
                .write(Level::Error);
            }
        }
    }

    /// The store will not recover, so no request can be answered truthfully any more.
    fn give_up(&mut self, error: StoreError) {
        self.ready.set(Trouble::NotRunning, true);
        LogLine::new("the relay stops").because(&error).write(Level::Error);
        self.connections.end_all(End::Goodbye(Farewell::Stopping));
        self.failure.send_replace(Some(error));
    }

    /// Logs once that there is no room any more, and once that there is room again.
    fn note_room(&self, room: bool) {
        if !self.ready.set(Trouble::NoRoom, !room) {
            return;
        }
        if room {
            LogLine::new("there is room for new messages again").write(Level::Info);
        } else {
            LogLine::new("there is no room for anything new: the relay hands out what waits, and what is fetched makes room")
                .write(Level::Warn);
        }
    }

    fn count(&self, inputs: usize, started: Instant) {
        let spent = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        Metrics::add(&self.metrics.batches_total, 1);
        Metrics::add(&self.metrics.batch_microseconds_total, spent);
        Metrics::raise_to(&self.metrics.batch_inputs_largest, inputs as u64);
    }

    /// Updates the gauges, but only now and then, because the core visits every mailbox for it.
    fn measure(&mut self) {
        if self.measured.is_some_and(|at| at.elapsed() < UPKEEP_INTERVAL) {
            return;
        }
        self.measured = Some(Instant::now());
        self.presence.look();
        let RelayCounts { connections: _, named, accounts, waiting, waiting_bytes } = self.relay.counts();
        // If this fails, the next check asks the store again.
        if let Ok(room) = self.relay.has_room() {
            self.note_room(room);
        }
        Metrics::set(&self.metrics.connections_named, named as u64);
        Metrics::set(&self.metrics.accounts, accounts as u64);
        Metrics::set(&self.metrics.messages_waiting, waiting as u64);
        Metrics::set(&self.metrics.messages_waiting_bytes, waiting_bytes);
    }
}

/// The part of an input that the shell has to remember once the core has processed it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrival {
    Opened,
    Question,
    Closed,
}

impl Arrival {
    fn of(input: &Input) -> Self {
        match input {
            Input::Opened { .. } => Self::Opened,
            Input::Frame(_) | Input::Unreadable => Self::Question,
            Input::Closed => Self::Closed,
        }
    }
}

impl Connections {
    /// Adds effects to the outboxes, in order for each connection and with one visit to each. Tells each outbox how
    /// many of its requests are done.
    fn hand_out(&mut self, effects: Vec<Effect>, arrived: Vec<(ConnectionId, Arrival)>) {
        let mut visits: HashMap<ConnectionId, Visit, OwnNames> = HashMap::default();
        for effect in effects {
            match effect {
                Effect::Send(connection, frame) => visits.entry(connection).or_default().frames.push(frame),
                Effect::Close(connection, reason) => {
                    visits.entry(connection).or_default().end = Some(End::Goodbye(reason));
                }
                Effect::SendCode(..) => {}
                Effect::Wake(_) => {
                    LogLine::new("a device is away, and there is no push service here to wake it")
                        .write(Level::Debug);
                }
            }
        }
        for (connection, arrival) in arrived {
            let visit = visits.entry(connection).or_default();
            match arrival {
                Arrival::Opened => {}
                Arrival::Question => visit.processed += 1,
                Arrival::Closed => visit.gone = true,
            }
        }
        for (connection, Visit { frames, end, processed, gone }) in visits {
            if let Some(outbox) = self.0.get(&connection) {
                outbox.put(frames, end, processed);
            }
            if gone {
                self.0.remove(&connection);
            }
        }
    }

    fn end_all(&self, end: End) {
        self.0.values().for_each(|outbox| outbox.end(end));
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        self.end_all(End::Silent);
    }
}

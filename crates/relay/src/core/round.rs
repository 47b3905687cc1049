//! One round: the writes and answers of a batch, or of as much of it as fits one transaction.
//!
//! Requests are planned first, against memory that nothing has changed yet; then the store commits; then memory
//! follows and the answers are sent. Two things make a batch take more than one round. If a request changes what
//! later requests of the same connection see (it registers, it publishes prekeys), the later ones wait for the next
//! round. An account is closed in its own round.

use std::collections::{HashMap, HashSet};

use pillarbox_wire::{
    ChannelName, DeviceAddress, Farewell, FixedBytes, Handle, MessageId, NumberCode, Refusal, Refused,
    RelayFrame, RequestId, Timestamp,
};

use super::events::{Effect, Input};
use crate::memory::connection_id::ConnectionId;
use crate::memory::mailbox::Entrance;
use crate::memory::names::OwnNames;
use crate::store::{Changes, Counters, DeviceNumber, EventNumber, MessageRow, Skip};

/// An answer or an effect that waits for the end of the round.
#[derive(Debug)]
pub(super) enum Planned {
    /// Takes place whatever the outcome of the transaction.
    Anyway(Effect),
    /// Takes place only once the transaction is durable; otherwise the request is refused.
    Committed(ConnectionId, RequestId, RelayFrame),
}

/// A round under construction.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) now: Timestamp,
    pub(super) changes: Changes,
    pub(super) planned: Vec<Planned>,
    /// Inputs that wait for the next round, in order.
    pub(super) deferred: Vec<(ConnectionId, Input)>,
    /// Connections whose further inputs wait.
    blocked: HashSet<ConnectionId, OwnNames>,
    /// True if all further inputs wait.
    pub(super) barrier: bool,
    /// The connections that register, in the order of `changes.accounts`.
    pub(super) registering: Vec<ConnectionId>,
    /// The connections that take an account over, in the order of `changes.replaced`.
    pub(super) replacing: Vec<ConnectionId>,
    /// The devices that publish prekeys, in the order of `changes.prekeys`.
    pub(super) publishing: Vec<DeviceAddress>,
    /// Recipients and how each message arrived, in the order of `changes.messages`.
    pub(super) recipients: Vec<(DeviceAddress, Entrance)>,
    /// Numbers and keys that are being registered.
    pub(super) claimed_handles: HashSet<Handle>,
    pub(super) claimed_keys: HashSet<FixedBytes<32>>,
    /// Channels that are being opened or posted in.
    pub(super) claimed_channels: HashSet<ChannelName>,
    /// Groups that are being changed.
    pub(super) claimed_groups: HashSet<FixedBytes<16>>,
    /// The connections that asked for it, in the order of `changes.groups`.
    pub(super) grouping: Vec<ConnectionId>,
    /// One-time prekeys that were handed out in this round.
    pub(super) taken: HashMap<DeviceNumber, Skip>,
    /// Messages in `changes.removed` that nobody fetched in time.
    pub(super) expired: Vec<MessageId>,
    /// Bytes that are left for new rows; `None` until a request has asked.
    pub(super) room: Option<u64>,
    /// True if a request asked for room that was not available.
    pub(super) short_of_room: bool,
    /// Events of this round that have happened even if its transaction fails.
    pub(super) happened: Vec<EventNumber>,
}

impl Round {
    pub(super) fn new(now: Timestamp, counters: Counters) -> Self {
        Self {
            now,
            changes: Changes { counters, ..Changes::default() },
            planned: Vec::new(),
            deferred: Vec::new(),
            blocked: HashSet::default(),
            barrier: false,
            registering: Vec::new(),
            replacing: Vec::new(),
            publishing: Vec::new(),
            recipients: Vec::new(),
            claimed_handles: HashSet::new(),
            claimed_keys: HashSet::new(),
            claimed_channels: HashSet::new(),
            claimed_groups: HashSet::new(),
            grouping: Vec::new(),
            taken: HashMap::new(),
            expired: Vec::new(),
            room: None,
            short_of_room: false,
            happened: Vec::new(),
        }
    }

    /// Returns whether the next input of this connection has to wait.
    pub(super) fn waits(&self, connection: ConnectionId) -> bool {
        self.barrier || self.blocked.contains(&connection)
    }

    /// Defers this input, and everything further from its connection, to the next round.
    pub(super) fn defer(&mut self, connection: ConnectionId, input: Input) {
        self.blocked.insert(connection);
        self.deferred.push((connection, input));
    }

    /// Defers everything further from this connection to the next round.
    pub(super) fn block(&mut self, connection: ConnectionId) {
        self.blocked.insert(connection);
    }

    /// Answers, whatever the outcome of the transaction.
    pub(super) fn answer(&mut self, connection: ConnectionId, frame: RelayFrame) {
        self.planned.push(Planned::Anyway(Effect::Send(connection, frame)));
    }

    pub(super) fn refuse(&mut self, connection: ConnectionId, request: RequestId, reason: Refusal) {
        self.answer(connection, RelayFrame::Refused(Refused { request, reason }));
    }

    pub(super) fn close(&mut self, connection: ConnectionId, reason: Farewell) {
        self.planned.push(Planned::Anyway(Effect::Close(connection, reason)));
    }

    /// Sends a code, whatever the outcome of the transaction.
    pub(super) fn send_code(&mut self, handle: Handle, code: NumberCode) {
        self.planned.push(Planned::Anyway(Effect::SendCode(handle, code)));
    }

    /// Returns true if nothing is planned yet: for requests that need their own round.
    pub(super) fn is_untouched(&self) -> bool {
        self.changes.is_empty() && self.planned.is_empty()
    }

    /// Answers once the transaction is durable.
    pub(super) fn promise(&mut self, connection: ConnectionId, request: RequestId, frame: RelayFrame) {
        self.planned.push(Planned::Committed(connection, request, frame));
    }
}

/// Returns the messages that were committed in this round, whose payloads need not be read back.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    rows: Vec<MessageRow>,
}

impl Fresh {
    /// Wraps the messages of one round, whose numbers rise by one.
    pub(super) fn new(rows: Vec<MessageRow>) -> Self {
        Self { rows }
    }

    /// Returns whether a message was committed in this round.
    pub(super) fn has(&self, message: MessageId) -> bool {
        self.rows.first().is_some_and(|first| first.message <= message)
    }

    /// Removes and returns the row of a message, to be delivered; `None` if it was not committed in this round.
    pub(super) fn take(&mut self, message: MessageId) -> Option<MessageRow> {
        let first = self.rows.first()?.message;
        let at = usize::try_from(message.0.checked_sub(first.0)?).ok()?;
        let row = self.rows.get_mut(at)?;
        let payload = std::mem::take(&mut row.payload);
        Some(MessageRow { payload, ..row.clone() })
    }
}

//! The event log: events are stored as far as the rules say, and no others.
//!
//! Most logged events happen only if the round's transaction succeeds, and their rows are part of it. Other events
//! happen whatever the outcome of the transaction (a connection, a question answered from memory, an
//! acknowledgement). Their rows wait for the next transaction that succeeds.

use std::net::IpAddr;

use pillarbox_wire::{AccountId, MessageId};

use super::Relay;
use super::connections::Connection;
use super::round::Round;
use crate::rules::keeping::Logged;
use crate::store::{EventNumber, EventRow, Store};

/// An event that the log records if a rule says so.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogEntry<'a> {
    what: Logged,
    account: Option<AccountId>,
    peer: IpAddr,
    about: Option<AccountId>,
    name: Option<&'a str>,
    bytes: Option<u32>,
    message: Option<MessageId>,
    /// True if it happened whatever the outcome of the transaction.
    anyway: bool,
}

impl<'a> LogEntry<'a> {
    /// An event on a connection that happens only if the round's transaction succeeds.
    pub(super) fn on(connection: &Connection, what: Logged) -> Self {
        Self {
            what,
            account: connection.device.map(|device| device.account),
            peer: connection.peer,
            about: None,
            name: None,
            bytes: None,
            message: None,
            anyway: false,
        }
    }

    pub(super) fn by(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    pub(super) fn about(mut self, account: Option<AccountId>) -> Self {
        self.about = account;
        self
    }

    pub(super) fn named(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    pub(super) fn message(mut self, message: MessageId) -> Self {
        self.message = Some(message);
        self
    }

    pub(super) fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = Some(u32::try_from(bytes).unwrap_or(u32::MAX));
        self
    }

    pub(super) fn anyway(mut self) -> Self {
        self.anyway = true;
        self
    }
}

impl<S: Store> Relay<S> {
    /// Logs an event, if a rule says so.
    pub(super) fn log(&mut self, entry: LogEntry<'_>, round: &mut Round) {
        if self.rule.log.concern(entry.what) {
            self.write_down(entry, round);
        }
    }

    fn write_down(&mut self, entry: LogEntry<'_>, round: &mut Round) {
        let LogEntry { what, account, peer, about, name, bytes, message, anyway } = entry;
        let Some(written) = self.rule.log.decide(what, account, about) else { return };
        let event = self.counters.next_event;
        self.counters.next_event = EventNumber(event.0.saturating_add(1));
        round.changes.counters.next_event = self.counters.next_event;
        if anyway {
            round.happened.push(event);
        }
        round.changes.events.push(EventRow {
            event,
            at: round.now,
            what,
            account,
            about,
            name: name.map(str::to_owned),
            address: written.address.then_some(peer),
            bytes,
            message,
        });
    }
}

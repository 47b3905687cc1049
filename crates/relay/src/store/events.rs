//! The row of the event log: an event at the relay that its rules have logged.

use std::net::IpAddr;

use pillarbox_wire::{AccountId, MessageId, Timestamp, declare};
use serde::{Deserialize, Serialize};

use super::readable;
use crate::rules::keeping::Logged;

/// An event's number, which rises with time and is never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventNumber(pub u64);

/// A row of `events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventRow {
    /// The row's number.
    pub event: EventNumber,
    /// Time at which it happened, in milliseconds since 1970.
    pub at: Timestamp,
    /// The kind of event.
    pub what: Logged,
    /// The account whose connection caused it; `None` for a connection without a name.
    #[serde(serialize_with = "readable::optional_display")]
    pub account: Option<AccountId>,
    /// The other account that it concerns.
    #[serde(serialize_with = "readable::optional_display")]
    pub about: Option<AccountId>,
    /// The number that was asked for, the channel that was read, or what was changed: a kind of deposit, or `prekeys`.
    pub name: Option<String>,
    /// The internet address that it came from, if a rule keeps that.
    pub address: Option<IpAddr>,
    /// Bytes of the payload that was sent.
    pub bytes: Option<u32>,
    /// The message that was sent or delivered.
    pub message: Option<MessageId>,
}

declare!(
    /// Columns of [`EventRow`].
    EVENT: EventRow {
        event: Events, EventLog, "the row's number, which rises as things happen";
        at: Events, EventLog, "when it happened";
        what: Events, EventLog, "what happened: connected, looked up, sent";
        account: Events, EventLog, "who did it, if the connection has a name; stays when the account is closed";
        about: Events, EventLog, "the other account that it concerns; stays when the account is closed";
        name: Events, EventLog, "the number asked for, the channel read, or what was changed";
        address: Events, EventLog, "the internet address that it came from, named or not";
        bytes: Events, EventLog, "how much was sent, whatever is inside";
        message: Events, EventLog, "which message was sent or delivered";
    }
);

/// The events of one kind that are retained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staying {
    /// The kind.
    pub what: Logged,
    /// Events of everybody since this time; no such events if there is no time.
    pub since: Option<Timestamp>,
    /// In addition, events by or about these accounts since these times.
    pub only: Vec<(AccountId, Timestamp)>,
}

/// The removal of events whose time is over: all those that no entry here retains. Events of a kind that is not
/// named are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// Rows to retain.
    pub rows: Vec<Staying>,
    /// Rows that may have an address. The others lose it.
    pub addresses: Vec<Staying>,
    /// The maximum number of rows of a kind that are deleted at once.
    pub most: u32,
}

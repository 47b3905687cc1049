//! Traces: the rows that one observer has of a messenger's traffic.

use std::collections::BTreeMap;

/// A person of a trace, by place in [`Trace::people`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person(pub u32);

/// The kind of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A phone opened a connection.
    Connected,
    /// A phone looked somebody up in the directory.
    LookedUp,
    /// A phone fetched somebody's keys.
    FetchedKeys,
    /// A phone handed over a message. Receipts are messages too: no row says which is which.
    Sent,
    /// The relay delivered a message.
    Delivered,
    /// The push service was asked to wake a phone.
    Woken,
}

/// One row, as its observer has it. A field that the observer does not have is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
    /// What it tells of.
    pub kind: Kind,
    /// Who acted, if the row names them.
    pub from: Option<Person>,
    /// The person whom it concerns, if the row names them.
    pub to: Option<Person>,
    /// The connection on which it came, if the observer can tell connections apart.
    pub connection: Option<u64>,
    /// The network address at the phone's end, by place in [`Trace::addresses`].
    pub address: Option<u32>,
    /// The payload's size in bytes.
    pub bytes: Option<u32>,
}

/// Rows in order of time, with the names that they refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Names of people.
    pub people: Vec<String>,
    /// Network addresses, in words.
    pub addresses: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// True senders of rows by place in [`Trace::rows`]. Only the scorer reads them.
    pub truth: BTreeMap<usize, Person>,
}

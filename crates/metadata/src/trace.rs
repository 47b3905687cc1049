//! Traces: the rows that one observer has of a messenger's traffic.

/// A person of a trace, by index into [`Trace::people`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TracePerson(pub u32);

impl TracePerson {
    /// Returns the index into a table with one entry for each person.
    #[must_use]
    pub const fn place(self) -> usize {
        self.0 as usize
    }
}

/// The kind of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RowKind {
    /// A phone opened a connection, or signed in on one.
    Connected,
    /// A phone looked somebody up in the directory.
    LookedUp,
    /// A phone fetched somebody's keys.
    FetchedKeys,
    /// A phone submitted a message. Receipts are messages too, and no row says whether it is a receipt or a text.
    Sent,
    /// The relay delivered a message.
    Delivered,
    /// The push service was asked to wake a phone.
    Woken,
}

impl RowKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Connected, Self::LookedUp, Self::FetchedKeys, Self::Sent, Self::Delivered, Self::Woken];
}

/// One row, as its observer has it. A field that the observer does not have is `None`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceRow {
    /// The time, in milliseconds since the Unix epoch.
    pub at: u64,
    /// The kind.
    pub kind: RowKind,
    /// The person who acted, if the row names them.
    pub from: Option<TracePerson>,
    /// The person whom it concerns, if the row names them.
    pub to: Option<TracePerson>,
    /// The connection that carried it, if the observer can distinguish connections.
    pub connection: Option<u64>,
    /// The network address at the phone's end, by index into [`Trace::addresses`].
    pub address: Option<u32>,
    /// The payload's size in bytes.
    pub bytes: Option<u32>,
}

impl TraceRow {
    /// Creates a row that has only a time and a kind.
    #[must_use]
    pub const fn new(at: u64, kind: RowKind) -> Self {
        Self { at, kind, from: None, to: None, connection: None, address: None, bytes: None }
    }
}

/// The clock and the network behind the times of a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TraceTiming {
    /// A real network, or one that a story simulates: times and addresses mean something.
    #[default]
    Network,
    /// A story without a network: a receipt has the millisecond of its message, and each person has one address for
    /// life. Inference from times and addresses would succeed here and say nothing about the real world.
    Instant,
}

/// Rows in order of time, with the names that they refer to.
///
/// The true senders are not part of it. They are in [`PairTruth`](crate::score::PairTruth), which no method takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Names of people.
    pub people: Vec<String>,
    /// Network addresses, in words.
    pub addresses: Vec<String>,
    /// The one subscriber of each address, as an access provider has it; `None` for an address that several people
    /// share.
    pub subscribers: Vec<Option<TracePerson>>,
    /// The rows.
    pub rows: Vec<TraceRow>,
    /// The clock and the network behind the rows.
    pub timing: TraceTiming,
}

impl Trace {
    /// Counts the messages that passed: rows of messages submitted, or delivered, or phones woken, whichever the
    /// trace has.
    #[must_use]
    pub fn messages(&self) -> u64 {
        [RowKind::Sent, RowKind::Delivered, RowKind::Woken]
            .into_iter()
            .map(|kind| self.rows.iter().filter(|row| row.kind == kind).count() as u64)
            .find(|count| *count > 0)
            .unwrap_or(0)
    }

    /// Returns the rows of one kind.
    pub fn of(&self, kind: RowKind) -> impl Iterator<Item = &TraceRow> {
        self.rows.iter().filter(move |row| row.kind == kind)
    }

    /// Returns a person's name.
    #[must_use]
    pub fn name(&self, person: TracePerson) -> &str {
        self.people.get(person.place()).map_or("somebody", String::as_str)
    }

    /// Counts the pairs that the people of this trace could form.
    #[must_use]
    pub fn possible_pairs(&self) -> u64 {
        let people = self.people.len() as u64;
        people * people.saturating_sub(1) / 2
    }

    /// Returns the trace up to and including the message with this number: as much as an observer had by then.
    #[must_use]
    pub fn until(&self, messages: u64) -> Self {
        let counted = self.counted();
        let mut seen = 0;
        let until = self.rows.iter().position(|row| {
            seen += u64::from(Some(row.kind) == counted);
            seen > messages
        });
        let rows = self.rows.get(..until.unwrap_or(self.rows.len())).unwrap_or_default().to_vec();
        Self { rows, ..self.without_rows() }
    }

    /// Returns the kind of row that counts the messages of this trace.
    #[must_use]
    pub fn counted(&self) -> Option<RowKind> {
        let has = |kind: &RowKind| self.rows.iter().any(|row| row.kind == *kind);
        [RowKind::Sent, RowKind::Delivered, RowKind::Woken].into_iter().find(has)
    }

    /// Returns the names of a trace, without its rows.
    #[must_use]
    pub fn without_rows(&self) -> Self {
        Self {
            people: self.people.clone(),
            addresses: self.addresses.clone(),
            subscribers: self.subscribers.clone(),
            rows: Vec::new(),
            timing: self.timing,
        }
    }
}

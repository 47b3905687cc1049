//! Observers: the part of a source's rows that each of them has, and the same rows reduced step by step.

use crate::trace::{RowKind, Trace, TraceRow};

/// An observer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Observer {
    /// The operator, of everything that passes.
    #[default]
    Sees,
    /// The operator, with what its relay keeps. The source says which rows the relay keeps.
    Keeps,
    /// The operator that writes a log from some moment on: no row distinguishes connections.
    LogsFromNowOn,
    /// A tap on the wire outside the relay: addresses, connections, times and sizes. It names the subscriber of an
    /// address.
    Wire,
    /// The push service: which phones it woke, and when.
    Push,
}

impl Observer {
    /// Every observer.
    pub const ALL: [Self; 5] = [Self::Sees, Self::Keeps, Self::LogsFromNowOn, Self::Wire, Self::Push];

    /// Returns the name used on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sees => "sees",
            Self::Keeps => "keeps",
            Self::LogsFromNowOn => "logs-from-now-on",
            Self::Wire => "wire",
            Self::Push => "push",
        }
    }

    /// Returns what the observer has, as a phrase inside a sentence.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::Sees => "what passes the operator",
            Self::Keeps => "what the operator keeps",
            Self::LogsFromNowOn => "what the operator could write down from the order on",
            Self::Wire => "what a tap on the wire outside the operator has",
            Self::Push => "what the push service has",
        }
    }
}

/// A field or a kind of row that is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TraceField {
    /// The sender, in rows that name one.
    Names,
    /// The network address.
    Address,
    /// The size.
    Size,
    /// The number that identifies a connection.
    Connection,
    /// Rows of look-ups and key fetches.
    Lookups,
    /// Rows of messages of the smallest size: receipts, and texts that are as short.
    Receipts,
    /// Rows of deliveries.
    Deliveries,
    /// Wakes by the push service.
    Push,
}

impl TraceField {
    /// Every field.
    pub const ALL: [Self; 8] = [
        Self::Names,
        Self::Address,
        Self::Size,
        Self::Connection,
        Self::Lookups,
        Self::Receipts,
        Self::Deliveries,
        Self::Push,
    ];

    /// Returns the name used on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Address => "address",
            Self::Size => "size",
            Self::Connection => "connection",
            Self::Lookups => "lookups",
            Self::Receipts => "receipts",
            Self::Deliveries => "deliveries",
            Self::Push => "push",
        }
    }
}

/// Returns the rows that an observer has of everything that passes.
///
/// `from` is the moment of the order, for an operator that logs from then on. [`Observer::Keeps`] changes nothing here,
/// because kept rows are another source.
#[must_use]
pub fn observed(all: &Trace, observer: Observer, from: Option<u64>) -> Trace {
    let rows = all.rows.iter();
    let rows = match observer {
        Observer::Sees | Observer::Keeps => return all.clone(),
        Observer::LogsFromNowOn => rows
            .filter(|row| row.kind != RowKind::Woken && from.is_none_or(|from| row.at >= from))
            .map(|row| TraceRow { connection: None, ..row.clone() })
            .collect(),
        Observer::Wire => rows.filter_map(|row| on_the_wire(all, row)).collect(),
        Observer::Push => rows
            .filter(|row| row.kind == RowKind::Woken)
            .map(|row| TraceRow { to: row.to, ..TraceRow::new(row.at, row.kind) })
            .collect(),
    };
    Trace { rows, ..all.without_rows() }
}

/// Returns the tap's view of a row: something went up from an address, or down to one.
fn on_the_wire(all: &Trace, row: &TraceRow) -> Option<TraceRow> {
    let subscriber = row.address.and_then(|address| all.subscribers.get(address as usize)).copied().flatten();
    let (from, to) = match row.kind {
        RowKind::Sent => (subscriber, None),
        RowKind::Delivered => (None, subscriber),
        _ => return None,
    };
    Some(TraceRow { from, to, ..row.clone() })
}

/// Returns the same rows without some fields.
#[must_use]
pub fn without(trace: &Trace, fields: &[TraceField]) -> Trace {
    let mut poorer = trace.clone();
    let has = |field| fields.contains(&field);
    let smallest = trace.of(RowKind::Sent).filter_map(|row| row.bytes).min();
    poorer.rows.retain(|row| match row.kind {
        RowKind::LookedUp | RowKind::FetchedKeys => !has(TraceField::Lookups),
        RowKind::Woken => !has(TraceField::Push),
        RowKind::Delivered if has(TraceField::Deliveries) => false,
        RowKind::Sent | RowKind::Delivered => {
            !(has(TraceField::Receipts) && row.bytes.is_some() && row.bytes == smallest)
        }
        RowKind::Connected => true,
    });
    for row in &mut poorer.rows {
        if has(TraceField::Names) {
            row.from = None;
        }
        if has(TraceField::Address) {
            row.address = None;
        }
        if has(TraceField::Size) {
            row.bytes = None;
        }
        if has(TraceField::Connection) {
            row.connection = None;
        }
    }
    poorer
}

/// Returns the same rows with times rounded down to a multiple of `to` milliseconds.
///
/// Rows with the same rounded time are put into an order that carries no information. Otherwise their order would
/// be a clock too.
#[must_use]
pub fn rounded(trace: &Trace, to: u64) -> Trace {
    let mut poorer = trace.clone();
    if to > 1 {
        poorer.rows.iter_mut().for_each(|row| row.at -= row.at % to);
        poorer.rows.sort_unstable();
    }
    poorer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::TracePerson;

    fn trace() -> Trace {
        let row = |at, kind, bytes| TraceRow {
            from: Some(TracePerson(0)),
            to: Some(TracePerson(1)),
            connection: Some(5),
            address: Some(0),
            bytes: Some(bytes),
            ..TraceRow::new(at, kind)
        };
        Trace {
            people: vec!["Nell".into(), "Odo".into()],
            addresses: vec!["192.0.2.1".into()],
            subscribers: vec![Some(TracePerson(0))],
            rows: vec![
                row(1_500, RowKind::FetchedKeys, 0),
                row(1_700, RowKind::Sent, 600),
                row(1_900, RowKind::Delivered, 600),
                row(61_900, RowKind::Sent, 349),
                row(62_000, RowKind::Woken, 0),
            ],
            ..Trace::default()
        }
    }

    #[test]
    fn a_push_service_has_no_sender_and_no_size() {
        let push = observed(&trace(), Observer::Push, None);
        assert_eq!(
            push.rows,
            [TraceRow { to: Some(TracePerson(1)), ..TraceRow::new(62_000, RowKind::Woken) }]
        );
    }

    #[test]
    fn a_tap_names_subscribers_and_never_a_recipient_of_what_goes_up() {
        let wire = observed(&trace(), Observer::Wire, None);
        assert_eq!(wire.rows.len(), 3);
        assert!(wire.of(RowKind::Sent).all(|row| row.from == Some(TracePerson(0)) && row.to.is_none()));
        assert!(wire.of(RowKind::Delivered).all(|row| row.from.is_none()));
    }

    #[test]
    fn a_log_begins_with_the_order_and_tells_no_connections_apart() {
        let log = observed(&trace(), Observer::LogsFromNowOn, Some(1_800));
        assert_eq!(log.rows.len(), 2);
        assert!(log.rows.iter().all(|row| row.connection.is_none() && row.at >= 1_800));
    }

    #[test]
    fn what_is_taken_away_is_gone() {
        let whole = trace();
        let poorer = without(
            &whole,
            &[
                TraceField::Names,
                TraceField::Address,
                TraceField::Size,
                TraceField::Connection,
                TraceField::Lookups,
            ],
        );
        assert_eq!(poorer.rows.len(), 4);
        let blank =
            |row: &TraceRow| (row.from, row.address, row.bytes, row.connection) == (None, None, None, None);
        assert!(poorer.rows.iter().all(blank));
        assert!(without(&whole, &[TraceField::Receipts]).rows.iter().all(|row| row.bytes != Some(349)));
        assert_eq!(without(&whole, &[]), whole);
    }

    #[test]
    fn rounded_rows_of_one_moment_tell_no_order() {
        let minute = rounded(&trace(), 60_000);
        assert!(minute.rows.iter().all(|row| row.at.is_multiple_of(60_000)));
        let mut backwards = trace();
        backwards.rows.reverse();
        assert_eq!(rounded(&backwards, 60_000).rows, minute.rows);
        assert_eq!(rounded(&trace(), 0), trace());
    }
}

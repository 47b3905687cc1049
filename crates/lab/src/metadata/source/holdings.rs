//! Rows that a relay keeps, as a trace: its messages, and its log.

use std::collections::{HashMap, HashSet};

use pillarbox_access::RelayHoldings;
use pillarbox_metadata::{RowKind, Trace, TracePerson, TraceRow};
use pillarbox_relay::Logged;
use pillarbox_wire::{AccountId, Handle};

use super::Source;
use super::people::{Addresses, People};

/// Reads the rows of a relay.
#[must_use]
pub fn read(what: &str, holdings: &RelayHoldings) -> Source {
    let (mut people, mut addresses) = (People::<AccountId>::new(), Addresses::default());
    let mut person = |account: AccountId| people.called(account, || holdings.name(account));
    for account in &holdings.rows().accounts {
        person(account.account);
    }
    let mut rows = kept(holdings, &mut person, &mut addresses);
    rows.sort_by_key(|row| row.at);
    let (addresses, subscribers) = addresses.into_parts();
    let trace = Trace { people: people.into_names(), addresses, subscribers, rows, ..Trace::default() };
    Source { what: what.to_owned(), kept: Some(trace), ..Source::default() }
}

/// Returns the rows of messages and of the log, in no order of time. `person` returns the index of each account.
pub(super) fn kept(
    holdings: &RelayHoldings,
    person: &mut dyn FnMut(AccountId) -> TracePerson,
    addresses: &mut Addresses,
) -> Vec<TraceRow> {
    let rows = holdings.rows();
    let mut kept = Vec::new();
    // The log may name what a message's row does not. Both are about one message.
    let sent = rows.events.iter().filter(|event| event.what == Logged::Sent);
    let logged: HashMap<_, _> = sent.filter_map(|event| Some((event.message?, event))).collect();
    for message in &rows.messages {
        let log = logged.get(&message.message);
        let recipient = holdings.recipient(message).map(|to| to.account);
        let to = recipient.or_else(|| log?.about).map(&mut *person);
        let sender = message.sender.map(|sender| sender.account);
        kept.push(TraceRow {
            from: sender.or_else(|| log?.account).map(&mut *person),
            to,
            bytes: u32::try_from(message.payload.len()).ok(),
            ..TraceRow::new(message.accepted_at.0, RowKind::Sent)
        });
        if let Some(at) = message.delivered_at {
            kept.push(TraceRow { to, ..TraceRow::new(at.0, RowKind::Delivered) });
        }
    }
    let in_rows: HashSet<_> = rows.messages.iter().map(|row| row.message).collect();
    // If several rules note the same event, each writes a row.
    let mut noted = HashSet::new();
    for event in &rows.events {
        // A message whose row is also present is counted once.
        let has_row = event.message.is_some_and(|message| in_rows.contains(&message));
        let kind = match event.what {
            Logged::Connected => RowKind::Connected,
            Logged::LookedUp => RowKind::LookedUp,
            Logged::Fetched => RowKind::FetchedKeys,
            Logged::Sent if !has_row => RowKind::Sent,
            Logged::Delivered => RowKind::Delivered,
            _ => continue,
        };
        let about = event.about.or_else(|| {
            let number = event.name.as_deref().and_then(|name| Handle::parse(name).ok())?;
            Some(holdings.account(&number)?.account)
        });
        let (from, to) = match kind {
            // The log names the account whose connection submitted it.
            RowKind::Delivered => (None, event.account.or(about)),
            _ => (event.account, about),
        };
        if event.message.is_some_and(|message| !noted.insert((message, kind))) {
            continue;
        }
        kept.push(TraceRow {
            from: from.map(&mut *person),
            to: to.map(&mut *person),
            address: event.address.map(|address| addresses.place(&address.to_string())),
            bytes: event.bytes,
            ..TraceRow::new(event.at.0, kind)
        });
    }
    kept
}

//! What a relay keeps as a trace: its rows of messages, and its log.

use pillarbox_access::RelayHoldings;
use pillarbox_metadata::{Kind, Row, Trace};
use pillarbox_relay::Logged;
use pillarbox_wire::{AccountId, Handle};

use super::Source;
use super::people::{Addresses, People};

/// The rows of a relay.
#[must_use]
pub fn read(what: &str, holdings: &RelayHoldings) -> Source {
    let rows = holdings.rows();
    let (mut people, mut addresses) = (People::<AccountId>::new(), Addresses::default());
    for account in &rows.accounts {
        people.called(account.account, || holdings.name(account.account));
    }
    let mut person = |account: AccountId| people.called(account, || holdings.name(account));
    let mut kept = Vec::new();
    for message in &rows.messages {
        kept.push(Row {
            from: message.sender.map(|sender| person(sender.account)),
            to: holdings.recipient(message).map(|to| person(to.account)),
            bytes: u32::try_from(message.payload.len()).ok(),
            ..Row::new(message.accepted_at.0, Kind::Sent)
        });
        if let Some(at) = message.delivered_at {
            let to = holdings.recipient(message).map(|to| person(to.account));
            kept.push(Row { to, ..Row::new(at.0, Kind::Delivered) });
        }
    }
    for event in &rows.events {
        // A message whose row is there too is counted once.
        let has_row = || rows.messages.iter().any(|row| Some(row.message) == event.message);
        let kind = match event.what {
            Logged::Connected => Kind::Connected,
            Logged::LookedUp => Kind::LookedUp,
            Logged::Fetched => Kind::FetchedKeys,
            Logged::Sent if !has_row() => Kind::Sent,
            Logged::Delivered => Kind::Delivered,
            _ => continue,
        };
        let about = event.about.or_else(|| {
            let number = event.name.as_deref().and_then(|name| Handle::parse(name).ok())?;
            Some(holdings.account(&number)?.account)
        });
        let (from, to) = match kind {
            // The log says whose connection took it.
            Kind::Delivered => (None, event.account.or(about)),
            _ => (event.account, about),
        };
        kept.push(Row {
            from: from.map(&mut person),
            to: to.map(&mut person),
            address: event.address.map(|address| addresses.place(&address.to_string())),
            bytes: event.bytes,
            ..Row::new(event.at.0, kind)
        });
    }
    kept.sort_by_key(|row| row.at);
    let (addresses, subscribers) = addresses.into_parts();
    let trace = Trace { people: people.into_names(), addresses, subscribers, rows: kept, ..Trace::default() };
    Source { what: what.to_owned(), kept: Some(trace), ..Source::default() }
}

//! Items about accounts that represent one conversation each and not a person. They show what a relay can still
//! tell about such accounts.

use std::collections::BTreeSet;
use std::net::IpAddr;

use pillarbox_relay::Logged;
use pillarbox_relay::store::{EventRow, MessageRow};
use pillarbox_wire::AccountId;

use super::rows::{ItemReading, Rows};
use super::traffic::{header, of_row};
use crate::evidence::Exhibit;
use crate::facts::Facts;
use crate::reading::{Keys, read_with};
use crate::returned::Blank;

/// Counts the messages that arrived for this account.
pub(super) fn messages(rows: &Rows<'_>) -> ItemReading {
    let account = rows.account.account;
    let came: Vec<&EventRow> =
        rows.happened(Logged::Sent).filter(|event| event.about == Some(account)).collect();
    let numbered: BTreeSet<_> = came.iter().filter_map(|event| event.message).collect();
    let waiting = rows.messages().filter(|row| {
        rows.tap.is_none()
            && rows.holdings.recipient(row).is_some_and(|to| to.account == account)
            && !numbered.contains(&row.message)
    });
    let mut exhibits: Vec<Exhibit> = came.iter().map(|event| Exhibit::row("events", event)).collect();
    exhibits.extend(waiting.map(|row| header(row, &of_row(row, rows))));
    let line = (!exhibits.is_empty()).then(|| exhibits.len().to_string());
    ItemReading::of(line.into_iter().collect(), exhibits, rows.not_logged(Logged::Sent))
}

/// Reads the times at which the account's owner was connected.
pub(super) fn reader_online(rows: &Rows<'_>) -> ItemReading {
    let account = rows.account.account;
    let own = rows.happened(Logged::Connected).filter(|event| event.account == Some(account));
    moments(&own.collect::<Vec<_>>(), rows.not_logged(Logged::Connected))
}

/// Reads the times at which senders to this account were connected. Each message shows at least one such time.
pub(super) fn writer_online(rows: &Rows<'_>) -> ItemReading {
    let account = rows.account.account;
    let came = rows.happened(Logged::Sent).filter(|event| event.about == Some(account));
    moments(&came.collect::<Vec<_>>(), rows.not_logged(Logged::Sent))
}

fn moments(events: &[&EventRow], otherwise: Blank) -> ItemReading {
    let exhibits = events.iter().map(|event| Exhibit::row("events", event)).collect();
    ItemReading::of(events.iter().map(|event| event.at.to_string()).collect(), exhibits, otherwise)
}

/// Reads the other accounts that were used from the same internet address.
pub(super) fn joined(rows: &Rows<'_>) -> ItemReading {
    let uses: Vec<(AccountId, IpAddr)> = uses(rows);
    let own: BTreeSet<IpAddr> = uses
        .iter()
        .filter(|(account, _)| *account == rows.account.account)
        .map(|(_, address)| *address)
        .collect();
    let others: BTreeSet<AccountId> = uses
        .iter()
        .filter(|(account, address)| *account != rows.account.account && own.contains(address))
        .map(|(account, _)| *account)
        .collect();
    let lines: Vec<String> = others.iter().map(|account| rows.name(*account)).collect();
    let facts = Facts { named: lines.clone(), ..Facts::default() };
    let exhibits = uses.iter().filter(|(account, address)| {
        own.contains(address) && (others.contains(account) || *account == rows.account.account)
    });
    let exhibits = exhibits
        .map(|(account, address)| Exhibit::field("addresses", "used", &(account.to_string(), address)))
        .collect();
    ItemReading::of(lines, exhibits, Blank::NothingJoinsIt).with(facts)
}

/// Collects every account with every address that the rows associate with it.
fn uses(rows: &Rows<'_>) -> Vec<(AccountId, IpAddr)> {
    let devices = rows.holdings.rows().devices.iter();
    let of_devices = devices.filter_map(|device| Some((device.account, device.last_address?)));
    let of_events = Logged::ALL.into_iter().flat_map(|what| rows.of_everybody(what));
    let of_events = of_events.filter_map(|event| Some((event.account?, event.address?)));
    let uses: BTreeSet<(AccountId, IpAddr)> = of_devices.chain(of_events).collect();
    uses.into_iter().collect()
}

/// Reads the messages that carry words, which are those that can be read.
pub(super) fn real_or_noise(rows: &Rows<'_>) -> ItemReading {
    let keys = Keys::for_recipient(rows.holdings, None, 0);
    let readable: Vec<&MessageRow> =
        rows.messages().filter(|row| read_with(row.payload.as_slice(), &keys).readable.is_some()).collect();
    // The fact that a message has words is a record. The words are content, and this item does not carry them.
    let exhibits = readable.iter().map(|row| header(row, &of_row(row, rows))).collect();
    let lines = readable.iter().map(|row| format!("message {} carries a body", row.message.0)).collect();
    ItemReading::of(lines, exhibits, Blank::NotWrittenDown)
}

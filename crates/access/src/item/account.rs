//! Items that stand in the rows of accounts and devices.

use pillarbox_relay::Logged;
use pillarbox_wire::Timestamp;

use super::read::{Reply, Rows};
use crate::evidence::{Exhibit, hexadecimal};
use crate::returned::Blank;

pub(super) fn record(rows: &Rows<'_>) -> Reply {
    let account = rows.account.account;
    one(format!("account {account}"), "accounts", "account", &account.to_string())
}

pub(super) fn registered_at(rows: &Rows<'_>) -> Reply {
    match rows.account.registered_at {
        Some(at) if at != at.day() => one(at.to_string(), "accounts", "registered_at", &at),
        // What was kept by the day tells no time.
        _ => Reply::blank(Blank::NotWrittenDown),
    }
}

pub(super) fn registered_date(rows: &Rows<'_>) -> Reply {
    match rows.account.registered_at {
        Some(at) => one(day(at), "accounts", "registered_at", &at.day()),
        None => Reply::blank(Blank::NotWrittenDown),
    }
}

pub(super) fn phone_number(rows: &Rows<'_>) -> Reply {
    match &rows.account.handle {
        Some(number) => one(number.to_string(), "accounts", "handle", number),
        None => Reply::blank(Blank::NotWrittenDown),
    }
}

pub(super) fn public_key(rows: &Rows<'_>) -> Reply {
    let key = hexadecimal(rows.account.identity_signing.as_bytes());
    one(key.clone(), "accounts", "identity_signing", &key)
}

pub(super) fn last_seen(rows: &Rows<'_>) -> Reply {
    let devices = rows.holdings.rows().devices.iter();
    let seen =
        devices.filter(|device| device.account == rows.account.account).filter_map(|device| device.last_seen);
    match seen.max() {
        Some(at) if at == at.day() => one(day(at), "devices", "last_seen", &at),
        Some(at) => one(at.to_string(), "devices", "last_seen", &at),
        None => Reply::blank(Blank::NotWrittenDown),
    }
}

/// The last one, from the row of the device, or else from the log.
pub(super) fn ip_address(rows: &Rows<'_>) -> Reply {
    let account = rows.account.account;
    let devices = rows.holdings.rows().devices.iter().filter(|device| device.account == account);
    let of_device = devices.max_by_key(|device| device.last_seen).and_then(|device| device.last_address);
    if let Some(address) = of_device {
        return one(address.to_string(), "devices", "last_address", &address);
    }
    let logged = Logged::ALL.into_iter().flat_map(|what| rows.happened(what));
    let own = logged.filter(|event| event.account == Some(account) && event.address.is_some());
    match own.max_by_key(|event| event.event) {
        Some(event) => {
            let address = event.address.map(|address| address.to_string()).unwrap_or_default();
            Reply::of(vec![address], vec![Exhibit::row("events", event)], Blank::NotWrittenDown)
        }
        None => Reply::blank(Blank::NotWrittenDown),
    }
}

fn one(line: String, table: &'static str, field: &'static str, value: &impl serde::Serialize) -> Reply {
    Reply::of(vec![line], vec![Exhibit::field(table, field, value)], Blank::NotWrittenDown)
}

/// A time as what it was kept as: a day.
fn day(time: Timestamp) -> String {
    time.to_string().chars().take(10).chain(" (day only)".chars()).collect()
}

//! Items read from the rows of accounts and devices.

use pillarbox_crypto::log::label;
use pillarbox_relay::Logged;
use pillarbox_relay::store::{AccountRow, EventRow, PreKeyKind};
use pillarbox_wire::{PreKeyId, Timestamp};

use super::rows::{ItemReading, Rows};
use crate::evidence::{Exhibit, hexadecimal};
use crate::returned::Blank;

pub(super) fn record(rows: &Rows<'_>) -> ItemReading {
    let account = rows.account.account;
    one(format!("account {account}"), "accounts", "account", &account.to_string())
}

pub(super) fn registered_at(rows: &Rows<'_>) -> ItemReading {
    // A row kept by the day has no time of day. The log may have one.
    let exact = rows.account.registered_at.filter(|at| *at != at.day());
    registered(rows, exact, |at| at, |at| at.to_string())
}

pub(super) fn registered_date(rows: &Rows<'_>) -> ItemReading {
    registered(rows, rows.account.registered_at, Timestamp::day, day)
}

/// Reads the registration from the account's row, from the log, or from both.
fn registered(
    rows: &Rows<'_>,
    in_the_row: Option<Timestamp>,
    kept: fn(Timestamp) -> Timestamp,
    line: fn(Timestamp) -> String,
) -> ItemReading {
    let logged = registration(rows);
    let at = in_the_row.or_else(|| logged.map(|event| event.at));
    let of_row = in_the_row.map(|at| Exhibit::field("accounts", "registered_at", &kept(at)));
    let of_log = logged.map(|event| Exhibit::row("events", event));
    let exhibits = of_row.into_iter().chain(of_log).collect();
    ItemReading::of(at.map(line).into_iter().collect(), exhibits, Blank::NotWrittenDown)
}

/// Returns the log's row about the registration, if there is one.
fn registration<'a>(rows: &Rows<'a>) -> Option<&'a EventRow> {
    rows.happened(Logged::Registered).next()
}

pub(super) fn phone_number(rows: &Rows<'_>) -> ItemReading {
    match &rows.account.handle {
        Some(number) => one(number.to_string(), "accounts", "handle", number),
        None => ItemReading::blank(Blank::NotWrittenDown),
    }
}

/// Reads the account's public keys and, for each device, its key and the prekeys that it has uploaded here. Each
/// conversation that somebody began has used up one of them.
pub(super) fn public_key(rows: &Rows<'_>) -> ItemReading {
    let AccountRow {
        account,
        handle: _,
        registered_at: _,
        identity_signing,
        identity_agreement,
        identity_cross_signature,
        delivery_verifier,
    } = rows.account;
    let key = hexadecimal(identity_signing.as_bytes());
    let mut lines = vec![key.clone()];
    let others = [identity_agreement.as_bytes(), delivery_verifier.as_bytes()].map(|key| hexadecimal(key));
    let cross_signature = hexadecimal(identity_cross_signature.as_bytes());
    let mut exhibits = vec![
        Exhibit::field("accounts", "identity_signing", &key),
        Exhibit::field("accounts", "other keys", &(others, cross_signature)),
    ];
    let all = rows.holdings.rows();
    for device in all.devices.iter().filter(|device| device.account == *account) {
        let own = all.prekeys.iter().filter(|prekey| prekey.device_number == device.device_number);
        let own: Vec<(PreKeyKind, PreKeyId)> = own.map(|prekey| (prekey.kind, prekey.id)).collect();
        let left = own.iter().filter(|(kind, _)| *kind == PreKeyKind::OneTime).count();
        lines.push(format!("device {}: {left} one-time keys left", device.device));
        let uploaded = (device.next_one_time, device.next_one_time_kem);
        let keys = (device.device_number, hexadecimal(device.device_key.as_bytes()), uploaded);
        exhibits.push(Exhibit::field("devices", "keys", &keys));
        if !own.is_empty() {
            exhibits.push(Exhibit::field("prekeys", "kinds and numbers", &(device.device_number, own)));
        }
    }
    for list in all.device_lists.iter().filter(|list| list.account == *account) {
        exhibits.push(Exhibit::row("device_lists", list));
    }
    for linked in all.linked_devices.iter().filter(|linked| linked.account == *account) {
        lines.push(format!("device {}: linked, with a key of its own", linked.device));
        exhibits.push(Exhibit::row("linked_devices", linked));
    }
    let label = label(&account.0);
    for leaf in all.leaves.iter().filter(|leaf| leaf.label.0 == label) {
        let when = if leaf.at == Timestamp(0) { String::new() } else { format!(", added {}", leaf.at) };
        lines.push(format!("number {} of its entries in the public log of keys{when}", leaf.count));
        exhibits.push(Exhibit::row("directory_log", leaf));
    }
    ItemReading::of(lines, exhibits, Blank::NotWrittenDown)
}

pub(super) fn last_seen(rows: &Rows<'_>) -> ItemReading {
    let devices = rows.holdings.rows().devices.iter();
    let seen =
        devices.filter(|device| device.account == rows.account.account).filter_map(|device| device.last_seen);
    match seen.max() {
        Some(at) if at == at.day() => one(day(at), "devices", "last_seen", &at),
        Some(at) => one(at.to_string(), "devices", "last_seen", &at),
        None => ItemReading::blank(Blank::NotWrittenDown),
    }
}

/// Reads the last address: from the device's row, or else from the log.
pub(super) fn ip_address(rows: &Rows<'_>) -> ItemReading {
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
            ItemReading::of(vec![address], vec![Exhibit::row("events", event)], Blank::NotWrittenDown)
        }
        None => ItemReading::blank(Blank::NotWrittenDown),
    }
}

fn one(line: String, table: &'static str, field: &'static str, value: &impl serde::Serialize) -> ItemReading {
    ItemReading::of(vec![line], vec![Exhibit::field(table, field, value)], Blank::NotWrittenDown)
}

/// Formats a time that was kept by the day.
fn day(time: Timestamp) -> String {
    time.to_string().chars().take(10).chain(" (day only)".chars()).collect()
}

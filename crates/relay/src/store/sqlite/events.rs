//! The table of events, read and written.

use std::net::IpAddr;

use pillarbox_wire::{AccountId, MessageId, Timestamp};
use rusqlite::{Row, Transaction, params};

use super::columns::{integer, time, unsigned};
use crate::rules::keeping::Logged;
use crate::store::error::StoreError;
use crate::store::events::{EventNumber, EventRow, Lapse, Staying};

pub(super) const COLUMNS: &str = "event, at, what, account, about, name, address, bytes, message";

pub(super) fn row(row: &Row<'_>) -> Result<EventRow, StoreError> {
    let what: String = row.get(2)?;
    let account = |at| Ok::<_, StoreError>(row.get::<_, Option<[u8; 16]>>(at)?.map(AccountId));
    let address: Option<String> = row.get(6)?;
    let message: Option<i64> = row.get(8)?;
    Ok(EventRow {
        event: EventNumber(unsigned(row, 0)?),
        at: Timestamp(unsigned(row, 1)?),
        what: Logged::named(&what).ok_or(StoreError::Damaged)?,
        account: account(3)?,
        about: account(4)?,
        name: row.get(5)?,
        address: address.map(|text| text.parse::<IpAddr>()).transpose().map_err(|_| StoreError::Damaged)?,
        bytes: row.get(7)?,
        message: message
            .map(|number| number.try_into().map(MessageId))
            .transpose()
            .map_err(|_| StoreError::Damaged)?,
    })
}

pub(super) fn append(transaction: &Transaction<'_>, events: &[EventRow]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut insert =
        transaction.prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
    for EventRow { event, at, what, account, about, name, address, bytes, message } in events {
        insert.execute(params![
            integer(event.0),
            time(*at),
            what.as_str(),
            account.as_ref().map(|account| account.0.as_slice()),
            about.as_ref().map(|about| about.0.as_slice()),
            name,
            address.map(|address| address.to_string()),
            bytes,
            message.map(|message| integer(message.0)),
        ])?;
    }
    Ok(())
}

/// Selects events of one kind that are too old for everybody's rule and for the rule of each account that they are by
/// or about.
macro_rules! lapsed {
    ($more:literal) => {
        concat!(
            "(SELECT event FROM events WHERE what = ?1 AND at < ?2 ",
            $more,
            " AND NOT EXISTS (SELECT 1 FROM json_each(?3) AS target WHERE events.at >= target.value->>1 \
               AND unhex(target.value->>0) IN (events.account, events.about)) LIMIT ?4)"
        )
    };
}

/// Removes events and addresses that have lapsed, and returns whether some may remain.
pub(super) fn lapse(transaction: &Transaction<'_>, lapse: &Lapse) -> Result<bool, StoreError> {
    let Lapse { rows, addresses, most } = lapse;
    let mut left = false;
    for (staying, query) in [
        (rows, concat!("DELETE FROM events WHERE event IN ", lapsed!(""))),
        (
            addresses,
            concat!("UPDATE events SET address = NULL WHERE event IN ", lapsed!("AND address IS NOT NULL")),
        ),
    ] {
        let mut statement = transaction.prepare_cached(query)?;
        for Staying { what, since, only } in staying {
            let before = since.map_or(i64::MAX, time);
            let gone = statement.execute(params![what.as_str(), before, targets(only), most])?;
            left |= gone >= *most as usize;
        }
    }
    Ok(left)
}

/// Writes accounts and times as JSON, which SQLite parses: a statement with a list of any length stays one
/// statement.
fn targets(only: &[(AccountId, Timestamp)]) -> String {
    let pairs: Vec<_> =
        only.iter().map(|(account, since)| format!("[\"{account}\",{}]", time(*since))).collect();
    format!("[{}]", pairs.join(","))
}

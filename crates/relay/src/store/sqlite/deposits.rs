//! The table of deposits, read and written.

use pillarbox_wire::{AccountId, Bytes, DepositKind, Timestamp};
use rusqlite::{Connection, Row, Transaction, params};

use super::columns::{time, unsigned};
use super::query::{first, rows};
use crate::store::deposits::{DepositRow, Deposits, Leaving};
use crate::store::error::StoreError;

pub(super) const COLUMNS: &str = "account, kind, subject, value, left_at";

pub(super) fn row(row: &Row<'_>) -> Result<DepositRow, StoreError> {
    let kind: String = row.get(1)?;
    Ok(DepositRow {
        account: AccountId(row.get(0)?),
        kind: DepositKind::named(&kind).ok_or(StoreError::Damaged)?,
        subject: Bytes(row.get(2)?),
        value: Bytes(row.get(3)?),
        left_at: Timestamp(unsigned(row, 4)?),
    })
}

pub(super) fn of_kind(connection: &Connection, kind: DepositKind) -> Result<Vec<DepositRow>, StoreError> {
    // The kind's word is this program's own, so that it needs no escaping.
    rows(
        connection,
        &format!("SELECT {COLUMNS} FROM deposits WHERE kind = '{kind}' ORDER BY account, subject"),
        row,
    )
}

pub(super) fn value(
    connection: &Connection,
    account: AccountId,
    kind: DepositKind,
    subject: &[u8],
) -> Result<Option<Bytes>, StoreError> {
    let query = "SELECT value FROM deposits WHERE account = ?1 AND kind = ?2 AND subject = ?3";
    let key = params![account.0.as_slice(), kind.as_str(), subject];
    first(connection, query, key, |row| Ok(Bytes(row.get(0)?)))
}

pub(super) fn totals(connection: &Connection, account: AccountId) -> Result<Deposits, StoreError> {
    // Lengths come before the columns: no value is read for them.
    let query = "SELECT count(*), coalesce(sum(length(subject) + length(value)), 0) FROM deposits \
                 WHERE account = ?1";
    first(connection, query, [account.0.as_slice()], |row| {
        Ok(Deposits { rows: unsigned(row, 0)?, bytes: unsigned(row, 1)? })
    })?
    .ok_or(StoreError::Damaged)
}

pub(super) fn apply(transaction: &Transaction<'_>, leaving: &Leaving) -> Result<(), StoreError> {
    let Leaving { account, kind, subject, value, at } = leaving;
    let (account, kind, subject) = (account.0.as_slice(), kind.as_str(), subject.as_slice());
    match value {
        Some(value) => transaction
            .prepare_cached("INSERT OR REPLACE INTO deposits VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![account, kind, subject, value.as_slice(), time(*at)])?,
        None => transaction
            .prepare_cached("DELETE FROM deposits WHERE account = ?1 AND kind = ?2 AND subject = ?3")?
            .execute(params![account, kind, subject])?,
    };
    Ok(())
}

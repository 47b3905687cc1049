//! Removes data that was kept under another rule and exceeds the present one.

use pillarbox_wire::Duration;
use rusqlite::Transaction;

use super::columns::integer;
use crate::rules::keeping::Granularity;
use crate::store::changes::Trim;
use crate::store::error::StoreError;

pub(super) fn trim(transaction: &Transaction<'_>, trim: &Trim) -> Result<(), StoreError> {
    let Trim {
        last_seen,
        last_address,
        registered,
        sender,
        deposits,
        channels,
        directory_log,
        groups,
        attachments,
    } = trim;
    coarsen(transaction, "devices", "last_seen", *last_seen)?;
    coarsen(transaction, "accounts", "registered_at", *registered)?;
    if !last_address {
        transaction.execute("UPDATE devices SET last_address = NULL WHERE last_address IS NOT NULL", [])?;
    }
    if !sender {
        transaction.execute(
            "UPDATE messages SET sender_account = NULL, sender_device = NULL WHERE sender_account IS NOT NULL",
            [],
        )?;
    }
    let kinds: Vec<_> = deposits.iter().map(|kind| format!("\"{kind}\"")).collect();
    transaction.execute(
        "DELETE FROM deposits WHERE kind NOT IN (SELECT value FROM json_each(?1))",
        [format!("[{}]", kinds.join(","))],
    )?;
    if !channels {
        transaction.execute("DELETE FROM posts", [])?;
        transaction.execute("DELETE FROM channels", [])?;
    }
    if !directory_log {
        transaction.execute("DELETE FROM directory_log", [])?;
    }
    if !groups {
        transaction.execute("DELETE FROM group_members", [])?;
        transaction.execute("DELETE FROM groups", [])?;
    }
    if !attachments {
        transaction.execute("DELETE FROM attachments", [])?;
    }
    Ok(())
}

/// Reduces a column of times to the precision that may be kept. Table and column are this program's own words.
fn coarsen(
    transaction: &Transaction<'_>,
    table: &str,
    column: &str,
    granularity: Granularity,
) -> Result<(), StoreError> {
    let day = integer(Duration::from_days(1).0);
    match granularity {
        Granularity::Exact => return Ok(()),
        Granularity::Day => transaction.execute(
            &format!("UPDATE {table} SET {column} = {column} - {column} % {day} WHERE {column} % {day} <> 0"),
            [],
        )?,
        Granularity::Nothing => transaction
            .execute(&format!("UPDATE {table} SET {column} = NULL WHERE {column} IS NOT NULL"), [])?,
    };
    Ok(())
}

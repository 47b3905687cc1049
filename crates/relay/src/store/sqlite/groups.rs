//! The tables of groups whose operator manages their members, read and written.

use pillarbox_wire::{AccountId, FixedBytes, GroupStanding, Timestamp};
use rusqlite::{Connection, Row, Transaction, params};

use super::columns::{time, unsigned};
use super::query::rows;
use crate::store::error::StoreError;
use crate::store::groups::{GroupMemberRow, GroupRow, Regrouping};

/// The tables.
pub(super) const TABLES: &str = "
CREATE TABLE groups (
    group_id BLOB NOT NULL PRIMARY KEY,
    version  INTEGER NOT NULL,
    name     TEXT NOT NULL
) STRICT;

CREATE TABLE group_members (
    group_id BLOB NOT NULL,
    account  BLOB NOT NULL,
    standing TEXT NOT NULL,
    acted_by BLOB,
    at       INTEGER NOT NULL,
    PRIMARY KEY (group_id, account)
) STRICT;
";

fn group(row: &Row<'_>) -> Result<GroupRow, StoreError> {
    Ok(GroupRow { group_id: FixedBytes(row.get(0)?), version: unsigned(row, 1)?, name: row.get(2)? })
}

fn member(row: &Row<'_>) -> Result<GroupMemberRow, StoreError> {
    let standing: String = row.get(2)?;
    let acted_by: Option<[u8; 16]> = row.get(3)?;
    Ok(GroupMemberRow {
        group_id: FixedBytes(row.get(0)?),
        account: AccountId(row.get(1)?),
        standing: GroupStanding::named(&standing).ok_or(StoreError::Damaged)?,
        acted_by: acted_by.map(AccountId),
        at: Timestamp(unsigned(row, 4)?),
    })
}

/// Reads the groups, in order.
pub(super) fn all(connection: &Connection) -> Result<Vec<GroupRow>, StoreError> {
    rows(connection, "SELECT group_id, version, name FROM groups ORDER BY group_id", group)
}

/// Reads the accounts in groups, by group and account.
pub(super) fn members(connection: &Connection) -> Result<Vec<GroupMemberRow>, StoreError> {
    let query =
        "SELECT group_id, account, standing, acted_by, at FROM group_members ORDER BY group_id, account";
    rows(connection, query, member)
}

/// Puts a group's rows in the place of the former ones, or removes them if the group is over.
pub(super) fn store(transaction: &Transaction<'_>, regrouping: &Regrouping) -> Result<(), StoreError> {
    let Regrouping { group: GroupRow { group_id, version, name }, members } = regrouping;
    for query in ["DELETE FROM group_members WHERE group_id = ?1", "DELETE FROM groups WHERE group_id = ?1"] {
        transaction.prepare_cached(query)?.execute([group_id.0.as_slice()])?;
    }
    if regrouping.is_over() {
        return Ok(());
    }
    transaction.prepare_cached("INSERT INTO groups VALUES (?1, ?2, ?3)")?.execute(params![
        group_id.0.as_slice(),
        version,
        name
    ])?;
    let mut insert = transaction.prepare_cached("INSERT INTO group_members VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for GroupMemberRow { group_id, account, standing, acted_by, at } in members {
        insert.execute(params![
            group_id.0.as_slice(),
            account.0.as_slice(),
            standing.as_str(),
            acted_by.as_ref().map(|account| account.0.as_slice()),
            time(*at)
        ])?;
    }
    Ok(())
}

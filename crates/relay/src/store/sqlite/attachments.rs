//! The table of attachments, read and written.

use pillarbox_wire::{AccountId, Bytes, FixedBytes, Timestamp};
use rusqlite::{Connection, Row, Transaction, params};

use super::columns::{time, unsigned};
use super::query::first;
use crate::store::attachments::{AttachmentRow, LeftAttachments};
use crate::store::error::StoreError;

/// The table. Its index finds what is too old without reading a part.
pub(super) const TABLE: &str = "
CREATE TABLE attachments (
    attachment BLOB NOT NULL,
    number     INTEGER NOT NULL,
    owner      BLOB NOT NULL,
    left_at    INTEGER NOT NULL,
    part       BLOB NOT NULL,
    PRIMARY KEY (attachment, number)
) STRICT;
CREATE INDEX attachments_by_time ON attachments (left_at);
CREATE INDEX attachments_by_owner ON attachments (owner);
";

pub(super) const COLUMNS: &str = "attachment, number, owner, left_at, part";

pub(super) fn row(row: &Row<'_>) -> Result<AttachmentRow, StoreError> {
    Ok(AttachmentRow {
        attachment: FixedBytes(row.get(0)?),
        number: unsigned(row, 1)?,
        owner: AccountId(row.get(2)?),
        left_at: Timestamp(unsigned(row, 3)?),
        part: Bytes(row.get(4)?),
    })
}

pub(super) fn part(
    connection: &Connection,
    attachment: &FixedBytes<32>,
    number: u8,
) -> Result<Option<AttachmentRow>, StoreError> {
    let query = "SELECT attachment, number, owner, left_at, part FROM attachments \
                 WHERE attachment = ?1 AND number = ?2";
    first(connection, query, params![attachment.0.as_slice(), number], row)
}

pub(super) fn totals(connection: &Connection, owner: AccountId) -> Result<LeftAttachments, StoreError> {
    let query =
        "SELECT count(DISTINCT attachment), coalesce(sum(length(part)), 0) FROM attachments WHERE owner = ?1";
    first(connection, query, [owner.0.as_slice()], |row| {
        Ok(LeftAttachments { attachments: unsigned(row, 0)?, bytes: unsigned(row, 1)? })
    })?
    .ok_or(StoreError::Damaged)
}

/// Stores a part. One that is there already stays as it is: nobody replaces what somebody else is to fetch.
pub(super) fn leave(transaction: &Transaction<'_>, row: &AttachmentRow) -> Result<(), StoreError> {
    let AttachmentRow { attachment, number, owner, left_at, part } = row;
    transaction.prepare_cached("INSERT OR IGNORE INTO attachments VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(
        params![attachment.0.as_slice(), number, owner.0.as_slice(), time(*left_at), part.as_slice()],
    )?;
    Ok(())
}

/// Removes parts that were left at a time or before, at most `most`. Returns their number.
pub(super) fn forget(
    transaction: &Transaction<'_>,
    left_by: Timestamp,
    most: u32,
) -> Result<u32, StoreError> {
    let gone = transaction
        .prepare_cached(
            "DELETE FROM attachments WHERE rowid IN \
             (SELECT rowid FROM attachments WHERE left_at <= ?1 ORDER BY left_at LIMIT ?2)",
        )?
        .execute(params![time(left_by), most])?;
    Ok(u32::try_from(gone).unwrap_or(u32::MAX))
}

/// Removes what a closed account has left.
pub(super) fn close(transaction: &Transaction<'_>, owner: AccountId) -> Result<(), StoreError> {
    transaction.prepare_cached("DELETE FROM attachments WHERE owner = ?1")?.execute([owner.0.as_slice()])?;
    Ok(())
}

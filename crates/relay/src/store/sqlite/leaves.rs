//! The table of the directory's log, read and written.

use pillarbox_wire::{FixedBytes, Timestamp};
use rusqlite::{Connection, Row, Transaction, params};

use super::columns::{integer, time, unsigned};
use super::query::rows;
use crate::store::error::StoreError;
use crate::store::leaves::LeafRow;

/// The table. A later layout may add to it, and never removes a row.
pub(super) const TABLE: &str = "
CREATE TABLE directory_log (
    place   INTEGER NOT NULL PRIMARY KEY,
    label   BLOB NOT NULL,
    count   INTEGER NOT NULL,
    binding BLOB NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
";

fn leaf(row: &Row<'_>) -> Result<LeafRow, StoreError> {
    Ok(LeafRow {
        place: unsigned(row, 0)?,
        label: FixedBytes(row.get(1)?),
        count: unsigned(row, 2)?,
        binding: FixedBytes(row.get(3)?),
        at: Timestamp(unsigned(row, 4)?),
    })
}

/// Reads the log, in order.
pub(super) fn all(connection: &Connection) -> Result<Vec<LeafRow>, StoreError> {
    rows(connection, "SELECT place, label, count, binding, at FROM directory_log ORDER BY place", leaf)
}

pub(super) fn append(transaction: &Transaction<'_>, leaves: &[LeafRow]) -> Result<(), StoreError> {
    if leaves.is_empty() {
        return Ok(());
    }
    let mut insert = transaction.prepare_cached("INSERT INTO directory_log VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for LeafRow { place, label, count, binding, at } in leaves {
        insert.execute(params![
            integer(*place),
            label.0.as_slice(),
            count,
            binding.0.as_slice(),
            time(*at)
        ])?;
    }
    Ok(())
}

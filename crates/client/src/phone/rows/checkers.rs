//! Devices of contacts that check the relay's public log, as rows: each is sent the last head that this phone has
//! seen, once a day as this phone writes to it. A phone learns of them from receipts with the id
//! [`CHECKS_LOG`](crate::records::body::CHECKS_LOG), and forgets them at a receipt without it.

use pillarbox_wire::{AccountId, Timestamp};

use crate::records::directory::{HEADS_EVERY, LogChecker};
use crate::vault::{Rows, StorageError, Table};

/// Records whether a device checks the public log.
pub(crate) fn learn(rows: &mut Rows<'_>, peer: AccountId, checks: bool) -> Result<(), StorageError> {
    match (checks, rows.has(Table::LogCheckers, &peer.0)?) {
        (true, false) => rows.store(Table::LogCheckers, &peer.0, &LogChecker { told_at: None }),
        (false, true) => forget(rows, peer),
        _ => Ok(()),
    }
}

pub(crate) fn forget(rows: &mut Rows<'_>, peer: AccountId) -> Result<(), StorageError> {
    rows.remove(Table::LogCheckers, &peer.0)
}

/// Returns true if a device is due to be sent a head now, and records that it was.
pub(crate) fn is_due(rows: &mut Rows<'_>, peer: AccountId, now: Timestamp) -> Result<bool, StorageError> {
    let Some(LogChecker { told_at }) = rows.load(Table::LogCheckers, &peer.0)? else { return Ok(false) };
    // A clock that was set back does not keep heads for ever.
    let is_due = told_at.is_none_or(|at| now.since(at) >= HEADS_EVERY || now < at);
    if is_due {
        rows.store(Table::LogCheckers, &peer.0, &LogChecker { told_at: Some(now) })?;
    }
    Ok(is_due)
}

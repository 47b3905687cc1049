//! Removes messages by number, and devices with what is stored for them.

use pillarbox_wire::MessageId;
use rusqlite::Transaction;

use super::columns::integer;
use crate::store::error::StoreError;
use crate::store::rows::DeviceNumber;

pub(super) fn remove(transaction: &Transaction<'_>, messages: &[MessageId]) -> Result<(), StoreError> {
    if messages.is_empty() {
        return Ok(());
    }
    let mut remove = transaction.prepare_cached("DELETE FROM messages WHERE message BETWEEN ?1 AND ?2")?;
    let mut numbers: Vec<u64> = messages.iter().map(|message| message.0).collect();
    numbers.sort_unstable();
    // Phones acknowledge at once what was delivered at once: most numbers are consecutive, and are deleted in one
    // sweep.
    for run in numbers.chunk_by(|one, next| next - one <= 1) {
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            remove.execute([integer(*first), integer(*last)])?;
        }
    }
    Ok(())
}

/// Removes a device whose waiting messages are removed already, with its prekeys and the messages kept after delivery.
pub(super) fn remove_device(transaction: &Transaction<'_>, device: DeviceNumber) -> Result<(), StoreError> {
    // The condition lets SQLite use the index over delivered messages; the others are named one by one.
    for query in [
        "DELETE FROM messages WHERE mailbox = ?1 AND delivered_at IS NOT NULL",
        "DELETE FROM prekeys WHERE device_number = ?1",
        "DELETE FROM devices WHERE device_number = ?1",
    ] {
        transaction.prepare_cached(query)?.execute([device.0])?;
    }
    Ok(())
}

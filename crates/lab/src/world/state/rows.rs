//! The rows of messages that a relay holds.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_relay::Keeping;
use pillarbox_wire::{MessageId, Timestamp};

/// A row of a message, as last recorded.
#[derive(Clone, Debug)]
pub(crate) struct RowHere {
    pub(crate) payload_sha256: String,
    pub(crate) starts: String,
    pub(crate) bytes: usize,
    /// The time since which it waits for its phone, or since which it is delivered.
    pub(crate) since: Timestamp,
    pub(crate) is_delivered: bool,
}

impl RowHere {
    /// Returns the time at which the row expires under a rule.
    pub(crate) fn until(&self, keeping: &Keeping) -> Timestamp {
        let stays = if self.is_delivered { keeping.delivered } else { Some(keeping.undelivered) };
        self.since + stays.unwrap_or_default()
    }
}

/// The rows of messages that have been recorded and still exist, and the expiry of each under the present rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowsHere {
    pub(crate) rows: BTreeMap<MessageId, RowHere>,
    pub(crate) lapses: BTreeSet<(Timestamp, MessageId)>,
}

impl RowsHere {
    /// Returns the time at which the next row expires.
    pub(crate) fn next_lapse(&self) -> Option<Timestamp> {
        self.lapses.first().map(|(at, _)| *at)
    }

    /// Applies a new rule, which changes the expiry of each row.
    pub(crate) fn are_kept_by(&mut self, keeping: &Keeping) {
        self.lapses = self.rows.iter().map(|(message, row)| (row.until(keeping), *message)).collect();
    }

    pub(crate) fn put(&mut self, message: MessageId, row: RowHere, keeping: &Keeping) {
        self.take(message, keeping);
        self.lapses.insert((row.until(keeping), message));
        self.rows.insert(message, row);
    }

    pub(crate) fn take(&mut self, message: MessageId, keeping: &Keeping) -> Option<RowHere> {
        let row = self.rows.remove(&message)?;
        self.lapses.remove(&(row.until(keeping), message));
        Some(row)
    }

    /// Returns the delivered rows that have expired by now.
    pub(crate) fn lapsed(&self, now: Timestamp) -> Vec<MessageId> {
        let over = self.lapses.iter().take_while(|(until, _)| *until <= now).map(|(_, message)| *message);
        let is_delivered = |message: &MessageId| self.rows.get(message).is_some_and(|row| row.is_delivered);
        let mut over: Vec<MessageId> = over.filter(is_delivered).collect();
        over.sort_unstable();
        over
    }
}

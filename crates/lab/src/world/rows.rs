//! Rows: the record's account of each message that a relay holds. The relay tells what it commits. It does not name
//! rows that it removes by age, so the store is searched for them when their time is over.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_relay::Keeping;
use pillarbox_relay::row_changes::{Became, RowChange, Why};
use pillarbox_wire::{MessageId, Timestamp};

use super::{Site, SiteId, World, WorldError};
use crate::record::{Fate, Kind, instant, sha256, starts};

/// A row of a message, as the record has told of it.
#[derive(Clone, Debug)]
struct RowHere {
    payload_sha256: String,
    starts: String,
    bytes: usize,
    /// The time since which it waits for its phone, or since which it is delivered.
    since: Timestamp,
    is_delivered: bool,
}

impl RowHere {
    /// Returns the time at which the row expires under a rule.
    fn until(&self, keeping: &Keeping) -> Timestamp {
        let stays = if self.is_delivered { keeping.delivered } else { Some(keeping.undelivered) };
        self.since + stays.unwrap_or_default()
    }
}

/// The rows of messages that the record has told of and that are not gone, and the expiry of each under the present
/// rule.
#[derive(Clone, Debug, Default)]
pub(super) struct RowsHere {
    rows: BTreeMap<MessageId, RowHere>,
    lapses: BTreeSet<(Timestamp, MessageId)>,
}

impl RowsHere {
    /// Returns the time at which the next row expires.
    pub(super) fn next_lapse(&self) -> Option<Timestamp> {
        self.lapses.first().map(|(at, _)| *at)
    }

    /// Applies a new rule, which changes the expiry of each row.
    pub(super) fn are_kept_by(&mut self, keeping: &Keeping) {
        self.lapses = self.rows.iter().map(|(message, row)| (row.until(keeping), *message)).collect();
    }

    fn put(&mut self, message: MessageId, row: RowHere, keeping: &Keeping) {
        self.take(message, keeping);
        self.lapses.insert((row.until(keeping), message));
        self.rows.insert(message, row);
    }

    fn take(&mut self, message: MessageId, keeping: &Keeping) -> Option<RowHere> {
        let row = self.rows.remove(&message)?;
        self.lapses.remove(&(row.until(keeping), message));
        Some(row)
    }

    /// Returns the delivered rows that have expired by now.
    fn lapsed(&self, now: Timestamp) -> Vec<MessageId> {
        let over = self.lapses.iter().take_while(|(until, _)| *until <= now).map(|(_, message)| *message);
        let is_delivered = |message: &MessageId| self.rows.get(message).is_some_and(|row| row.is_delivered);
        let mut over: Vec<MessageId> = over.filter(is_delivered).collect();
        over.sort_unstable();
        over
    }
}

impl World {
    /// Records the changes of rows. `payload` is the payload of the message that came in, if one did.
    pub(super) fn rows_became(
        &mut self,
        site_id: SiteId,
        changes: Vec<RowChange>,
        payload: Option<&[u8]>,
    ) -> Result<(), WorldError> {
        for RowChange { message, became } in changes {
            let now = self.now;
            let Site { relay, rows, .. } = self.site_mut(site_id)?;
            let keeping = &relay.settings().keeping;
            match became {
                Became::Kept { until } => {
                    let payload = payload.unwrap_or_default();
                    let row = RowHere {
                        payload_sha256: sha256(payload),
                        starts: starts(payload),
                        bytes: payload.len(),
                        since: now,
                        is_delivered: false,
                    };
                    rows.put(message, row.clone(), keeping);
                    self.row(site_id, &row, Fate::Kept, Some(until), None);
                }
                Became::Delivered { until } => {
                    let Some(row) = rows.take(message, keeping) else { continue };
                    let row = RowHere { since: now, is_delivered: true, ..row };
                    rows.put(message, row.clone(), keeping);
                    self.row(site_id, &row, Fate::Delivered, Some(until), None);
                }
                Became::Gone(why) => {
                    let Some(row) = rows.take(message, keeping) else { continue };
                    let why = match why {
                        Why::Delivered => "its phone has it",
                        Why::TooOld => "nobody fetched it in time",
                        Why::AccountClosed => CLOSED,
                    };
                    self.row(site_id, &row, Fate::Gone, None, Some(why));
                }
            }
        }
        Ok(())
    }

    /// Looks for the rows that went with a closed account, whose mailbox the relay removes whole.
    pub(super) fn look_for_rows_of_closed(&mut self, site_id: SiteId) -> Result<(), WorldError> {
        let all = self.site(site_id)?.rows.rows.keys().copied().collect();
        self.look_for_rows(site_id, all, CLOSED)
    }

    /// Looks for delivered rows that have expired and are gone.
    pub(super) fn look_for_lapsed_rows(&mut self, site_id: SiteId) -> Result<(), WorldError> {
        let lapsed = self.site(site_id)?.rows.lapsed(self.now);
        self.look_for_rows(site_id, lapsed, "its time was over")
    }

    /// Records those of the given rows that the store has no more.
    fn look_for_rows(
        &mut self,
        site_id: SiteId,
        meant: Vec<MessageId>,
        why: &'static str,
    ) -> Result<(), WorldError> {
        if meant.is_empty() {
            return Ok(());
        }
        let rows = self.site(site_id)?.relay.store().holdings()?.messages;
        let there: BTreeSet<MessageId> = rows.iter().map(|row| row.message).collect();
        for message in meant.into_iter().filter(|message| !there.contains(message)) {
            let Site { relay, rows, .. } = self.site_mut(site_id)?;
            if let Some(row) = rows.take(message, &relay.settings().keeping) {
                self.row(site_id, &row, Fate::Gone, None, Some(why));
            }
        }
        Ok(())
    }

    fn row(
        &mut self,
        site: SiteId,
        row: &RowHere,
        became: Fate,
        until: Option<Timestamp>,
        why: Option<&'static str>,
    ) {
        let RowHere { payload_sha256, starts, bytes, .. } = row.clone();
        let until = until.map(instant);
        let kind = Kind::Row { relay: site.0, payload_sha256, starts, bytes, became, until, why };
        self.record.push(self.now, kind);
    }
}

const CLOSED: &str = "the account was closed";

//! Rows: what becomes of each message that a relay holds, in the record. The relay tells what it commits; rows that it takes out by
//! age and names none of are looked for in its store when their time is over.

use std::collections::BTreeSet;

use pillarbox_relay::row_changes::{Became, RowChange, Why};
use pillarbox_wire::{MessageId, Timestamp};

use super::{SiteId, World, WorldError};
use crate::record::{Fate, Kind, instant, sha256, starts};

/// A row of a message, as the record has told of it.
#[derive(Clone, Debug)]
pub(super) struct RowHere {
    payload_sha256: String,
    starts: String,
    bytes: usize,
    until: Timestamp,
    is_delivered: bool,
}

impl World {
    /// Writes down what became of rows. `payload` is that of the message that came in, if one did.
    pub(super) fn rows_became(
        &mut self,
        site_id: SiteId,
        changes: Vec<RowChange>,
        payload: Option<&[u8]>,
    ) -> Result<(), WorldError> {
        for RowChange { message, became } in changes {
            let rows = &mut self.site_mut(site_id)?.rows;
            match became {
                Became::Kept { until } => {
                    let payload = payload.unwrap_or_default();
                    let row = RowHere {
                        payload_sha256: sha256(payload),
                        starts: starts(payload),
                        bytes: payload.len(),
                        until,
                        is_delivered: false,
                    };
                    rows.insert(message, row.clone());
                    self.row(site_id, &row, Fate::Kept, Some(until), None);
                }
                Became::Delivered { until } => {
                    let Some(row) = rows.get_mut(&message) else { continue };
                    (row.until, row.is_delivered) = (until, true);
                    let row = row.clone();
                    self.row(site_id, &row, Fate::Delivered, Some(until), None);
                }
                Became::Gone(why) => {
                    let Some(row) = rows.remove(&message) else { continue };
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

    /// Looks which delivered rows went with an account that was closed: the relay takes out whole mailboxes.
    pub(super) fn look_for_rows_of_closed(&mut self, site_id: SiteId) -> Result<(), WorldError> {
        self.look_for_rows(site_id, |_| true, CLOSED)
    }

    /// Looks whether delivered rows are gone whose time is over.
    pub(super) fn look_for_lapsed_rows(&mut self, site_id: SiteId) -> Result<(), WorldError> {
        let now = self.now;
        self.look_for_rows(site_id, |row| row.is_delivered && row.until <= now, "its time was over")
    }

    /// Of some rows, writes down those that the store has no more.
    fn look_for_rows(
        &mut self,
        site_id: SiteId,
        wanted: impl Fn(&RowHere) -> bool,
        why: &'static str,
    ) -> Result<(), WorldError> {
        let site = self.site_mut(site_id)?;
        let meant: Vec<MessageId> =
            site.rows.iter().filter(|(_, row)| wanted(row)).map(|(message, _)| *message).collect();
        if meant.is_empty() {
            return Ok(());
        }
        let rows = site.relay.store().holdings()?.messages;
        let there: BTreeSet<MessageId> = rows.iter().map(|row| row.message).collect();
        for message in meant.iter().filter(|message| !there.contains(message)) {
            if let Some(row) = self.site_mut(site_id)?.rows.remove(message) {
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

//! Rows: the record's account of each message that a relay holds. The relay reports what it commits. It does not
//! name rows that it removes because of their age, so the world searches the store for them when their time is
//! over.

use std::collections::BTreeSet;

use pillarbox_relay::row_changes::{Became, RowChange, Why};
use pillarbox_wire::{MessageId, Timestamp};

use super::error::WorldError;
use super::state::World;
use super::state::rows::RowHere;
use super::state::site::{Site, SiteId};
use crate::record::{Fate, Kind, instant, sha256, starts};

impl World {
    /// Records the changes of rows. `payload` is the payload of the message that was received, if any.
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
                        Why::DeviceRemoved => "its device was removed",
                    };
                    self.row(site_id, &row, Fate::Gone, None, Some(why));
                }
            }
        }
        Ok(())
    }

    /// Searches for the rows that were deleted with a closed account, whose mailbox the relay removes whole.
    pub(super) fn look_for_rows_of_closed(&mut self, site_id: SiteId) -> Result<(), WorldError> {
        let all = self.site(site_id)?.rows.rows.keys().copied().collect();
        self.look_for_rows(site_id, all, CLOSED)
    }

    /// Searches for delivered rows that have expired and are deleted.
    pub(super) fn look_for_lapsed_rows(&mut self, site_id: SiteId) -> Result<(), WorldError> {
        let lapsed = self.site(site_id)?.rows.lapsed(self.now);
        self.look_for_rows(site_id, lapsed, "its time was over")
    }

    /// Records those of the given rows that are no longer in the store.
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

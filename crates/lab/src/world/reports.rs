//! Reports: somebody shows the operator of their relay a text that they received.

use pillarbox_client::report::AbuseReport;
use pillarbox_client::{BodyId, HistoryEntry};
use pillarbox_wire::{AccountId, Timestamp};

use super::{ProfileId, SiteId, World, WorldError};
use crate::scenario::PersonId;

/// A report as the operator gets it.
#[derive(Clone, Debug)]
pub struct Filed {
    /// The relay whose operator got the report.
    pub site: SiteId,
    /// The time.
    pub at: Timestamp,
    /// The person who reports.
    pub by: PersonId,
    /// The report.
    pub report: AbuseReport,
}

impl World {
    pub(super) fn report(&mut self, who: PersonId, whom: PersonId) -> Result<(), WorldError> {
        if !self.design.phone.habits.reports {
            self.not_in_design(who, "reports", "a phone keeps nothing that a report could be proved with");
            return Ok(());
        }
        let Some((own, contact, message)) = self.last_text(who, whom)? else {
            self.not_done(who, "reports", "the phone has no text from them");
            return Ok(());
        };
        let profile = self.profile(own)?;
        let site = profile.site;
        let Some(phone) = profile.phone.as_ref() else { return Ok(()) };
        let report = phone.report(contact, message)?;
        self.reports.push(Filed { site, at: self.now, by: who, report });
        Ok(())
    }

    /// Returns the last text that one person has from another, on any of their profiles.
    fn last_text(
        &self,
        who: PersonId,
        whom: PersonId,
    ) -> Result<Option<(ProfileId, AccountId, BodyId)>, WorldError> {
        let mut last: Option<(Timestamp, ProfileId, AccountId, BodyId)> = None;
        for id in self.profiles_of(who) {
            let Some(phone) = self.profile(id)?.phone.as_ref() else { continue };
            for contact in phone.contacts()? {
                if self.truth.behind(contact.account) != Some(whom) {
                    continue;
                }
                let history = phone.history(contact.account)?;
                let is_text = |entry: &&HistoryEntry| entry.is_received() && entry.text().is_some();
                if let Some(entry) = history.iter().rev().find(is_text)
                    && last.is_none_or(|(at, ..)| at <= entry.stored_at)
                {
                    last = Some((entry.stored_at, id, contact.account, entry.id));
                }
            }
        }
        Ok(last.map(|(_, own, contact, message)| (own, contact, message)))
    }
}

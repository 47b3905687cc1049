//! What may be looked at from outside: the relays, what crossed the wire, phones in their owners' hands, the record, and the scorer.

use pillarbox_access::design::Design;
use pillarbox_access::view::{Crossing, PushRecords, WireTap};
use pillarbox_wire::{AccountId, Handle, Timestamp};

use super::profile::Profile;
use super::{Filed, Purpose, Role, Seized, Site, SiteId, World, WorldError};
use crate::record::{Record, Way};
use crate::scenario::{PersonId, Scenario};
use crate::truth::Scorer;

impl World {
    /// The world's time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The scenario that runs.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The design that it runs under.
    #[must_use]
    pub const fn design(&self) -> &Design {
        &self.design
    }

    /// The relays: those of the messenger's operator first, then that of the backups, if it is another.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// The relays of the messenger's operator, with their places among all.
    pub fn messengers(&self) -> impl Iterator<Item = (SiteId, &Site)> {
        let all = self.sites.iter().enumerate();
        all.filter(|(_, site)| site.role() == Role::Messenger).map(|(at, site)| (SiteId(at), site))
    }

    /// The account that has a number at a relay, by the relay's own rows: whom an order about a number means.
    ///
    /// # Errors
    /// [`WorldError::Store`].
    pub fn account_of(&self, site: SiteId, number: &Handle) -> Result<Option<AccountId>, WorldError> {
        let holdings = self.site(site)?.relay.store().holdings()?;
        Ok(holdings.account_of(number).map(|row| row.account))
    }

    /// From now on what crosses the wire is not kept: for whoever wants the record alone, of which it is no part.
    pub fn keep_no_wire(&mut self) {
        self.keeps_wire = false;
        (self.wire, self.crossed) = (WireTap::default(), Vec::new());
    }

    /// From now on what crosses the wire is kept: for whoever compares what reached whom from a moment on.
    pub fn keep_wire(&mut self) {
        self.keeps_wire = true;
    }

    /// Everything that was on a wire.
    #[must_use]
    pub const fn wire(&self) -> &WireTap {
        &self.wire
    }

    /// What reached phones over the wire, and whose phone each time: an address may be shared.
    pub fn arrivals(&self) -> impl Iterator<Item = (&Crossing, PersonId)> {
        let crossings = self.wire.crossings.iter().zip(&self.crossed);
        crossings.filter(|(_, (_, way))| *way == Way::Down).map(|(crossing, (who, _))| (crossing, *who))
    }

    /// What the push service has.
    #[must_use]
    pub const fn push_records(&self) -> &PushRecords {
        &self.push
    }

    /// The phones that somebody has in their hands.
    pub fn phones_of(&self, who: PersonId) -> impl Iterator<Item = &pillarbox_client::Phone> {
        self.profiles.iter().filter(move |profile| profile.who == who).filter_map(|it| it.phone.as_ref())
    }

    /// The account that somebody has for one contact, where there is one for each.
    #[must_use]
    pub fn account_for(&self, who: PersonId, contact: PersonId) -> Option<AccountId> {
        let owned = self.owned.get(&who).into_iter().flatten().rev();
        let profiles = owned.filter_map(|id| self.profiles.get(id.0));
        profiles.filter(|profile| profile.purpose == Purpose::ForContact(contact)).find_map(Profile::account)
    }

    /// Whether there is another program on a phone in somebody's hands than the one that they began with.
    #[must_use]
    pub fn has_other_software(&self, who: PersonId) -> bool {
        self.updated.contains_key(&who) && self.phones_of(who).next().is_some()
    }

    /// Phones that are in other hands.
    #[must_use]
    pub fn seized(&self) -> &[Seized] {
        &self.seized
    }

    /// What people reported to operators.
    #[must_use]
    pub fn reports(&self) -> &[Filed] {
        &self.reports
    }

    /// The record so far.
    #[must_use]
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// The scorer, who alone knows what was really said.
    #[must_use]
    pub const fn scorer(&self) -> Scorer<'_> {
        Scorer::new(&self.truth)
    }
}

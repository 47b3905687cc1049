//! Views of a world from outside: relays, the wire, phones in their owners' possession, the record, and the scorer.

use pillarbox_access::design::Design;
use pillarbox_access::view::{Crossing, NotificationStore, PushRecords, WireTap};
use pillarbox_proposals::escrow::EscrowAuthority;
use pillarbox_wire::{AccountId, Timestamp};

use super::state::World;
use super::state::filed::Filed;
use super::state::profile::{Profile, Purpose};
use super::state::seized::Seized;
use super::state::site::{Role, Site, SiteId};
use crate::record::{Record, Way};
use crate::scenario::{PersonId, Scenario};
use crate::truth::Scorer;

impl World {
    /// Returns the world's time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Returns the scenario that runs.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Returns the design that it runs under.
    #[must_use]
    pub const fn design(&self) -> &Design {
        &self.design
    }

    /// Returns the relays: first the relays of the messenger's operator, then the relay for backups, if that is another
    /// one.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// Returns the relays of the messenger's operator, with their places among all.
    pub fn messengers(&self) -> impl Iterator<Item = (SiteId, &Site)> {
        let all = self.sites.iter().enumerate();
        all.filter(|(_, site)| site.role() == Role::Messenger).map(|(at, site)| (SiteId(at), site))
    }

    /// Stops keeping the bytes that cross the wire. This is for a reader who wants the record alone, which does not
    /// contain them.
    pub fn keep_no_wire(&mut self) {
        self.keeps_wire = false;
        (self.wire, self.crossed) = (WireTap::default(), Vec::new());
    }

    /// Begins to keep the bytes that cross the wire. This is for comparing what reached each person from a moment on.
    pub fn keep_wire(&mut self) {
        self.keeps_wire = true;
    }

    /// Returns everything that was on a wire.
    #[must_use]
    pub const fn wire(&self) -> &WireTap {
        &self.wire
    }

    /// Returns the bytes that crossed the wire, both ways, and the owner of the phone each time.
    pub fn crossings(&self) -> impl Iterator<Item = (&Crossing, PersonId)> {
        self.wire.crossings.iter().zip(&self.crossed).map(|(crossing, (who, _))| (crossing, *who))
    }

    /// Returns the bytes that reached phones over the wire, and the owner of the phone each time, because an address
    /// may be shared.
    pub fn arrivals(&self) -> impl Iterator<Item = (&Crossing, PersonId)> {
        let crossings = self.wire.crossings.iter().zip(&self.crossed);
        crossings.filter(|(_, (_, way))| *way == Way::Down).map(|(crossing, (who, _))| (crossing, *who))
    }

    /// Returns the records of the push service.
    #[must_use]
    pub const fn push_records(&self) -> &PushRecords {
        &self.push
    }

    /// Returns the phones in somebody's possession.
    pub fn phones_of(&self, who: PersonId) -> impl Iterator<Item = &pillarbox_client::Phone> {
        self.profiles.iter().filter(move |profile| profile.who == who).filter_map(|it| it.phone.as_ref())
    }

    /// Returns the account that somebody has for one contact, under a design with one for each.
    #[must_use]
    pub fn account_for(&self, who: PersonId, contact: PersonId) -> Option<AccountId> {
        let owned = self.owned.get(&who).into_iter().flatten().rev();
        let profiles = owned.filter_map(|id| self.profiles.get(id.0));
        profiles.filter(|profile| profile.purpose == Purpose::ForContact(contact)).find_map(Profile::account)
    }

    /// Returns the authority to which every message's key is escrowed; `None` if key escrow was not adopted.
    #[must_use]
    pub const fn escrow(&self) -> Option<&EscrowAuthority> {
        self.escrow.as_ref()
    }

    /// Returns the eavesdropping phones of an authority.
    pub fn reading_phones(&self) -> impl Iterator<Item = &pillarbox_client::Phone> {
        self.readers.iter().filter_map(|id| self.profiles.get(id.0)?.phone.as_ref())
    }

    /// Returns true if a phone in somebody's possession has other software than at the beginning.
    #[must_use]
    pub fn has_other_software(&self, who: PersonId) -> bool {
        let is_other = self.updated.contains_key(&who) || self.altered.contains_key(&who);
        is_other && self.phones_of(who).next().is_some()
    }

    /// Returns the seized phones.
    #[must_use]
    pub fn seized(&self) -> &[Seized] {
        &self.seized
    }

    /// Returns what the system of somebody's phone keeps of its notifications; `None` if it showed none, or is
    /// destroyed.
    #[must_use]
    pub fn notifications_of(&self, who: PersonId) -> Option<&NotificationStore> {
        self.notifications.get(&who)
    }

    /// Returns the reports that people made to operators.
    #[must_use]
    pub fn reports(&self) -> &[Filed] {
        &self.reports
    }

    /// Returns the record so far.
    #[must_use]
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// Returns the scorer, which alone knows what was really said.
    #[must_use]
    pub const fn scorer(&self) -> Scorer<'_> {
        Scorer::new(&self.truth)
    }
}

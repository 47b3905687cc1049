//! Withdrawal: an operator takes a feature, or its service, from the people of one country, and informs them.

use std::collections::BTreeSet;

use super::error::WorldError;
use super::state::World;
use super::state::profile::ProfileId;
use super::state::site::{Role, SiteId};
use crate::record::Kind;
use crate::scenario::PersonId;

/// The kind under which the record lists the announcement of a withdrawal.
const ANNOUNCEMENT: &str = "announcement";

impl World {
    /// Returns the people of a country.
    pub(super) fn people_of(&self, country: &str) -> BTreeSet<PersonId> {
        let there = self.scenario.everybody().filter(|(_, person)| person.country == country);
        there.map(|(who, _)| who).collect()
    }

    /// Makes the messenger's operator stop serving a country. Texts from there wait on their phones. Texts to there
    /// wait at the relay, or are refused if accounts are closed.
    pub(super) fn stop_serving(
        &mut self,
        country: &str,
        closes_accounts: bool,
        announced: &str,
    ) -> Result<(), WorldError> {
        let people = self.people_of(country);
        self.announce(&people, announced);
        if closes_accounts {
            self.end_accounts(&people)?;
        }
        for number in 0..self.sites.len() {
            let site = self.site_mut(SiteId(number))?;
            if site.role == Role::Messenger {
                site.closed_to.insert(country.to_owned());
            }
        }
        for number in 0..self.profiles.len() {
            let profile = self.profile(ProfileId(number))?;
            let is_messenger = self.site(profile.site)?.role == Role::Messenger;
            if is_messenger && people.contains(&profile.who) {
                self.cut(ProfileId(number))?;
                self.restless.insert(ProfileId(number));
            }
        }
        Ok(())
    }

    /// Closes every account that these people have at the messenger's relays.
    fn end_accounts(&mut self, people: &BTreeSet<PersonId>) -> Result<(), WorldError> {
        let theirs = self.scorer().accounts().iter().filter(|behind| people.contains(&behind.who));
        let accounts: Vec<_> = theirs.map(|behind| (SiteId(behind.relay), behind.account)).collect();
        for (site_id, account) in accounts {
            let now = self.now;
            let site = self.site_mut(site_id)?;
            if site.role != Role::Messenger {
                continue;
            }
            let outcome = site.relay.change().end_account(account, now)?;
            self.rows_became(site_id, outcome.rows, None)?;
            self.look_for_rows_of_closed(site_id)?;
            for effect in outcome.effects {
                self.carry_out(effect)?;
            }
        }
        // The relay's last frames before it closed their connections are still read.
        self.settle()
    }

    /// Announces something to people. A person whose phone is off sees it when it is on again.
    pub(super) fn announce(&mut self, whom: &BTreeSet<PersonId>, says: &str) {
        for who in whom {
            if self.profiles_of(*who).is_empty() {
                continue;
            }
            self.unheard.entry(*who).or_default().push(says.to_owned());
            if !self.is_away(*who) {
                self.hear_announcements(*who);
            }
        }
    }

    /// Shows on somebody's phone the announcements that it missed.
    pub(super) fn hear_announcements(&mut self, who: PersonId) {
        for says in self.unheard.remove(&who).unwrap_or_default() {
            let kind =
                Kind::Notice { who: self.name(who), notice: ANNOUNCEMENT.to_owned(), says, text: None };
            self.record.push(self.now, kind);
        }
    }
}

//! Acquaintance: the people who can write to each other, and the accounts that they use for it.
//!
//! Under a design with numbers and a directory, people find each other by number, and the relay learns of it.
//! Otherwise they exchange invitations outside the relay, as people who meet do. Relays do not talk to each other,
//! so a person who knows somebody at another relay has an account there too.

use pillarbox_access::design::Accounts;
use pillarbox_wire::AccountId;

use super::error::WorldError;
use super::state::World;
use super::state::acquaintance::{Acquaintance, Met};
use super::state::profile::{Profile, ProfileId, Purpose};
use crate::scenario::{Act, Audience, PersonId};

impl World {
    /// Returns the pairs of people who met, in order.
    #[must_use]
    pub fn met(&self) -> &[Met] {
        &self.met
    }

    fn have_met(&mut self, one: ProfileId, other: ProfileId, by_number: bool) -> Result<(), WorldError> {
        let (who, whom) = (self.profile(one)?.who, self.profile(other)?.who);
        self.met.push(Met { at: self.now, who, whom, by_number });
        Ok(())
    }

    /// Creates everybody's account, and acquaints them with the people whom they know or will write to.
    pub(super) fn meet_everybody(&mut self) -> Result<(), WorldError> {
        let scenario = self.scenario.clone();
        for (who, _) in scenario.everybody() {
            // A design with an account for each contact makes no account before there is a contact.
            if self.design.phone.accounts == Accounts::One {
                self.one_profile(who, self.home(who))?;
            }
        }
        // If frames take time, the creator of a group finds its members before the story begins. Otherwise
        // everybody would wait meanwhile.
        let grouped = scenario.events.iter().filter(|_| scenario.network.is_some());
        let grouped = grouped.filter_map(|event| match &event.act {
            Act::MakesGroup { with, .. } => Some(with.iter().map(|whom| (event.who, *whom))),
            _ => None,
        });
        let known =
            scenario.everybody().flat_map(|(who, person)| person.knows.iter().map(move |whom| (who, *whom)));
        let written = scenario.events.iter().filter_map(|event| match &event.act {
            Act::Says { to: Audience::Person(whom), .. } => Some((event.who, *whom)),
            _ => None,
        });
        for (who, whom) in known.chain(written).chain(grouped.flatten()) {
            self.meet(who, whom)?;
        }
        Ok(())
    }

    /// Returns the route by which `who` reaches `whom`, and acquaints the two if necessary. Returns nothing if
    /// there is no route.
    pub(super) fn meet(&mut self, who: PersonId, whom: PersonId) -> Result<Option<Acquaintance>, WorldError> {
        if let Some(known) = self.acquaintances.get(&(who, whom)) {
            return Ok(Some(*known));
        }
        if self.gone.contains(&who) || self.gone.contains(&whom) {
            return Ok(None);
        }
        if let Some(known) = self.answer_way(who, whom)? {
            self.acquaintances.insert((who, whom), known);
            return Ok(Some(known));
        }
        let site = self.home(whom);
        let (own, theirs) = match self.design.phone.accounts {
            Accounts::One => (self.one_profile(who, site)?, self.one_profile(whom, site)?),
            Accounts::PerContact => (
                self.profile_for(who, site, &Purpose::ForContact(whom))?,
                self.profile_for(whom, site, &Purpose::ForContact(who))?,
            ),
        };
        if let Some(found) = self.find_by_number(own, theirs)? {
            let found = Acquaintance { own, theirs: found };
            self.acquaintances.insert((who, whom), found);
            return Ok(Some(found));
        }
        if let Some((account, back)) = self.exchange_invitations(own, theirs)? {
            self.acquaintances.insert((who, whom), Acquaintance { own, theirs: account });
            self.acquaintances.entry((whom, who)).or_insert(Acquaintance { own: theirs, theirs: back });
        }
        Ok(self.acquaintances.get(&(who, whom)).copied())
    }

    /// Returns the route back to somebody who reaches this person: the answer is sent from the account that was
    /// written to.
    fn answer_way(&mut self, who: PersonId, whom: PersonId) -> Result<Option<Acquaintance>, WorldError> {
        let Some(back) = self.acquaintances.get(&(whom, who)).copied() else { return Ok(None) };
        let reached = |profile: &Profile| profile.who == who && profile.account() == Some(back.theirs);
        let owned = self.owned.get(&who).into_iter().flatten();
        let own = owned.copied().find(|id| self.profiles.get(id.0).is_some_and(reached));
        let Some(own) = own else { return Ok(None) };
        let theirs = self.contact_between(own, back.own)?;
        Ok(theirs.map(|theirs| Acquaintance { own, theirs }))
    }

    /// Returns the contact that one profile has of another, and creates it if necessary.
    pub(super) fn contact_between(
        &mut self,
        own: ProfileId,
        theirs: ProfileId,
    ) -> Result<Option<AccountId>, WorldError> {
        let Some(account) = self.profile(theirs)?.account() else { return Ok(None) };
        if self.profile(own)?.phone.as_ref().is_some_and(|phone| phone.contact(account).is_ok()) {
            return Ok(Some(account));
        }
        if let Some(found) = self.find_by_number(own, theirs)? {
            return Ok(Some(found));
        }
        Ok(self.exchange_invitations(own, theirs)?.map(|(account, _)| account))
    }

    /// Looks somebody up in the directory, if the design has one and the person has a number in it.
    fn find_by_number(&mut self, own: ProfileId, theirs: ProfileId) -> Result<Option<AccountId>, WorldError> {
        let site = self.profile(own)?.site;
        let has_number = |profile: ProfileId| -> Result<_, WorldError> {
            Ok(self.profile(profile)?.phone.as_ref().and_then(|phone| phone.account().handle.clone()))
        };
        let (Some(_), Some(number)) = (has_number(own)?, has_number(theirs)?) else { return Ok(None) };
        if !self.site(site)?.relay.settings().keeping.directory {
            return Ok(None);
        }
        let account = self.profile(theirs)?.account();
        let Some(phone) = self.profile_mut(own)?.phone.as_mut() else { return Ok(None) };
        phone.look_up(number, None)?;
        self.restless.insert(own);
        self.wait_for(own)?;
        let Some(account) = account else { return Ok(None) };
        let found = self.profile(own)?.phone.as_ref().is_some_and(|phone| phone.contact(account).is_ok());
        if found {
            self.have_met(own, theirs, true)?;
        }
        Ok(found.then_some(account))
    }

    /// Has two people scan each other's invitation. Returns the first person's new contact, then the second
    /// person's.
    pub(super) fn exchange_invitations(
        &mut self,
        one: ProfileId,
        other: ProfileId,
    ) -> Result<Option<(AccountId, AccountId)>, WorldError> {
        let Some(accounts) = self.profile(other)?.account().zip(self.profile(one)?.account()) else {
            let (who, whom) = (self.profile(one)?.who, self.profile(other)?.who);
            let why = format!("no account of theirs and of {}'s is at the same relay now", self.name(whom));
            self.not_done(who, "meets", &why);
            return Ok(None);
        };
        for (reader, owner) in [(one, other), (other, one)] {
            let now = self.now;
            let Some(owner) = self.profile(owner)?.phone.as_ref() else { return Ok(None) };
            let invitation = owner.invitation()?;
            let Some((phone, rng)) = self.profile_mut(reader)?.in_hand() else { return Ok(None) };
            phone.add_invited(&invitation, None, now, rng)?;
        }
        self.have_met(one, other, false)?;
        Ok(Some(accounts))
    }

    /// Forgets the routes to and from a person whose accounts are deleted.
    pub(super) fn forget_ways(&mut self, who: PersonId) {
        self.acquaintances.retain(|(one, other), _| *one != who && *other != who);
    }
}

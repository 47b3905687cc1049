//! Groups: creating them, writing to them and leaving them. Each member has the profile that belongs in the group.

use std::collections::BTreeMap;

use pillarbox_access::design::Accounts;
use pillarbox_client::{GroupId, PhoneError};
use pillarbox_wire::AccountId;

use super::error::WorldError;
use super::state::World;
use super::state::group::GroupHere;
use super::state::profile::{ProfileId, Purpose};
use crate::scenario::PersonId;
use crate::truth::{Said, TrueGroup, WhereSaid};

impl World {
    pub(super) fn make_group(
        &mut self,
        who: PersonId,
        name: &str,
        with: &[PersonId],
    ) -> Result<(), WorldError> {
        let members = self.group_profiles(who, name, with)?;
        let own = *members.get(&who).ok_or(WorldError::Missing("a profile"))?;
        let mut accounts: Vec<AccountId> = Vec::new();
        for (member, profile) in members.iter().filter(|(member, _)| **member != who) {
            match self.contact_between(own, *profile)? {
                Some(account) => accounts.push(account),
                None => {
                    let why = format!("there is no way to reach {}", self.name(*member));
                    self.not_done(who, "makes-group", &why);
                }
            }
        }
        let now = self.now;
        let Some((phone, rng)) = self.profile_mut(own)?.in_hand() else { return Ok(()) };
        let id = phone.make_group(name, &accounts, now, rng)?;
        let everybody = members.keys().copied().collect();
        self.truth.group(name, TrueGroup { by: who, at: now, members: everybody });
        self.groups.insert(name.to_owned(), GroupHere { id, members });
        self.restless.insert(own);
        Ok(())
    }

    /// Returns each member's profile in a group: the account at the maker's relay, or an account for this group alone.
    fn group_profiles(
        &mut self,
        who: PersonId,
        name: &str,
        with: &[PersonId],
    ) -> Result<BTreeMap<PersonId, ProfileId>, WorldError> {
        let site = self.home(who);
        let mut members = BTreeMap::new();
        for member in [who].iter().chain(with) {
            let profile = match self.design.phone.accounts {
                Accounts::One => self.one_profile(*member, site)?,
                Accounts::PerContact => {
                    self.profile_for(*member, site, &Purpose::ForGroup(name.to_owned()))?
                }
            };
            members.insert(*member, profile);
        }
        // If nobody is found by number, members who have never met exchange invitations as well.
        if !self.design.phone.number || !self.design.relay.directory {
            let all: Vec<ProfileId> = members.values().copied().collect();
            for (at, one) in all.iter().enumerate() {
                for other in all.iter().skip(at + 1) {
                    self.exchange_invitations(*one, *other)?;
                }
            }
        }
        Ok(members)
    }

    pub(super) fn say_to_group(&mut self, who: PersonId, name: &str, text: &str) -> Result<(), WorldError> {
        let here = self.groups.get(name).and_then(|group| Some((group.id, *group.members.get(&who)?)));
        let Some((id, own)) = here else {
            self.not_done(who, "says", "the phone is in no such group");
            return Ok(());
        };
        let others = self.groups.get(name).map(|group| group.members.keys().copied()).into_iter().flatten();
        let to: Vec<PersonId> = others.filter(|member| *member != who).collect();
        let now = self.now;
        let Some((phone, rng)) = self.profile_mut(own)?.in_hand() else { return Ok(()) };
        let body = match phone.queue_group_text(id, text, now, rng) {
            // The operator has not told this phone of the group yet, or it has refused it.
            Err(PhoneError::UnknownGroup) => {
                self.not_done(who, "says", "the phone is in no such group");
                return Ok(());
            }
            queued => queued?,
        };
        let said =
            Said { at: now, by: who, to, place: WhereSaid::Group(name.to_owned()), text: text.to_owned() };
        self.note_said(said, Some(body));
        self.restless.insert(own);
        Ok(())
    }

    pub(super) fn leave_group(&mut self, who: PersonId, name: &str) -> Result<(), WorldError> {
        let now = self.now;
        let Some(group) = self.groups.get_mut(name) else { return Ok(()) };
        let (id, Some(own)) = (group.id, group.members.remove(&who)) else { return Ok(()) };
        if let Some((phone, rng)) = self.profile_mut(own)?.in_hand() {
            match phone.leave_group(id, now, rng) {
                Err(PhoneError::UnknownGroup) => {
                    self.not_done(who, "leaves-group", "the phone is in no such group");
                }
                left => left?,
            }
        }
        self.restless.insert(own);
        Ok(())
    }

    /// Replaces a person's former phone by the new one in all of their groups.
    pub(super) fn replace_in_groups(&mut self, who: PersonId, former: ProfileId, new: ProfileId) {
        for group in self.groups.values_mut() {
            if let Some(own) = group.members.get_mut(&who).filter(|own| **own == former) {
                *own = new;
            }
        }
    }

    /// Returns the scenario's name for a group.
    pub(super) fn group_name(&self, id: GroupId) -> Option<String> {
        let known = self.groups.iter().find(|(_, group)| group.id == id);
        known.map(|(name, _)| name.clone())
    }
}

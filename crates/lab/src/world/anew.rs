//! A new phone. Where accounts have numbers, the account continues: the operator sends a code to the number, and
//! the new phone submits it. Elsewhere the accounts are lost with the phone, and their owner creates new ones.

use pillarbox_access::design::Accounts;
use pillarbox_wire::AccountId;

use super::error::WorldError;
use super::state::World;
use super::state::acquaintance::Acquaintance;
use super::state::profile::{Profile, ProfileId, Purpose};
use crate::scenario::PersonId;

impl World {
    /// Hands somebody a new phone, which registers again.
    pub(super) fn begin_anew(&mut self, who: PersonId) -> Result<(), WorldError> {
        self.loses_planted(who);
        let has_number = self.scenario.person(who).is_some_and(|person| person.number.is_some());
        if self.design.phone.number && self.design.phone.accounts == Accounts::One && has_number {
            return self.replace_phone(who);
        }
        self.close_accounts(who)?;
        self.forget_ways(who);
        if self.design.phone.accounts == Accounts::One {
            self.one_profile(who, self.home(who))?;
        }
        let knows = self.scenario.person(who).map(|person| person.knows.clone()).unwrap_or_default();
        for whom in knows {
            self.meet(who, whom)?;
        }
        Ok(())
    }

    /// Replaces the former phone, which is lost with everything on it. The account continues with the new one.
    /// Backups stored with another operator are unaffected: a password opens that account, and a number does not.
    fn replace_phone(&mut self, who: PersonId) -> Result<(), WorldError> {
        for former in self.profiles_of(who) {
            let (site, purpose) = {
                let profile = self.profile(former)?;
                (profile.site, profile.purpose.clone())
            };
            if purpose == Purpose::Backups {
                continue;
            }
            self.cut(former)?;
            self.profile_mut(former)?.phone = None;
            let new = self.profile_for(who, site, &purpose)?;
            self.replace_in_groups(who, former, new);
            for (_, owner) in self.channels.values_mut().filter(|(_, owner)| *owner == former) {
                *owner = new;
            }
            self.meet_again(who, former, new)?;
        }
        Ok(())
    }

    /// Adds to the new phone everybody whom its owner could write to with the former one.
    fn meet_again(&mut self, who: PersonId, former: ProfileId, new: ProfileId) -> Result<(), WorldError> {
        let own = |way: &Acquaintance| way.own == former;
        let known: Vec<(PersonId, AccountId)> = self
            .acquaintances
            .iter()
            .filter(|((one, _), way)| *one == who && own(way))
            .map(|((_, whom), way)| (*whom, way.theirs))
            .collect();
        for (whom, account) in known {
            let there = |profile: &Profile| profile.who == whom && profile.account() == Some(account);
            let theirs = self.profiles.iter().position(there).map(ProfileId);
            let found = match theirs {
                Some(theirs) => self.contact_between(new, theirs)?,
                None => None,
            };
            match found {
                Some(theirs) => self.acquaintances.insert((who, whom), Acquaintance { own: new, theirs }),
                None => self.acquaintances.remove(&(who, whom)),
            };
        }
        self.settle()
    }

    /// Has the holder of a number read the code that was sent to it, and type it into the phone that asks for it.
    pub(super) fn show_code(&mut self, id: ProfileId) -> Result<(), WorldError> {
        let handle = self.profile(id)?.phone.as_ref().and_then(|phone| phone.account().handle.clone());
        let code = handle.and_then(|handle| self.codes.remove(&handle));
        if let (Some(code), Some(phone)) = (code, self.profile_mut(id)?.phone.as_mut()) {
            phone.enter_code(code)?;
            self.restless.insert(id);
        }
        Ok(())
    }
}

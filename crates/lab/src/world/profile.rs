//! Profiles: a person's phone accounts. Most designs have one for each person. Others have one for each contact, and
//! one more if another operator stores the backups.

use pillarbox_access::design::PhoneSide;
use pillarbox_client::{BackupKey, Habits, NewAccount, Notice, Passphrase, Phone, Protection, Vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_wire::{AccountId, Handle, Refusal};
use rand_core::Rng as _;

use super::error::WorldError;
use super::state::World;
use super::state::profile::{Profile, ProfileId, Purpose};
use super::state::randomness::Streams;
use super::state::site::{Role, SiteId};
use crate::record::Kind;
use crate::scenario::{Passcode, PersonId};
use crate::scratch::Scratch;
use crate::truth::Behind;

impl World {
    /// Returns the relay of somebody's account: the one in their country, or else the first.
    pub(super) fn home(&self, who: PersonId) -> SiteId {
        if let Some(moved) = self.moved.get(&who) {
            return *moved;
        }
        let country = self.scenario.person(who).map_or("", |person| person.country.as_str());
        let at = self.sites.iter().position(|site| site.role == Role::Messenger && site.is_under(country));
        SiteId(at.unwrap_or_default())
    }

    /// Returns the profile that somebody has at a relay for a purpose, and makes it if necessary.
    pub(super) fn profile_for(
        &mut self,
        who: PersonId,
        site: SiteId,
        purpose: &Purpose,
    ) -> Result<ProfileId, WorldError> {
        let same = |profile: &Profile| profile.site == site && profile.purpose == *purpose;
        let there = self.profiles_of(who).into_iter().find(|id| self.profiles.get(id.0).is_some_and(same));
        match there {
            Some(id) => Ok(id),
            None => self.make_profile(who, site, purpose.clone()),
        }
    }

    /// Returns the name of the account that somebody is about to get: the owner, the purpose, and a count of their
    /// earlier accounts for it. It consists of words of the story, so that it does not depend on what others do.
    fn actor(&self, who: PersonId, site: SiteId, purpose: &Purpose) -> String {
        let owned = self.owned.get(&who).into_iter().flatten();
        let before = owned.filter_map(|id| self.profiles.get(id.0));
        let before = before.filter(|it| it.site == site && it.purpose.is_like(purpose)).count();
        let purpose = match purpose {
            Purpose::Own | Purpose::Guest => "account".to_owned(),
            Purpose::ForContact(contact) => format!("account for {}", self.name(*contact)),
            Purpose::ForGroup(group) => format!("account for the group {group}"),
            Purpose::Backups => "account for backups".to_owned(),
        };
        format!("{}, {purpose}, {}", self.name(who), before + 1)
    }

    /// Returns somebody's profile at a relay under a design with one account a person.
    pub(super) fn one_profile(&mut self, who: PersonId, site: SiteId) -> Result<ProfileId, WorldError> {
        let purpose = if site == self.home(who) { Purpose::Own } else { Purpose::Guest };
        // A guest who moves to that relay already has an account there, because a number has one account at a relay.
        for id in self.profiles_of(who) {
            let profile = self.profile_mut(id)?;
            if profile.site == site && profile.purpose.is_like(&Purpose::Own) {
                profile.purpose = purpose.clone();
                break;
            }
        }
        self.profile_for(who, site, &purpose)
    }

    fn make_profile(
        &mut self,
        who: PersonId,
        site: SiteId,
        purpose: Purpose,
    ) -> Result<ProfileId, WorldError> {
        let person = self.scenario.person(who).ok_or(WorldError::Missing("a person"))?.clone();
        let address = self.sites.get(site.0).ok_or(WorldError::Missing("a relay"))?.address.clone();
        let host = address.host().to_owned();
        let PhoneSide { protection, padding, number, .. } = self.design.phone;
        // Nobody writes to an account for backups, so it leaves no keys with which to write to it.
        let in_the_clear = purpose == Purpose::Backups || self.stopped_encrypting.contains(&who);
        let protection = if in_the_clear { Protection::ServerReadable } else { protection };
        let handle: Option<Handle> = match purpose {
            Purpose::Own | Purpose::Guest if number => person.number.clone(),
            _ => None,
        };
        let habits = self.habits_of(who, &purpose);
        let new =
            NewAccount { relay: address, handle, name: person.name.clone(), protection, padding, habits };
        let now = self.now;
        let actor = self.actor(who, site, &purpose);
        let mut streams = Streams::of(&self.randomness, &actor, &host);
        let rng = &mut streams.phone;
        let (vault, folder) = if purpose != Purpose::Backups && self.on_disk.contains(&who) {
            let folder = Scratch::new().map_err(|error| WorldError::Folder(error.kind()))?;
            let passcode = self.passcode(who, person.passcode)?;
            (Vault::create(folder.path(), &passcode, PasswordCost::TESTING, rng)?, Some(folder))
        } else {
            (Vault::in_memory(rng)?, None)
        };
        let mut phone = Phone::create_in(vault, new, now, rng)?;
        if self.design.phone.checks_directory && purpose != Purpose::Backups {
            phone.check_directory(true, rng)?;
        }
        let id = ProfileId(self.profiles.len());
        self.give_facts(&mut phone, who, (&purpose, &format!("{actor}, {host}")), rng)?;
        self.profiles.push(Profile::new(who, (site, purpose), phone, folder, streams));
        self.owned.entry(who).or_default().push(id);
        self.restless.insert(id);
        self.wake_for_its_owner(who);
        self.wait_for(id)?;
        Ok(id)
    }

    /// Returns the habits of a profile's phone: everything that it does besides carrying texts.
    pub(super) fn habits_of(&self, who: PersonId, purpose: &Purpose) -> Habits {
        let habits = match (purpose, &self.design.cloud, self.updated.get(&who)) {
            (Purpose::Backups, Some(cloud), _) => return cloud.habits.clone(),
            (_, _, Some(updated)) => return updated.clone(),
            // Backups that lie elsewhere are made by the messenger's own phone all the same.
            (_, Some(cloud), None) => {
                Habits { backup: cloud.habits.backup, ..self.design.phone.habits.clone() }
            }
            (_, None, None) => self.design.phone.habits.clone(),
        };
        let holds_key = self.scenario.person(who).is_some_and(|person| person.own_backup_key);
        let chosen = |held_by| if holds_key { BackupKey::Owner } else { held_by };
        Habits { backup: habits.backup.map(chosen), ..habits }
    }

    /// Draws the passcode of somebody's device from all passcodes of its class.
    fn passcode(&mut self, who: PersonId, class: Passcode) -> Result<Passphrase, WorldError> {
        let name = self.name(who);
        let mut rng = self.randomness.stream(&["passcode", &name]);
        let mut draw = |letters: &[u8], count: usize| -> String {
            let mut one = || {
                let at = usize::try_from(rng.next_u64() % letters.len() as u64).unwrap_or_default();
                letters.get(at).copied().map_or('0', char::from)
            };
            (0..count).map(|_| one()).collect()
        };
        let text = match class {
            Passcode::FourDigits => draw(b"0123456789", 4),
            Passcode::SixDigits => draw(b"0123456789", 6),
            Passcode::SixLetters => draw(b"abcdefghijklmnopqrstuvwxyz0123456789", 6),
            Passcode::Passphrase => draw(b"abcdefghijklmnopqrstuvwxyz", 24),
        };
        // One device has one passcode, however many accounts are on it.
        let text = self.passcodes.entry(who).or_insert(text).clone();
        Passphrase::new(text).map_err(|_| WorldError::Missing("a passcode"))
    }

    /// Notes an account that was just made.
    pub(super) fn registered(&mut self, id: ProfileId, account: AccountId) -> Result<(), WorldError> {
        let profile = self.profiles.get(id.0).ok_or(WorldError::Missing("a profile"))?;
        let (who, relay) = (profile.who, profile.site.0);
        self.truth.own(Behind { who, relay, account, since: self.now });
        let kind = Kind::Account { who: self.name(who), relay, account: account.to_string() };
        self.record.push(self.now, kind);
        Ok(())
    }

    /// Applies a notice to the profile itself.
    pub(super) fn tend(&mut self, id: ProfileId, notice: &Notice) -> Result<(), WorldError> {
        match notice {
            Notice::Registered { address } => self.registered(id, address.account),
            Notice::RegistrationRefused { reason: Refusal::CodeSent } => self.show_code(id),
            Notice::RegistrationRefused { .. } | Notice::AuthenticationRefused { .. } => {
                self.profiles.get_mut(id.0).ok_or(WorldError::Missing("a profile"))?.refused = true;
                Ok(())
            }
            Notice::AccountClosed => {
                let profile = self.profiles.get_mut(id.0).ok_or(WorldError::Missing("a profile"))?;
                profile.refused = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

//! Profiles: a person's phone accounts. Under most designs there is one; under others one for each contact, and one more
//! wherever backups lie with another operator.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};

use pillarbox_access::design::PhoneSide;
use pillarbox_client::{Habits, Link, NewAccount, Notice, Passphrase, Phone, Protection, Vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_relay::ConnectionId;
use pillarbox_transport::Established;
use pillarbox_wire::{AccountId, Handle, Refusal, RelayFrame};
use rand_core::Rng as _;
use tempfile::TempDir;

use super::{SiteId, World, WorldError};
use crate::record::Kind;
use crate::scenario::{Passcode, PersonId};
use crate::truth::Behind;

/// One of a world's profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileId(pub(super) usize);

/// What a profile is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It is the person's account.
    Own,
    /// The person's account at a relay that is not their own.
    Guest,
    /// For one contact.
    ForContact(PersonId),
    /// For one group.
    ForGroup(String),
    /// For the backups.
    Backups,
}

/// One connection of a phone: a channel, and the frames that have come out of it at the phone.
pub(super) struct Line {
    pub(super) connection: ConnectionId,
    pub(super) phone_end: Established,
    pub(super) relay_end: Established,
    pub(super) arrived: VecDeque<RelayFrame>,
    /// The relay has said goodbye: what has arrived is still read, and nothing more is sent.
    pub(super) ended: bool,
}

/// One phone account.
pub(super) struct Profile {
    pub(super) who: PersonId,
    pub(super) site: SiteId,
    pub(super) purpose: Purpose,
    /// None once it is closed, or in other hands.
    pub(super) phone: Option<Phone>,
    pub(super) folder: Option<TempDir>,
    pub(super) lines: [Option<Line>; 2],
    /// The relay does not take this phone, so it does not try again.
    pub(super) refused: bool,
    /// Whether a connection that did not come about was already said in the record since it last worked.
    pub(super) unreachable_said: bool,
}

impl Profile {
    pub(super) const fn line(&self, link: Link) -> Option<&Line> {
        let [named, nameless] = &self.lines;
        match link {
            Link::Named => named.as_ref(),
            Link::Nameless => nameless.as_ref(),
        }
    }

    pub(super) const fn line_mut(&mut self, link: Link) -> &mut Option<Line> {
        let [named, nameless] = &mut self.lines;
        match link {
            Link::Named => named,
            Link::Nameless => nameless,
        }
    }

    /// The account at the relay, once it is made.
    pub(super) fn account(&self) -> Option<AccountId> {
        Some(self.phone.as_ref()?.account().address?.account)
    }
}

/// The internet address that all of a person's connections come from: networks kept for documentation (RFC 5737).
pub(super) fn internet_address(who: PersonId) -> IpAddr {
    let host = u8::try_from(who.0 % 250 + 1).unwrap_or(1);
    IpAddr::V4(match who.0 / 250 {
        0 => Ipv4Addr::new(192, 0, 2, host),
        _ => Ipv4Addr::new(198, 51, 100, host),
    })
}

impl World {
    /// The relay that somebody's account is at: that of their country, or the first.
    pub(super) fn home(&self, who: PersonId) -> SiteId {
        if let Some(moved) = self.moved.get(&who) {
            return *moved;
        }
        let country = self.scenario.person(who).map_or("", |person| person.country.as_str());
        let at =
            self.sites.iter().position(|site| site.role == super::Role::Messenger && site.is_under(country));
        SiteId(at.unwrap_or_default())
    }

    /// The profile that somebody has at a relay for a purpose, made if there is none.
    pub(super) fn profile_for(
        &mut self,
        who: PersonId,
        site: SiteId,
        purpose: &Purpose,
    ) -> Result<ProfileId, WorldError> {
        let same = |profile: &Profile| {
            profile.who == who
                && profile.site == site
                && profile.purpose == *purpose
                && profile.phone.is_some()
        };
        match self.profiles.iter().position(same) {
            Some(at) => Ok(ProfileId(at)),
            None => self.make_profile(who, site, purpose.clone()),
        }
    }

    /// The profile that somebody has at a relay under a design with one account a person.
    pub(super) fn one_profile(&mut self, who: PersonId, site: SiteId) -> Result<ProfileId, WorldError> {
        let purpose = if site == self.home(who) { Purpose::Own } else { Purpose::Guest };
        // Whoever moves to a relay where they are a guest already has their account there: a number has one at a relay.
        let own_or_guest = |profile: &&mut Profile| {
            profile.who == who
                && profile.site == site
                && matches!(profile.purpose, Purpose::Own | Purpose::Guest)
                && profile.phone.is_some()
        };
        if let Some(there) = self.profiles.iter_mut().find(own_or_guest) {
            there.purpose = purpose.clone();
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
        let PhoneSide { protection, padding, number, .. } = self.design.phone;
        // Nobody writes to an account for backups, so that it leaves no keys to be written to with.
        let in_the_clear = purpose == Purpose::Backups || self.stopped_encrypting.contains(&who);
        let protection = if in_the_clear { Protection::ServerReadable } else { protection };
        let handle: Option<Handle> = match purpose {
            Purpose::Own | Purpose::Guest if number => person.number.clone(),
            _ => None,
        };
        let habits = self.habits_of(who, &purpose);
        let new =
            NewAccount { relay: address, handle, name: person.name.clone(), protection, padding, habits };
        let (now, mut rng) = (self.now, self.fork());
        let (vault, folder) = if purpose != Purpose::Backups && self.on_disk.contains(&who) {
            let folder = tempfile::tempdir().map_err(|error| WorldError::Folder(error.kind()))?;
            let passcode = self.passcode(who, person.passcode)?;
            (Vault::create(folder.path(), &passcode, PasswordCost::TESTING, &mut rng)?, Some(folder))
        } else {
            (Vault::in_memory(&mut rng)?, None)
        };
        let mut phone = Phone::create_in(vault, new, now, &mut rng)?;
        let id = ProfileId(self.profiles.len());
        self.give_facts(&mut phone, who, id, &purpose, &mut rng)?;
        self.profiles.push(Profile {
            who,
            site,
            purpose,
            phone: Some(phone),
            folder,
            lines: [None, None],
            refused: false,
            unreachable_said: false,
        });
        self.restless.insert(id);
        self.settle()?;
        Ok(id)
    }

    /// What a profile's phone does beside carrying texts.
    pub(super) fn habits_of(&self, who: PersonId, purpose: &Purpose) -> Habits {
        let habits = self.updated.get(&who).unwrap_or(&self.design.phone.habits).clone();
        match (purpose, &self.design.cloud) {
            (Purpose::Backups, Some(cloud)) => cloud.habits.clone(),
            // Backups that lie elsewhere are made by the messenger's own phone all the same.
            (_, Some(cloud)) => Habits { backup: cloud.habits.backup, ..habits },
            _ => habits,
        }
    }

    /// The passcode of somebody's device, drawn from all of its class.
    fn passcode(&mut self, who: PersonId, class: Passcode) -> Result<Passphrase, WorldError> {
        let mut rng = self.fork();
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

    /// What a notice means for the profile itself.
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

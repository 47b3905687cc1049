//! Profiles: a person's phone accounts. Most designs have one for each person. Others have one for each contact, and
//! one more if backups lie with another operator.

use std::collections::VecDeque;
use std::net::IpAddr;

use pillarbox_access::design::PhoneSide;
use pillarbox_client::{Habits, Link, NewAccount, Notice, Passphrase, Phone, Protection, Vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_relay::ConnectionId;
use pillarbox_transport::Established;
use pillarbox_wire::{AccountId, Handle, Refusal, RelayFrame, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng as _;

use super::randomness::Streams;
use super::{SiteId, World, WorldError};
use crate::record::Kind;
use crate::scenario::{Passcode, PersonId};
use crate::scratch::Scratch;
use crate::truth::Behind;

/// The position of a profile among the world's profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileId(pub(super) usize);

/// The purpose of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The person's own account.
    Own,
    /// The person's account at a relay that is not their own.
    Guest,
    /// An account for one contact.
    ForContact(PersonId),
    /// An account for one group.
    ForGroup(String),
    /// An account for backups.
    Backups,
}

impl Purpose {
    /// Returns true if two accounts have the same purpose, wherever their owner's home is.
    fn is_like(&self, other: &Self) -> bool {
        let own = |it: &Self| matches!(it, Self::Own | Self::Guest);
        self == other || (own(self) && own(other))
    }
}

/// One connection of a phone: the phone's end of a channel, and the frames that have come out of it.
pub(super) struct Line {
    pub(super) connection: ConnectionId,
    /// The phone's address, as the relay sees it.
    pub(super) peer: IpAddr,
    pub(super) phone_end: Established,
    pub(super) arrived: VecDeque<RelayFrame>,
    /// True after the relay said goodbye. The frames that have arrived are still read, and nothing more is sent.
    pub(super) ended: bool,
}

/// One phone account.
pub(super) struct Profile {
    pub(super) who: PersonId,
    pub(super) site: SiteId,
    pub(super) purpose: Purpose,
    /// The phone. A closed profile, or one in other hands, has none.
    pub(super) phone: Option<Phone>,
    pub(super) folder: Option<Scratch>,
    pub(super) lines: [Option<Line>; 2],
    pub(super) streams: Streams,
    /// The time at which the world looks at this phone again of its own accord.
    pub(super) alarm: Option<Timestamp>,
    /// True if the relay does not accept this phone, which therefore does not try again.
    pub(super) refused: bool,
    /// True if a failed connection stands in the record and none has succeeded since.
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

    /// Returns the phone, if its owner has it, and the stream of randomness that it draws from.
    pub(super) const fn in_hand(&mut self) -> Option<(&mut Phone, &mut ChaCha20Rng)> {
        match &mut self.phone {
            Some(phone) => Some((phone, &mut self.streams.phone)),
            None => None,
        }
    }

    /// Returns the account at the relay, once it is made.
    pub(super) fn account(&self) -> Option<AccountId> {
        Some(self.phone.as_ref()?.account().address?.account)
    }
}

impl World {
    /// Returns the relay of somebody's account: that of their country, or the first.
    pub(super) fn home(&self, who: PersonId) -> SiteId {
        if let Some(moved) = self.moved.get(&who) {
            return *moved;
        }
        let country = self.scenario.person(who).map_or("", |person| person.country.as_str());
        let at =
            self.sites.iter().position(|site| site.role == super::Role::Messenger && site.is_under(country));
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
        let id = ProfileId(self.profiles.len());
        self.give_facts(&mut phone, who, (&purpose, &format!("{actor}, {host}")), rng)?;
        self.profiles.push(Profile {
            who,
            site,
            purpose,
            phone: Some(phone),
            folder,
            lines: [None, None],
            streams,
            alarm: None,
            refused: false,
            unreachable_said: false,
        });
        self.owned.entry(who).or_default().push(id);
        self.restless.insert(id);
        self.wake_for_its_owner(who);
        self.wait_for(id)?;
        Ok(id)
    }

    /// Returns the habits of a profile's phone: everything that it does beside carrying texts.
    pub(super) fn habits_of(&self, who: PersonId, purpose: &Purpose) -> Habits {
        match (purpose, &self.design.cloud, self.updated.get(&who)) {
            (Purpose::Backups, Some(cloud), _) => cloud.habits.clone(),
            (_, _, Some(updated)) => updated.clone(),
            // Backups that lie elsewhere are made by the messenger's own phone all the same.
            (_, Some(cloud), None) => {
                Habits { backup: cloud.habits.backup, ..self.design.phone.habits.clone() }
            }
            (_, None, None) => self.design.phone.habits.clone(),
        }
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

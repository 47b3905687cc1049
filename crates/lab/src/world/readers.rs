//! Eavesdropping phones of an authority: one with its own account, which the operator names as one more device of
//! somebody, and one that has registered somebody's number.

use pillarbox_client::contact::write_identity;
use pillarbox_client::{Habits, NewAccount, Notice, Phone, Vault};
use pillarbox_proposals::ghost_device::{GhostRelay, ReadAlong};
use pillarbox_wire::{Handle, Refusal};

use super::error::WorldError;
use super::state::World;
use super::state::profile::{Profile, ProfileId, Purpose};
use super::state::randomness::Streams;
use super::state::site::SiteId;
use crate::scenario::{Person, PersonId};

/// The owner's name of the phone.
const OWNER: &str = "whoever reads along";

impl World {
    /// Opens an account for an eavesdropping phone, and has the relay name that phone.
    pub(super) fn name_ghost(
        &mut self,
        site: SiteId,
        whom: ReadAlong,
        makes_phones_ask: bool,
    ) -> Result<(), WorldError> {
        let id = self.add_reader(site, None)?;
        let phone = self.profile(id)?.phone.as_ref().ok_or(WorldError::Missing("a phone"))?;
        let address = phone.account().address.ok_or(WorldError::Missing("an account"))?;
        let identity = write_identity(&phone.invitation()?.identity);
        self.site_mut(site)?.ghost = Some(GhostRelay::new(whom, makes_phones_ask, address, identity));
        // The operator's half knows the phone's connection from its next greeting.
        self.cut(id)?;
        self.restless.insert(id);
        self.wait_for(id)
    }

    /// Registers somebody's number on an eavesdropping phone. The eavesdropper has the code that is sent to the
    /// number.
    pub(super) fn take_number(&mut self, who: PersonId) -> Result<(), WorldError> {
        let number = self.scenario.person(who).and_then(|person| person.number.clone());
        let Some(number) = number.filter(|_| self.design.phone.number) else { return Ok(()) };
        for of in self.profiles_of(who) {
            let profile = self.profile(of)?;
            let (site, has_number) = (profile.site, matches!(profile.purpose, Purpose::Own | Purpose::Guest));
            if has_number {
                self.add_reader(site, Some(number.clone()))?;
            }
        }
        Ok(())
    }

    /// Adds an eavesdropping phone, which gets an account at a relay.
    fn add_reader(&mut self, site: SiteId, handle: Option<Handle>) -> Result<ProfileId, WorldError> {
        let here = self.site(site)?;
        let (relay, host) = (here.address().clone(), here.address().host().to_owned());
        let country = here.jurisdiction().unwrap_or_default().to_owned();
        let who = PersonId(self.scenario.people.len());
        self.scenario.people.push(Person { other_program: true, ..Person::outsider(OWNER, country) });
        let mut streams = Streams::of(&self.randomness, OWNER, &host);
        let vault = Vault::in_memory(&mut streams.phone)?;
        let new = NewAccount {
            relay,
            handle,
            name: String::new(),
            protection: self.design.phone.protection,
            padding: self.design.phone.padding,
            habits: Habits::default(),
        };
        let phone = Phone::create_in(vault, new, self.now, &mut streams.phone)?;
        let id = ProfileId(self.profiles.len());
        self.profiles.push(Profile::new(who, (site, Purpose::Own), phone, None, streams));
        self.readers.push(id);
        self.restless.insert(id);
        self.wait_for(id)?;
        Ok(id)
    }

    /// Takes the eavesdropper's next steps. The ghost's phone accepts everybody who writes to it, because nothing that
    /// it sends is delivered. A phone that has somebody's number answers nobody.
    pub(super) fn read_along(&mut self, id: ProfileId, notices: &[Notice]) -> Result<(), WorldError> {
        let now = self.now;
        let is_ghost = self.site(self.profile(id)?.site)?.ghost.is_some();
        for notice in notices {
            match notice {
                Notice::RegistrationRefused { reason: Refusal::CodeSent } => self.show_code(id)?,
                Notice::RegistrationRefused { .. } | Notice::AuthenticationRefused { .. } => {
                    self.profile_mut(id)?.refused = true;
                }
                Notice::Requested { contact } if is_ghost => {
                    if let Some((phone, rng)) = self.profile_mut(id)?.in_hand() {
                        phone.accept_request(*contact, now, rng)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

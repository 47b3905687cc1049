//! Software on single phones: a build that a maker signs for one device, or a hole in the phone's system. Either way
//! the software seals what is on the phone to an authority, and its reports go past the relays.

use std::collections::BTreeMap;

use pillarbox_proposals::Altered;
use pillarbox_proposals::builds::{Build, BuildLog, DeviceTag, FollowedBuilds, MakerKey, Updater};
use pillarbox_proposals::device_hack::PhoneSystem;
use pillarbox_proposals::harvest::{Harvest, HarvestError, HarvestKey};
use pillarbox_proposals::targeted_update::{TargetedUpdateClient, source_sha256};
use pillarbox_wire::Timestamp;
use rand_chacha::rand_core::Rng as _;

use super::error::WorldError;
use super::state::World;
use super::state::planted::{
    BuildLogging, HarvestReport, OfferedBuild, PastRelay, PlantAttempt, PlantedBy, PlantedPhone,
};
use super::state::profile::{ProfileId, Purpose};
use crate::record::Way;
use crate::scenario::PersonId;

/// The version of the program that everybody has, and that of the build for one phone.
const USUAL: u32 = 1;
const ALTERED: u32 = 2;

impl World {
    /// Puts software on somebody's phone, and describes the outcome.
    pub(super) fn plant(&mut self, who: PersonId, by: PlantedBy) -> Result<String, WorldError> {
        if self.planted.authority.is_none() {
            let key = HarvestKey::draw(&mut self.randomness.stream(&["harvest"]));
            self.planted.authority = Some(key);
        }
        if self.profiles_of(who).is_empty() {
            return Ok(format!("{} has no phone for it", self.name(who)));
        }
        match by {
            PlantedBy::Build(logging) => self.ship_for_one(who, logging),
            PlantedBy::Hole { is_patched } => {
                let owner = self.scenario.person(who);
                let system =
                    PhoneSystem { is_patched: is_patched || owner.is_some_and(|owner| owner.patches) };
                let messenger = self.profiles_of(who).into_iter().next();
                let messenger = messenger.and_then(|id| self.profiles.get(id.0)?.phone.as_ref());
                let messenger = messenger.ok_or(WorldError::Missing("a phone"))?;
                let outcome = system.lend(messenger).map(drop);
                let says = match &outcome {
                    Ok(()) => format!("a hole in {}'s phone lets other software in", self.name(who)),
                    Err(why) => format!("{}'s phone: {why}", self.name(who)),
                };
                self.planted.attempts.push(PlantAttempt::Hole(outcome));
                if outcome.is_ok() {
                    self.begin_harvest(who, Some(system))?;
                }
                Ok(says)
            }
        }
    }

    /// Offers a build for one phone to that phone. A copy that somebody else signed is offered before.
    fn ship_for_one(&mut self, who: PersonId, logging: BuildLogging) -> Result<String, WorldError> {
        let device = self.device_tag(who);
        let draw = |whose| MakerKey::draw(&mut self.randomness.stream(&["maker", whose]));
        let (maker, other_maker) = (draw("the messenger's"), draw("another"));
        let usual = maker.sign(USUAL, source_sha256(false), None);
        let build = maker.sign(ALTERED, source_sha256(true), Some(device));
        let forged = other_maker.sign(ALTERED, source_sha256(true), Some(device));
        let mut log = BuildLog::draw(&mut self.randomness.stream(&["log of builds"]));
        log.append(&usual);
        let mut followed = FollowedBuilds::of(log.public_key());
        followed.follow(&log.head(), &[]).map_err(|_| WorldError::Missing("a log of builds"))?;
        if logging == BuildLogging::Logged {
            log.append(&build);
            followed = self.everybody_follows(&followed, &log, &build)?;
        }
        let own = self.scenario.person(who).is_some_and(|owner| owner.other_program);
        let pinned = if own { other_maker.public_key() } else { maker.public_key() };
        let has_log = logging != BuildLogging::NoLog;
        let updater = Updater { maker: pinned, device, log: has_log.then_some(followed) };
        let head = has_log.then(|| log.head());
        let mut said = String::new();
        // To a program of that other maker the copy would be no forgery.
        let offers = [(forged, false), (build, true)];
        for (build, is_by_maker) in offers.into_iter().filter(|(_, is_by_maker)| *is_by_maker || !own) {
            let proof = log.prove(&build);
            let outcome = updater.takes(&build, proof.as_ref());
            said = match outcome {
                Ok(()) => format!("{}'s phone takes the build that is signed for it", self.name(who)),
                Err(why) => {
                    format!("{}'s phone refuses the build that is signed for it: {why}", self.name(who))
                }
            };
            let offered = OfferedBuild { build, proof, updater: updater.clone(), head, is_by_maker, outcome };
            self.planted.attempts.push(PlantAttempt::Build(Box::new(offered)));
            if is_by_maker {
                self.passes_relay(who, Way::Down, build.to_bytes());
            }
            // A phone runs the program whose source the build that it took names.
            if outcome.is_ok() && build.sha256 == source_sha256(true) {
                self.altered.insert(who, Altered::TargetedUpdate(TargetedUpdateClient));
                self.begin_harvest(who, None)?;
            }
        }
        Ok(said)
    }

    /// Has everybody's phone follow the log to its new head, and read the entry that is new.
    fn everybody_follows(
        &mut self,
        known: &FollowedBuilds,
        log: &BuildLog,
        build: &Build,
    ) -> Result<FollowedBuilds, WorldError> {
        let growth = log.prove_growth(1).ok_or(WorldError::Missing("a log of builds"))?;
        let head = log.head();
        let news = [build.to_bytes(), head.to_bytes(), growth.concat()].concat();
        let people = self.scenario.everybody().filter(|(_, person)| !person.other_program);
        let people = people.map(|(who, _)| who).filter(|who| !self.profiles_of(*who).is_empty());
        let people: Vec<PersonId> = people.collect();
        let mut followed = known.clone();
        for who in people {
            let mut phones_own = known.clone();
            phones_own.follow(&head, &growth).map_err(|_| WorldError::Missing("a log that grew"))?;
            followed = phones_own;
            self.passes_relay(who, Way::Down, news.clone());
        }
        Ok(followed)
    }

    /// Returns the tag of somebody's phone.
    fn device_tag(&self, who: PersonId) -> DeviceTag {
        let mut tag = DeviceTag::default();
        self.randomness.stream(&["device", &self.name(who)]).fill_bytes(&mut tag);
        tag
    }

    fn begin_harvest(&mut self, who: PersonId, system: Option<PhoneSystem>) -> Result<(), WorldError> {
        let rng = self.randomness.stream(&["harvest", &self.name(who)]);
        self.planted.phones.insert(who, PlantedPhone { system, harvests: BTreeMap::new(), rng });
        for id in self.profiles_of(who) {
            self.harvest(id)?;
        }
        Ok(())
    }

    /// Has the software on a phone seal what is new there, if it has any and the phone is on.
    pub(super) fn harvest(&mut self, id: ProfileId) -> Result<(), WorldError> {
        if self.planted.phones.is_empty() {
            return Ok(());
        }
        let (who, is_messenger) = {
            let profile = self.profile(id)?;
            (profile.who, profile.purpose != Purpose::Backups)
        };
        if !is_messenger || self.is_away(who) {
            return Ok(());
        }
        let Self { planted, profiles, .. } = self;
        let Some(authority) = planted.authority.as_ref().map(HarvestKey::public_key) else { return Ok(()) };
        let Some(planted) = planted.phones.get_mut(&who) else { return Ok(()) };
        let Some(phone) = profiles.get(id.0).and_then(|profile| profile.phone.as_ref()) else {
            return Ok(());
        };
        let phone = match planted.system.map(|system| system.lend(phone)) {
            Some(Ok(lent)) => lent,
            Some(Err(_)) => return Ok(()),
            None => phone,
        };
        let harvest = planted.harvests.entry(id).or_insert_with(|| Harvest::for_authority(authority));
        let Some(sealed) = harvest.report(phone, &mut planted.rng).map_err(error)? else { return Ok(()) };
        self.passes_relay(who, Way::Up, sealed.clone());
        self.planted.reports.push(HarvestReport { of: who, sealed });
        Ok(())
    }

    /// Takes the software of one phone from somebody who has a new one.
    pub(super) fn loses_planted(&mut self, who: PersonId) {
        self.planted.phones.remove(&who);
        if matches!(self.altered.get(&who), Some(Altered::TargetedUpdate(_))) {
            self.altered.remove(&who);
        }
    }

    fn passes_relay(&mut self, who: PersonId, way: Way, bytes: Vec<u8>) {
        let at = self.now;
        self.planted.past_relays.push(PastRelay { at, who, way, bytes });
    }

    /// Returns the authority's key; `None` if nobody put software on a phone.
    #[must_use]
    pub const fn harvest_key(&self) -> Option<&HarvestKey> {
        self.planted.authority.as_ref()
    }

    /// Returns the reports that reached the authority.
    #[must_use]
    pub fn harvest_reports(&self) -> &[HarvestReport] {
        &self.planted.reports
    }

    /// Returns every attempt to put software on a phone.
    #[must_use]
    pub fn plant_attempts(&self) -> &[PlantAttempt] {
        &self.planted.attempts
    }

    /// Returns the bytes between phones and others than their relays, from a time on.
    pub fn past_relays(&self, since: Timestamp) -> impl Iterator<Item = &PastRelay> {
        self.planted.past_relays.iter().filter(move |passed| passed.at >= since)
    }
}

fn error(error: HarvestError) -> WorldError {
    match error {
        HarvestError::Phone(error) => error.into(),
        _ => WorldError::Missing("a key to which something can be sealed"),
    }
}

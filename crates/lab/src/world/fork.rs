//! A copy of a world. Both copies continue from the same moment with the same randomness. They differ only where
//! somebody causes a difference, as do two worlds of one seed that began at the start of the story.

use std::collections::BTreeSet;

use pillarbox_client::Phone;

use super::error::WorldError;
use super::state::copied::Copied;
use super::state::profile::{Line, Profile};
use super::state::seized::Seized;
use super::state::site::Site;
use super::state::{Due, World};
use crate::record::Kind;
use crate::scenario::{Act, Audience, Event, PersonId, Scenario};
use crate::scratch::Scratch;

impl World {
    /// Copies everything: phones with their vaults, relays with their stores, channels with their counters.
    ///
    /// # Errors
    /// A vault or a store cannot be copied.
    pub fn fork(&self) -> Result<Self, WorldError> {
        Ok(Self {
            design: self.design.clone(),
            scenario: self.scenario.clone(),
            now: self.now,
            randomness: self.randomness.clone(),
            sites: self.sites.iter().map(Site::fork).collect::<Result<_, _>>()?,
            profiles: self.profiles.iter().map(Profile::fork).collect::<Result<_, _>>()?,
            owned: self.owned.clone(),
            connections: self.connections.iter().map(|(id, end)| (*id, end.fork())).collect(),
            restless: self.restless.clone(),
            acquaintances: self.acquaintances.clone(),
            groups: self.groups.clone(),
            channels: self.channels.clone(),
            codes: self.codes.clone(),
            offline: self.offline.clone(),
            gone: self.gone.clone(),
            seized: self.seized.iter().map(Seized::fork).collect::<Result<_, _>>()?,
            copies: self.copies.iter().map(Copied::fork).collect::<Result<_, _>>()?,
            moved: self.moved.clone(),
            met: self.met.clone(),
            updated: self.updated.clone(),
            altered: self.altered.clone(),
            escrow: self.escrow.clone(),
            planted: self.planted.clone(),
            readers: self.readers.clone(),
            stopped_encrypting: self.stopped_encrypting.clone(),
            on_disk: self.on_disk.clone(),
            passcodes: self.passcodes.clone(),
            unheard: self.unheard.clone(),
            due: self.due.clone(),
            next_due: self.next_due,
            alarms: self.alarms.clone(),
            transit: self.transit.clone(),
            sleepers: self.sleepers.clone(),
            moves: self.moves.clone(),
            notifications: self.notifications.clone(),
            without_previews: self.without_previews.clone(),
            reports: self.reports.clone(),
            push: self.push.clone(),
            wire: self.wire.clone(),
            crossed: self.crossed.clone(),
            keeps_wire: self.keeps_wire,
            truth: self.truth.clone(),
            record: self.record.clone(),
        })
    }

    /// Continues the world with another story that is the same up to now. The record then becomes that of the other
    /// story.
    ///
    /// # Errors
    /// [`WorldError::OtherStory`] if the other story differs in something that has already happened.
    pub fn go_on_as(&mut self, scenario: &Scenario) -> Result<(), WorldError> {
        let pending = self.due.values().filter(|due| matches!(due, Due::Event(_))).count();
        let happened = self.scenario.events.len() - pending;
        let (past, future) = scenario.events.split_at_checked(happened).ok_or(WorldError::OtherStory)?;
        let is_the_same = self.scenario.events.get(..happened) == Some(past)
            && future.iter().all(|event| event.at > self.now)
            && beginning(&self.scenario) == beginning(scenario);
        if !is_the_same {
            return Err(WorldError::OtherStory);
        }
        self.due.retain(|_, due| !matches!(due, Due::Event(_)));
        for (number, event) in scenario.events.iter().enumerate().skip(happened) {
            self.schedule(event.at, Due::Event(number));
        }
        let digest = data_encoding::HEXLOWER.encode(&scenario.digest);
        if let Some(Kind::Header { scenario_sha256, .. }) = self.record.first_mut() {
            *scenario_sha256 = digest;
        }
        self.scenario = scenario.clone();
        Ok(())
    }
}

/// Returns the part of a story that decides the beginning of its world.
fn beginning(scenario: &Scenario) -> impl PartialEq + use<'_> {
    let written: BTreeSet<(PersonId, PersonId)> = scenario
        .events
        .iter()
        .filter_map(|event| match &event.act {
            Act::Says { to: Audience::Person(whom), .. } => Some((event.who, *whom)),
            _ => None,
        })
        .collect();
    let mut read: BTreeSet<PersonId> = scenario
        .events
        .iter()
        .filter(|event| matches!(event.act, Act::PhoneSeized { .. }))
        .map(|event| event.who)
        .collect();
    read.insert(scenario.inquiry.about);
    let again = |event: &Event| matches!(event.act, Act::ReRegisters);
    let codes = scenario.numbers_by_code || scenario.events.iter().any(again);
    (
        &scenario.name,
        scenario.start,
        &scenario.people,
        &scenario.orders,
        &scenario.network,
        written,
        read,
        codes,
    )
}

/// Copies a phone, and the folder that contains it, if there is one.
fn fork_phone(
    phone: Option<&Phone>,
    folder: Option<&Scratch>,
) -> Result<(Option<Phone>, Option<Scratch>), WorldError> {
    let copy = match folder {
        Some(_) => Some(Scratch::new().map_err(|error| WorldError::Folder(error.kind()))?),
        None => None,
    };
    let folders = folder.zip(copy.as_ref()).map(|(from, to)| (from.path(), to.path()));
    match phone {
        Some(phone) => Ok((Some(phone.fork(folders)?), copy)),
        None => {
            if let Some((from, to)) = folders {
                pillarbox_client::vault::copy(from, to).map_err(|error| WorldError::Folder(error.kind()))?;
            }
            Ok((None, copy))
        }
    }
}

impl Site {
    fn fork(&self) -> Result<Self, WorldError> {
        Ok(Self {
            relay: self.relay.fork()?,
            key: pillarbox_crypto::AgreementSecret::from_bytes(*self.key.to_bytes()),
            rng: self.rng.clone(),
            address: self.address.clone(),
            role: self.role,
            jurisdiction: self.jurisdiction.clone(),
            blocked_in: self.blocked_in.clone(),
            closed_to: self.closed_to.clone(),
            rows: self.rows.clone(),
            taps: self.taps.clone(),
            ghost: self.ghost.clone(),
            // A watcher of one world does not watch the other.
            watched: None,
        })
    }
}

impl Profile {
    fn fork(&self) -> Result<Self, WorldError> {
        let (phone, folder) = fork_phone(self.phone.as_ref(), self.folder.as_ref())?;
        Ok(Self {
            who: self.who,
            site: self.site,
            purpose: self.purpose.clone(),
            phone,
            folder,
            lines: self.lines.each_ref().map(|line| line.as_ref().map(Line::fork)),
            streams: self.streams.clone(),
            alarm: self.alarm,
            refused: self.refused,
            unreachable_said: self.unreachable_said,
            put_off_until: self.put_off_until,
        })
    }
}

impl Line {
    fn fork(&self) -> Self {
        Self {
            connection: self.connection,
            peer: self.peer,
            phone_end: self.phone_end.fork(),
            arrived: self.arrived.clone(),
            ended: self.ended,
        }
    }
}

impl Seized {
    fn fork(&self) -> Result<Self, WorldError> {
        let (running, folder) = fork_phone(self.running.as_ref(), Some(&self.folder))?;
        let folder = folder.ok_or(WorldError::Missing("a folder"))?;
        Ok(Self { who: self.who, state: self.state, class: self.class, folder, running })
    }
}

impl Copied {
    fn fork(&self) -> Result<Self, WorldError> {
        let (_, folder) = fork_phone(None, Some(&self.folder))?;
        let folder = folder.ok_or(WorldError::Missing("a folder"))?;
        let Self { who, at, passcode, running, .. } = self;
        Ok(Self { who: *who, at: *at, folder, passcode: passcode.clone(), running: *running })
    }
}

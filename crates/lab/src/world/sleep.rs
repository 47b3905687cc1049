//! Sleeping phones: those that are not connected for part of the day, and those that only look for messages now and
//! then.

use pillarbox_wire::{Duration, Timestamp};
use rand_chacha::rand_core::Rng as _;

use super::error::WorldError;
use super::state::World;
use super::state::sleepers::STAYS_AWAKE;
use crate::scenario::PersonId;

impl World {
    /// At the beginning of the story, puts to sleep every phone that should be asleep then.
    pub(super) fn begin_sleep(&mut self) -> Result<(), WorldError> {
        let sleepers: Vec<PersonId> = self
            .scenario
            .everybody()
            .filter(|(_, person)| person.connectivity.asleep.is_some() || person.connectivity.wakes.is_some())
            .map(|(who, _)| who)
            .collect();
        for who in sleepers {
            let Some(person) = self.scenario.person(who) else { continue };
            if let Some(every) = person.connectivity.wakes {
                let mut rng = self.randomness.stream(&["sleep", &person.name]);
                self.sleepers.phases.insert(who, Duration(rng.next_u64() % every.0.max(1)));
            }
            self.change_sleep(who)?;
        }
        Ok(())
    }

    /// Wakes the phones that are due, or puts them to sleep.
    pub(super) fn change_all_sleep(&mut self) -> Result<(), WorldError> {
        while let Some((_, who)) = self.sleepers.changes.first().copied().filter(|(at, _)| *at <= self.now) {
            self.sleepers.changes.pop_first();
            self.change_sleep(who)?;
        }
        Ok(())
    }

    /// Wakes a phone that only checks for messages now and then, because its owner uses it. A phone that is
    /// switched off for the night does not wake.
    pub(super) fn wake_for_its_owner(&mut self, who: PersonId) {
        let Some(connectivity) = self.scenario.person(who).map(|person| person.connectivity) else { return };
        let night = connectivity.asleep.is_some_and(|hours| hours.contain(self.now));
        if connectivity.wakes.is_some() && !night && self.transit.is_some() {
            self.wake_up(who);
            self.sleepers.set(who, self.now + STAYS_AWAKE);
        }
    }

    fn wake_up(&mut self, who: PersonId) {
        if self.sleepers.asleep.remove(&who) && !self.offline.contains(&who) {
            self.hear_announcements(who);
        }
        self.restless.extend(self.profiles_of(who));
    }

    /// Decides whether a phone wakes, stays awake or falls asleep now, and when to check it next.
    fn change_sleep(&mut self, who: PersonId) -> Result<(), WorldError> {
        let now = self.now;
        let Some(connectivity) = self.scenario.person(who).map(|person| person.connectivity) else {
            return Ok(());
        };
        let hours = connectivity.asleep;
        let next_hours = hours.map(|hours| hours.next_change(now));
        if hours.is_some_and(|hours| hours.contain(now)) {
            self.fall_asleep(who)?;
            next_hours.into_iter().for_each(|at| self.sleepers.set(who, at));
            return Ok(());
        }
        let Some(every) = connectivity.wakes else {
            self.wake_up(who);
            next_hours.into_iter().for_each(|at| self.sleepers.set(who, at));
            return Ok(());
        };
        let phase = self.sleepers.phases.get(&who).copied().unwrap_or_default();
        let since = now.since(Timestamp(phase.0)).0;
        let next_wake = Timestamp(now.0 - since % every.0.max(1) + every.0);
        let next = if since.is_multiple_of(every.0.max(1)) {
            self.wake_up(who);
            now + STAYS_AWAKE
        } else if self.is_busy(who) {
            now + STAYS_AWAKE
        } else {
            self.fall_asleep(who)?;
            next_wake
        };
        self.sleepers.set(who, next_hours.map_or(next, |at| at.min(next)));
        Ok(())
    }

    /// Returns true if something is in transit to or from somebody's phone.
    fn is_busy(&self, who: PersonId) -> bool {
        let concerns = |id| self.transit.as_ref().is_some_and(|transit| transit.concerns(id));
        self.profiles_of(who).into_iter().any(concerns)
    }

    fn fall_asleep(&mut self, who: PersonId) -> Result<(), WorldError> {
        if self.sleepers.asleep.insert(who) {
            for id in self.profiles_of(who) {
                self.cut(id)?;
            }
        }
        Ok(())
    }
}

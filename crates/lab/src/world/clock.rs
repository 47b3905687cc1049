//! The clock: time jumps from one thing that is due to the next. A phone is looked at when something on it waits for that time,
//! and a relay sweeps by the hour, so that neither depends on what happens to others in between.

use pillarbox_relay::ageing::SWEEP_INTERVAL;
use pillarbox_wire::Timestamp;

use super::{ProfileId, SiteId, World, WorldError};

impl World {
    /// Moves the clock on to `to`. On the way phones do what waits for its time.
    pub(super) fn advance(&mut self, to: Timestamp) -> Result<(), WorldError> {
        while let Some((at, _)) = self.alarms.first().copied().filter(|(at, _)| *at <= to) {
            self.pass(at)?;
            while let Some((_, id)) = self.alarms.first().copied().filter(|(due, _)| *due <= at) {
                self.alarms.pop_first();
                self.ring(id)?;
            }
            self.settle()?;
        }
        self.pass(to)
    }

    /// Lets time pass in which no phone does anything. Relays sweep at the full hours of the story: of several that pass at once
    /// the last is enough, as nothing comes in between.
    fn pass(&mut self, to: Timestamp) -> Result<(), WorldError> {
        if to <= self.now {
            return Ok(());
        }
        let hours = |at: Timestamp| at.since(self.scenario.start).0 / SWEEP_INTERVAL.0;
        let (before, after) = (hours(self.now), hours(to));
        if after > before {
            let at = Timestamp(self.scenario.start.0 + after * SWEEP_INTERVAL.0);
            // What a relay does then it does at that hour.
            self.now = at;
            for number in 0..self.sites.len() {
                self.sweep(SiteId(number))?;
            }
            self.settle()?;
        }
        self.now = to;
        Ok(())
    }

    /// A phone's alarm rings: texts whose time is over disappear, also from one that is off, and it does what waited.
    fn ring(&mut self, id: ProfileId) -> Result<(), WorldError> {
        let now = self.now;
        let profile = self.profile_mut(id)?;
        profile.alarm = None;
        if let Some((phone, rng)) = profile.in_hand() {
            phone.remove_expired(now, rng)?;
            self.restless.insert(id);
        }
        Ok(())
    }

    /// Sets a phone's alarm to the next time that something on it waits for.
    pub(super) fn set_alarm(&mut self, id: ProfileId) -> Result<(), WorldError> {
        let now = self.now;
        let profile = self.profile_mut(id)?;
        let Some(phone) = profile.phone.as_ref() else { return Ok(()) };
        let expires = phone.expires_at()?.filter(|at| *at > now);
        let next = phone.wakes_at(now).into_iter().chain(expires).min();
        if next == profile.alarm {
            return Ok(());
        }
        let before = std::mem::replace(&mut profile.alarm, next);
        before.map(|at| self.alarms.remove(&(at, id)));
        self.alarms.extend(next.map(|at| (at, id)));
        Ok(())
    }
}

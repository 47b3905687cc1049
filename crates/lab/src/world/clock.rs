//! The clock: time jumps from one due thing to the next. The world looks at a phone when something on it is due, and a
//! relay sweeps by the hour. Neither depends on what happens to others in between. Nor does the record depend on the
//! size of the clock's jumps, because everything in it happens at its own moment.

use pillarbox_relay::ageing::SWEEP_INTERVAL;
use pillarbox_wire::{Duration, Timestamp};

use super::error::WorldError;
use super::state::World;
use super::state::profile::ProfileId;
use super::state::site::SiteId;
use super::state::transit::Transit;

impl World {
    /// Moves the clock on to `to`. Everything that is due on the way happens: phones do what is now due, frames arrive,
    /// rows expire.
    pub(super) fn advance(&mut self, to: Timestamp) -> Result<(), WorldError> {
        while let Some(at) = self.next_moment().filter(|at| *at <= to) {
            self.step(at)?;
        }
        self.pass(to)
    }

    /// Returns the next moment at which something is due.
    pub(super) fn next_moment(&self) -> Option<Timestamp> {
        let alarm = self.alarms.first().map(|(at, _)| *at);
        let arrival = self.transit.as_ref().and_then(Transit::next_arrival);
        let moved = self.moves.first().map(|(at, _)| *at);
        let lapse = self.sites.iter().filter_map(|site| site.rows.next_lapse()).min();
        let lapse = lapse.map(|lapse| self.full_hour(lapse).max(self.hour_begun(self.now) + SWEEP_INTERVAL));
        [alarm, arrival, moved, self.sleepers.next_change(), lapse].into_iter().flatten().min()
    }

    /// Returns the story's last full hour up to `at`.
    fn hour_begun(&self, at: Timestamp) -> Timestamp {
        let start = self.scenario.start;
        start + Duration(at.since(start).0 / SWEEP_INTERVAL.0 * SWEEP_INTERVAL.0)
    }

    /// Returns the story's first full hour from `at` on.
    fn full_hour(&self, at: Timestamp) -> Timestamp {
        let begun = self.hour_begun(at);
        if begun < at { begun + SWEEP_INTERVAL } else { begun }
    }

    /// Moves the clock on to the next moment and carries out everything that is due then.
    pub(super) fn step(&mut self, at: Timestamp) -> Result<(), WorldError> {
        self.pass(at)?;
        self.arrive_all()?;
        self.change_all_sleep()?;
        self.move_all()?;
        while let Some((_, id)) = self.alarms.first().copied().filter(|(due, _)| *due <= at) {
            self.alarms.pop_first();
            self.ring(id)?;
        }
        self.settle()
    }

    /// Advances time over a span in which nothing is due. Relays sweep at the story's full hours. If several hours
    /// pass at once, the last sweep is enough, because no row in the record is removed in between.
    fn pass(&mut self, to: Timestamp) -> Result<(), WorldError> {
        if to <= self.now {
            return Ok(());
        }
        let last = self.hour_begun(to);
        if last > self.hour_begun(self.now) {
            // The relay's actions belong to the hour of its sweep.
            self.now = last;
            for number in 0..self.sites.len() {
                self.sweep(SiteId(number))?;
            }
            self.settle()?;
        }
        self.now = to;
        Ok(())
    }

    /// Rings a phone's alarm. Expired texts disappear, also from a phone that is off, and the phone does what waited
    /// for this time.
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

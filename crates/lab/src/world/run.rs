//! A world runs: everything that is due happens, and the record ends.

use pillarbox_wire::Timestamp;

use super::error::WorldError;
use super::state::{Due, World};

/// The number of spans of time into which a story is divided, for a progress bar. It is as fine as a person can
/// see.
pub const PARTS: u64 = 50;

impl World {
    /// Advances time to `until`, and carries out everything that is due by then.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn run_until(&mut self, until: Timestamp) -> Result<(), WorldError> {
        let mut unlimited = usize::MAX;
        self.run_on(until, &mut unlimited).map(drop)
    }

    /// Does the same as [`run_until`](Self::run_until) in pieces. `budget` counts down the events that may still
    /// happen. Returns true once time has passed up to `until`.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn run_on(&mut self, until: Timestamp, budget: &mut usize) -> Result<bool, WorldError> {
        while let Some(next) = self.due.first_entry().filter(|next| next.key().0 <= until) {
            let Some(rest) = budget.checked_sub(1) else { return Ok(false) };
            *budget = rest;
            let ((at, _), due) = next.remove_entry();
            self.advance(at)?;
            match due {
                Due::Event(number) => {
                    self.record.in_the_wake_of(Some(number));
                    self.happen(number)?;
                }
                Due::Order(order) => self.obey(order)?,
            }
            self.settle()?;
            self.record.in_the_wake_of(None);
        }
        self.advance(until)?;
        Ok(true)
    }

    /// Counts the events that are due up to `until`.
    pub(crate) fn left_until(&self, until: Timestamp) -> usize {
        self.due.range(..=(until, u64::MAX)).count()
    }

    /// Runs the whole scenario in equal spans of time, calls `done` after each, and ends the record. The record is that
    /// of [`run`](Self::run).
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn run_in_parts(&mut self, mut done: impl FnMut()) -> Result<(), WorldError> {
        let (start, served) = (self.scenario.start, self.scenario.inquiry.served);
        let span = served.0.saturating_sub(start.0);
        for part in 1..=PARTS {
            self.run_until(Timestamp(start.0 + span * part / PARTS))?;
            done();
        }
        self.end().map(drop)
    }

    /// Runs the whole scenario up to the service of the demands, and ends the record.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn run(&mut self) -> Result<(), WorldError> {
        self.run_until(self.scenario.inquiry.served)?;
        self.end().map(drop)
    }

    /// Ends the record: the rows kept, their counts, and the footer.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn end(&mut self) -> Result<String, WorldError> {
        self.count_kept()?;
        Ok(self.record.end(self.now))
    }
}

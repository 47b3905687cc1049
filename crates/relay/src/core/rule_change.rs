//! The retention rule of a relay, changed while it runs: an operator is ordered to keep more, or less.

use pillarbox_wire::Timestamp;

use super::Relay;
use super::rule::{Rule, record};
use crate::rules::keeping::Keeping;
use crate::store::{Changes, Store, StoreError};

impl<S: Store> Relay<S> {
    /// Applies `keeping` from now on, and records that. Data that is already kept and exceeds the new rule is
    /// deleted at the next sweep; data that was not kept cannot be restored.
    ///
    /// # Errors
    /// [`StoreError`]; the old rule then remains in force.
    pub fn set_keeping(&mut self, keeping: Keeping, now: Timestamp) -> Result<(), StoreError> {
        let set = record(&keeping, now);
        let leaves = self.directory_log.missing(&self.directory, &keeping, now);
        let changes = Changes { keeping: set, leaves, counters: self.counters, ..Changes::default() };
        self.store.apply(&changes)?;
        changes.leaves.iter().for_each(|row| self.directory_log.append(row));
        self.rule = Rule::of(&keeping, &self.certificate_key);
        self.settings.keeping = keeping;
        Ok(())
    }
}

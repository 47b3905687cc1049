//! Deposits as the phone remembers them while it runs.

use std::collections::BTreeSet;

use pillarbox_wire::{DepositKind, Timestamp};

/// What this phone remembers of its deposits while it runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deposits {
    /// Whether everything that was to be left has been looked for, and was left.
    pub(crate) settled: bool,
    /// Kinds that the relay does not keep.
    pub(crate) refused: BTreeSet<DepositKind>,
    pub(crate) retry_at: Option<Timestamp>,
}

impl Deposits {
    /// There may be something to leave.
    pub(crate) fn look_again(&mut self) {
        self.settled = false;
    }

    pub(crate) const fn are_settled(&self) -> bool {
        self.settled || self.retry_at.is_some()
    }

    pub(crate) const fn retry_at(&self) -> Option<Timestamp> {
        self.retry_at
    }
}

//! Facts deposited at the relay, in memory.

use std::collections::BTreeSet;

use pillarbox_wire::{DepositKind, Timestamp};

/// The state of deposits while the phone runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deposits {
    /// True if all stored facts were deposited.
    pub(crate) settled: bool,
    /// Kinds that the relay does not keep.
    pub(crate) refused: BTreeSet<DepositKind>,
    pub(crate) retry_at: Option<Timestamp>,
}

impl Deposits {
    /// Records that there may be something to deposit.
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

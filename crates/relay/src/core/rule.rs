//! What the relay is set to keep, changed while it runs: an operator is told to keep more, or less.

use pillarbox_crypto::SigningSecret;
use pillarbox_wire::{DepositKind, Timestamp};

use super::Relay;
use super::log_rules::LogRules;
use super::stamp::StampKey;
use crate::rules::keeping::Keeping;
use crate::store::{Changes, Set, Store, StoreError};

/// What follows from a [`Keeping`], ready to be asked on the way of every message.
#[derive(Debug)]
pub(super) struct Rule {
    /// What is written into the log.
    pub(super) log: LogRules,
    /// Whether devices that are away are woken.
    pub(super) wakes: bool,
    /// What messages of named senders are stamped with, if they are.
    pub(super) stamp_key: Option<StampKey>,
    /// Whether rows may be there that are kept under another rule: the next sweep brings them under this one.
    pub(super) trimming: bool,
}

impl Rule {
    pub(super) fn of(keeping: &Keeping, certificate_key: &SigningSecret) -> Self {
        Self {
            log: LogRules::of(keeping),
            wakes: keeping.deposits.contains(&DepositKind::PushToken),
            stamp_key: keeping.stamps.then(|| StampKey::derive(certificate_key)),
            trimming: true,
        }
    }
}

/// The record of what a relay is set to keep.
pub(super) fn record(keeping: &Keeping, at: Timestamp) -> Option<Set> {
    // Plain data of numbers, words and switches always has a JSON form.
    serde_json::to_string(keeping).ok().map(|keeping| Set { keeping, at })
}

impl<S: Store> Relay<S> {
    /// Keeps what `keeping` says from now on, and records that it does. What is kept already and should not be under the new
    /// rule goes at the next sweep; what was not kept does not come back.
    ///
    /// # Errors
    /// [`StoreError`]; the rule is the old one then.
    pub fn set_keeping(&mut self, keeping: Keeping, now: Timestamp) -> Result<(), StoreError> {
        let set = record(&keeping, now);
        self.store.apply(&Changes { keeping: set, counters: self.counters, ..Changes::default() })?;
        self.rule = Rule::of(&keeping, &self.certificate_key);
        self.settings.keeping = keeping;
        Ok(())
    }
}

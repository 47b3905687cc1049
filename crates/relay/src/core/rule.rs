//! What follows from the rule that a relay keeps by.

use pillarbox_crypto::SigningSecret;
use pillarbox_wire::{DepositKind, Timestamp};

use super::log_rules::LogRules;
use super::stamp::StampKey;
use crate::rules::keeping::Keeping;
use crate::store::Set;

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

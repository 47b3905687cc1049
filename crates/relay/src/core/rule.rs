//! The retention rule of a relay, prepared for every message.

use pillarbox_crypto::SigningSecret;
use pillarbox_wire::{DepositKind, Timestamp};

use super::log_rules::LogRules;
use super::stamp::StampKey;
use crate::memory::directory_log::log_key;
use crate::rules::keeping::Keeping;
use crate::store::Set;

/// Values derived from a [`Keeping`], ready for use on every message.
#[derive(Debug)]
pub(super) struct Rule {
    /// The rules of the log.
    pub(super) log: LogRules,
    /// True if devices that are away are woken.
    pub(super) wakes: bool,
    /// The key that stamps messages of named senders, if they are stamped.
    pub(super) stamp_key: Option<StampKey>,
    /// The key that signs heads of the directory's log, if there is one.
    pub(super) log_key: Option<SigningSecret>,
    /// True if there may be rows that are kept under another rule. The next sweep applies this one to them.
    pub(super) trimming: bool,
}

impl Rule {
    pub(super) fn of(keeping: &Keeping, certificate_key: &SigningSecret) -> Self {
        Self {
            log: LogRules::of(keeping),
            wakes: keeping.deposits.contains(&DepositKind::PushToken),
            stamp_key: keeping.stamps.then(|| StampKey::derive(certificate_key)),
            log_key: keeping.directory_log.then(|| log_key(certificate_key)),
            trimming: true,
        }
    }
}

/// Builds the record of the retention rule that a relay is set to follow.
pub(super) fn record(keeping: &Keeping, at: Timestamp) -> Option<Set> {
    // Plain data of numbers, words and switches always has a JSON form.
    serde_json::to_string(keeping).ok().map(|keeping| Set { keeping, at })
}

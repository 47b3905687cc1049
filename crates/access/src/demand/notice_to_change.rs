//! A notice to change the software. The operator must remove protection that it built in, for everybody or for one
//! country.
//!
//! An operator answers in one of four ways ([`AnswersNotice`](crate::design::AnswersNotice)). It may comply, so
//! that its software is changed and it eavesdrops. It may withdraw the feature that the notice is about from the
//! people of that country. It may leave the country. Or it may refuse and be blocked there.

use pillarbox_client::{BackupKey, Habits, Protection};
use pillarbox_relay::Keeping;
use pillarbox_wire::DepositKind;
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::definition::{Demand, EVERYTHING, ViewKind, When};
use super::stored;
use crate::design::Design;
use crate::served::Served;
use crate::view::{OperatorTap, RelayHoldings};

/// The demand that this module describes.
pub const NOTICE_TO_CHANGE: Demand = Demand {
    name: "notice-to-change",
    title: "a notice to change the software",
    plain: "the software is to be changed so that the operator can read",
    reaches: EVERYTHING,
    view: ViewKind::OperatorTap,
    when: When::FromNowOn,
};

/// The protection that a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Backups that only their owner can open.
    Backups,
    /// Messages that only phones can read.
    Messages,
}

/// The software of phones and relays after a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The protection that phones give a text from then on.
    pub protection: Protection,
    /// The phones' other habits.
    pub habits: Habits,
    /// The relays' rules for what they keep and pass on. Without sessions, only the relay tells a recipient who sent a
    /// text.
    pub relay: Keeping,
}

/// Returns the protection that a notice to this design's operator is about. If only their owner can open the
/// backups, the notice is about backups and does not affect messages. Returns nothing if the design has neither
/// such backups nor encryption between phones.
#[must_use]
pub fn subject(design: &Design) -> Option<Subject> {
    if backup_key(design) == Some(BackupKey::Owner) {
        Some(Subject::Backups)
    } else {
        (design.phone.protection == Protection::EndToEnd).then_some(Subject::Messages)
    }
}

/// Returns the software of an operator that complies: it can read messages and open backups.
#[must_use]
pub fn complied(design: &Design) -> Changed {
    let (mut relay, mut habits) = (design.relay.clone(), without_owner_keys(design));
    if design.phone.protection == Protection::EndToEnd {
        relay.sender = true;
        habits.sealed_sender = false;
    }
    let relay = taking(relay, &habits, design);
    Changed { protection: Protection::ServerReadable, habits, relay }
}

/// Returns relay rules that accept the deposits of these phones. An operator that ships such phones accepts what
/// they deposit.
#[must_use]
pub fn taking(mut relay: Keeping, habits: &Habits, design: &Design) -> Keeping {
    if design.cloud.is_none() && habits.backup == Some(BackupKey::Provider) {
        for kind in [DepositKind::BackupPart, DepositKind::BackupKey] {
            if !relay.deposits.contains(&kind) {
                relay.deposits.push(kind);
            }
        }
    }
    relay
}

/// Returns the phones' habits after backups under their owner's key are withdrawn. Backups are then stored as they were
/// before such keys existed.
#[must_use]
pub fn without_owner_keys(design: &Design) -> Habits {
    let mut habits = Habits { backup: backup_key(design), ..design.phone.habits.clone() };
    if habits.backup != Some(BackupKey::Owner) {
        return habits;
    }
    if design.cloud.is_some() {
        // An operator that stores backups for another one gets no key. The backup was readable before.
        habits.backup = Some(BackupKey::None);
        return habits;
    }
    habits.backup = Some(BackupKey::Provider);
    if !habits.deposits.is_empty() && !habits.deposits.contains(&DepositKind::BackupKey) {
        habits.deposits.push(DepositKind::BackupKey);
    }
    habits
}

/// Returns the holder of the key to the design's backups, wherever they are stored.
fn backup_key(design: &Design) -> Option<BackupKey> {
    design.cloud.as_ref().map_or(design.phone.habits.backup, |cloud| cloud.habits.backup)
}

/// Serves the notice on what the operator reads after it: the traffic from then on, and the deposits that phones
/// make meanwhile.
#[must_use]
pub fn serve(case: &Case<'_>, tap: &OperatorTap, holdings: &RelayHoldings) -> Served {
    stored::over(&NOTICE_TO_CHANGE, case, holdings, &stored::AnswerSource::Tap { tap, backups: true })
}

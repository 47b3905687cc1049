//! A notice to change the software: protection that the operator put in is to be taken out, for everybody or for one country.
//!
//! An operator answers in one of three ways ([`AnswersNotice`](crate::design::AnswersNotice)). If it complies, its software is changed
//! and it reads along. Or it withdraws what the notice is about from the people of that country, or it leaves the country.

use pillarbox_client::{BackupKey, Habits, Protection};
use pillarbox_relay::Keeping;
use pillarbox_wire::DepositKind;
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::definition::{Demand, EVERYTHING, View, When};
use super::stored;
use crate::design::Design;
use crate::served::Served;
use crate::view::{OperatorTap, RelayHoldings};

/// See the module.
pub const NOTICE_TO_CHANGE: Demand = Demand {
    name: "notice-to-change",
    title: "a notice to change the software",
    plain: "the software is to be changed so that the operator can read",
    reaches: EVERYTHING,
    view: View::OperatorTap,
    when: When::FromNowOn,
};

/// What a notice is about: the protection that its operator put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Backups that only their owner can open.
    Backups,
    /// Messages that only phones can read.
    Messages,
}

/// The software after a notice: that of the phones and that of the relays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What phones do with a text from then on.
    pub protection: Protection,
    /// What they do beside it.
    pub habits: Habits,
    /// What relays keep and pass on. Without sessions it is the relay alone that tells a recipient whom a text is from.
    pub relay: Keeping,
}

/// What a notice to this design's operator is about. Where backups have a key that only their owner holds, the operator withdraws
/// those and leaves messages as they are; `None` where the software keeps nothing from the operator.
#[must_use]
pub fn subject(design: &Design) -> Option<Subject> {
    if backup_key(design) == Some(BackupKey::Owner) {
        Some(Subject::Backups)
    } else {
        (design.phone.protection == Protection::EndToEnd).then_some(Subject::Messages)
    }
}

/// The software of an operator that complies: it can read messages, and open backups.
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

/// The relays that go with what phones leave from then on: an operator that ships such phones takes what they leave.
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

/// What phones do where backups under their owner's key are withdrawn: backups lie as they did before there were such keys.
#[must_use]
pub fn without_owner_keys(design: &Design) -> Habits {
    let mut habits = Habits { backup: backup_key(design), ..design.phone.habits.clone() };
    if habits.backup != Some(BackupKey::Owner) {
        return habits;
    }
    if design.cloud.is_some() {
        // Whoever stores a backup for another operator is given no key beside it: it was readable before.
        habits.backup = Some(BackupKey::None);
        return habits;
    }
    habits.backup = Some(BackupKey::Provider);
    if !habits.deposits.is_empty() && !habits.deposits.contains(&DepositKind::BackupKey) {
        habits.deposits.push(DepositKind::BackupKey);
    }
    habits
}

/// Who holds the key of the design's backups, wherever they lie.
fn backup_key(design: &Design) -> Option<BackupKey> {
    design.cloud.as_ref().map_or(design.phone.habits.backup, |cloud| cloud.habits.backup)
}

/// What the operator reads after the notice: what passes from then on, and what phones leave with it.
#[must_use]
pub fn serve(case: &Case<'_>, tap: &OperatorTap, holdings: &RelayHoldings) -> Served {
    stored::over(&NOTICE_TO_CHANGE, case, holdings, &stored::Seen::Tap { tap, backups: true })
}

//! A notice to change the software: protection that the operator put in is to be taken out, for everybody or for one country.
//!
//! What comes of it is what a content warrant returns of the time after the changed software runs. An operator that withdraws the
//! feature instead ships software without it.

use pillarbox_client::{BackupKey, Habits, Protection};
use pillarbox_relay::Keeping;
use pillarbox_wire::{DepositKind, Timestamp};
use serde::Serialize;

use super::{Case, Demand, EVERYTHING, View, When, stored};
use crate::design::{AnswersNotice, Design};
use crate::served::Served;
use crate::view::RelayHoldings;

/// See the module.
pub const NOTICE_TO_CHANGE: Demand = Demand {
    name: "notice-to-change",
    title: "a notice to change the software",
    plain: "the software is to be changed so that the operator can read",
    reaches: EVERYTHING,
    view: View::RelayHoldings,
    when: When::FromNowOn,
};

/// What the software does after the notice: that of the phones and that of the relays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What phones do with a text from then on.
    pub protection: Protection,
    /// What they do beside it.
    pub habits: Habits,
    /// What relays keep and pass on. Without sessions it is the relay alone that tells a recipient whom a text is from.
    pub relay: Keeping,
    /// Whether the people of the country are left without what the notice is about, instead of with a changed form of it.
    pub withdrawn: bool,
}

/// The software of a design after a notice, if its operator gives `answer`; without a known answer, as if it complied: what the notice
/// would bring is measured all the same. A notice about backups alone leaves texts as they are.
#[must_use]
pub fn told(design: &Design, answer: Option<AnswersNotice>, backups_only: bool) -> Changed {
    let before = &design.phone;
    let withdrawn = answer == Some(AnswersNotice::Withdraws);
    let mut habits = before.habits.clone();
    let mut protection = before.protection;
    if habits.backup == Some(BackupKey::Owner) {
        // With the feature gone, backups lie as they did before there was one: with the key beside them.
        habits.backup = Some(BackupKey::Provider);
        if !habits.deposits.is_empty() && !habits.deposits.contains(&DepositKind::BackupKey) {
            habits.deposits.push(DepositKind::BackupKey);
        }
    }
    let mut relay = design.relay.clone();
    if !backups_only && !withdrawn {
        protection = Protection::ServerReadable;
        habits.sealed_sender = false;
        relay.sender = true;
    }
    Changed { protection, habits, relay, withdrawn }
}

/// What a content warrant returns of the time after the changed software ran.
#[must_use]
pub fn serve(case: &Case<'_>, holdings: &RelayHoldings, since: Timestamp) -> Served {
    stored::serve_since(&NOTICE_TO_CHANGE, case, holdings, since)
}

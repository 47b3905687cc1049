//! Demands on the data that an operator has, and on the traffic that passes it.

use std::collections::BTreeSet;

use pillarbox_access::demand::{
    self, BACKUP_WARRANT, COMPELLED_LOGGING, CONTENT_WARRANT, Case, Demand, ENTITY_DATA, EVENTS_DATA,
    INTERCEPTION, PEN_REGISTER, PUSH_LOOKUP, RETENTION, backup_warrant::BACKUP, compelled_logging,
    interception, pen_register, push_lookup, retention,
};
use pillarbox_access::design::Design;
use pillarbox_access::{Item, ItemAnswer, RelayHoldings};
use pillarbox_wire::AccountId;

use super::answered::{self, Answered};
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::staging::Ordered;
use super::views::{Named, Views};
use crate::evidence::reread;
use crate::scenario::Scenario;
use crate::score::{Absence, Counted, Counts};

/// Asks for the data that an operator has when the demand is served.
pub(super) struct Stored(pub(super) &'static Demand, pub(super) Counted);

impl Experiment for Stored {
    fn demand(&self) -> &'static Demand {
        self.0
    }

    fn what(&self) -> Counted {
        self.1
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { rereadable: true, ..Answered::default() };
        let everything = views.design().operator.holding_nothing_back();
        let all = views.operators()?;
        for holdings in &all {
            let about = views.about_at(holdings);
            let serve = |operator| {
                demand::stored::serve(self.0, &Case { about: &about, operator, ..views.case() }, holdings)
            };
            let has = serve(&everything);
            answered.paper(&has, &serve(&views.design().operator));
            if views.speaks(holdings, &all) {
                answered.because(subject(self.1), &has);
            }
            if self.1 != Counted::Entries {
                answered.reasons.extend(waiting(case_account(views, holdings), holdings));
            }
        }
        Ok(answered)
    }
}

fn case_account(views: &Views<'_>, holdings: &RelayHoldings) -> Option<AccountId> {
    let about = views.about_at(holdings);
    Case { about: &about, ..views.case() }.account(holdings).map(|row| row.account)
}

/// Describes messages that still wait for a phone. If delivered messages are deleted, only waiting messages leave rows.
fn waiting(account: Option<AccountId>, holdings: &RelayHoldings) -> Option<String> {
    let keeps = holdings.rows().keeping.as_ref().is_some_and(|keeping| keeping.delivered.is_some());
    let rows = holdings.messages_of(account?).filter(|row| row.delivered_at.is_none()).count();
    let waits = match rows {
        0 => return None,
        _ if keeps => return None,
        1 => "1 message still waits for a phone, and its row is".to_owned(),
        many => format!("{many} messages, receipts included, still wait for a phone, and their rows are"),
    };
    Some(format!("{waits} all that is left: what was delivered is deleted."))
}

/// Returns the item that a demand of this kind is after.
const fn subject(what: Counted) -> Item {
    match what {
        Counted::Texts | Counted::TextsAfter => Item::MessageContent,
        Counted::Messages | Counted::MessagesAfter => Item::MessageSourceDestination,
        Counted::Entries => Item::AccountRecord,
    }
}

/// Asks for the traffic from the order on, content included.
pub(super) struct Interception;

impl Experiment for Interception {
    fn demand(&self) -> &'static Demand {
        &INTERCEPTION
    }

    fn what(&self) -> Counted {
        Counted::TextsAfter
    }

    fn ordered(&self, _: &Design, _: &Scenario) -> Ordered {
        Ordered::Tap
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { rereadable: true, ..Answered::default() };
        let everything = views.design().operator.holding_nothing_back();
        let all = views.tapped()?;
        for (holdings, tap) in &all {
            let about = views.about_at(holdings);
            let serve = |operator| {
                interception::serve(&Case { about: &about, operator, ..views.case() }, tap, holdings)
            };
            let has = serve(&everything);
            answered.paper(&has, &serve(&views.design().operator));
            if views.speaks(holdings, all.iter().map(|(holdings, _)| holdings)) {
                answered.because(Item::MessageContent, &has);
            }
        }
        Ok(answered)
    }
}

/// Asks who writes to whom, in batches.
pub(super) struct PenRegister;

impl Experiment for PenRegister {
    fn demand(&self) -> &'static Demand {
        &PEN_REGISTER
    }

    fn what(&self) -> Counted {
        Counted::MessagesAfter
    }

    fn ordered(&self, _: &Design, _: &Scenario) -> Ordered {
        Ordered::Tap
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered::default();
        let (_, served_at) = views.times();
        let mut one_ended = 0;
        let all = views.tapped()?;
        for (holdings, tap) in &all {
            let about = views.about_at(holdings);
            let everything = views.design().operator.holding_nothing_back();
            let serve = |operator| {
                pen_register::serve(
                    &Case { about: &about, operator, ..views.case() },
                    tap,
                    holdings,
                    served_at,
                )
            };
            let register = serve(&everything);
            answered.paper(&register.served, &serve(&views.design().operator).served);
            if views.speaks(holdings, all.iter().map(|(holdings, _)| holdings)) {
                answered.because(Item::MessageSourceDestination, &register.served);
            }
            let batches = register.batches.iter();
            let came =
                batches.flat_map(|batch| batch.messages.iter().map(|message| (message.at.0, batch.at.0)));
            answered.brought.came.extend(came);
            one_ended += register.one_ended;
        }
        answered.reasons.extend(match one_ended {
            0 => None,
            1 => Some(
                "Of 1 message that passed, receipts included, the operator knows one end only.".to_owned(),
            ),
            many => Some(format!(
                "Of {many} of the messages that passed, receipts included, the operator knows one end only."
            )),
        });
        Ok(answered)
    }
}

/// Orders an operator to keep more, from then on.
pub(super) enum OrderToKeep {
    /// To keep more about the target.
    Log,
    /// To keep more about everybody.
    Retain,
}

impl Experiment for OrderToKeep {
    fn demand(&self) -> &'static Demand {
        match self {
            Self::Log => &COMPELLED_LOGGING,
            Self::Retain => &RETENTION,
        }
    }

    fn what(&self) -> Counted {
        Counted::MessagesAfter
    }

    fn ordered(&self, _: &Design, _: &Scenario) -> Ordered {
        match self {
            Self::Log => Ordered::Log,
            Self::Retain => Ordered::Retain(retention::LONGEST),
        }
    }

    /// An order to keep everybody's data names nobody. The later request for the data names somebody.
    fn named(&self) -> Named {
        match self {
            Self::Log => Named::WhenOrdered,
            Self::Retain => Named::WhenServed,
        }
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered::default();
        let mut kept_about = BTreeSet::new();
        let (ordered, _) = views.times();
        let everything = views.design().operator.holding_nothing_back();
        let all = views.operators()?;
        for holdings in &all {
            let about = views.about_at(holdings);
            let serve = |operator| {
                let case = Case { about: &about, operator, ..views.case() };
                match self {
                    Self::Log => compelled_logging::serve(&case, holdings, ordered),
                    Self::Retain => retention::serve(&case, holdings),
                }
            };
            let has = serve(&everything);
            answered.paper(&has, &serve(&views.design().operator));
            if views.speaks(holdings, &all) {
                answered.because(Item::MessageSourceDestination, &has);
            }
            if matches!(self, Self::Retain) {
                // Rows are kept about everybody, no matter who the later request is about.
                let events = holdings.rows().events.iter().filter(|event| event.at >= ordered);
                let about = events.flat_map(|event| [event.account, event.about]).flatten();
                kept_about.extend(about.map(|account| holdings.name(account)));
            }
        }
        if !kept_about.is_empty() {
            answered.reasons.push(format!(
                "Under this order rows are kept about {}, whoever the request is about.",
                match kept_about.len() {
                    1 => "1 account".to_owned(),
                    many => format!("{many} accounts"),
                }
            ));
        }
        answered.brought.named.sort();
        answered.brought.named.dedup();
        Ok(answered)
    }
}

/// Looks up the push token of the account, and then the owner of the token's device.
pub(super) struct PushLookUp;

impl Experiment for PushLookUp {
    fn demand(&self) -> &'static Demand {
        &PUSH_LOOKUP
    }

    fn what(&self) -> Counted {
        Counted::Entries
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { unit: Some("devices"), ..Answered::default() };
        let mut counts = Counts { of: 1, ..Counts::default() };
        if views.design().is_unknown_item(Item::PushToken) {
            counts.absence = Absence::NotKnown;
        }
        let push = views.push();
        let everything = views.design().operator.holding_nothing_back();
        let all = views.operators()?;
        for holdings in &all {
            let about = views.about_at(holdings);
            let serve = |operator| {
                push_lookup::serve(&Case { about: &about, operator, ..views.case() }, holdings, push)
            };
            let (found, stated) = (serve(&everything), serve(&views.design().operator));
            if views.design().is_unknown_item(Item::PushToken) {
                let reason = "No source says whether the product's operator holds a push token.".to_owned();
                if !answered.reasons.contains(&reason) {
                    answered.reasons.push(reason);
                }
                continue;
            }
            if views.speaks(holdings, &all) {
                answered.because(Item::PushToken, &found.first);
            }
            answered
                .pieces
                .extend(found.exhibits.iter().map(|exhibit| answered::piece(Item::PushToken, exhibit)));
            counts.returned += found.second.held().min(1);
            if matches!(stated.first.answer(Item::PushToken), Some(ItemAnswer::Withheld { .. })) {
                counts.withheld += 1;
            }
            answered.brought.entries.extend(answered::entries(
                &found.first,
                &stated.first,
                &[Item::PushToken],
            ));
            // The push service names the token's owner from its own rows.
            answered.brought.origin.named_by_operator |= !found.owners.is_empty();
            answered.brought.named.extend(found.owners);
        }
        counts.returned = counts.returned.min(counts.of);
        answered.counted = Some(counts);
        Ok(answered)
    }
}

/// Demands the backup from its holder.
pub(super) struct Backup;

impl Experiment for Backup {
    fn demand(&self) -> &'static Demand {
        &BACKUP_WARRANT
    }

    fn what(&self) -> Counted {
        Counted::Texts
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { rereadable: true, container: "backup", ..Answered::default() };
        let stores = match views.cloud()? {
            Some((holdings, operator)) => vec![(holdings, operator)],
            None => {
                let all = views.operators()?;
                // If an operator has several relays, a relay that never stored anything about the target says
                // nothing about a backup.
                let speak: Vec<bool> = all.iter().map(|holdings| views.speaks(holdings, &all)).collect();
                let speak = all.into_iter().zip(speak).filter(|(_, speaks)| *speaks);
                speak.map(|(holdings, _)| (holdings, &views.design().operator)).collect()
            }
        };
        for (holdings, operator) in &stores {
            let about = views.about_at(holdings);
            let case = Case { about: &about, operator, ..views.case() };
            let everything = operator.holding_nothing_back();
            let served = demand::backup_warrant::serve(&Case { operator: &everything, ..case }, holdings);
            let stated = demand::backup_warrant::serve(&case, holdings);
            answered.brought.entries.extend(answered::entries(&served, &stated, &BACKUP));
            // A warrant for a backup is about the backup. Other data in the same place belongs to the other demands.
            for line in served.lines.iter().filter(|line| BACKUP.contains(&line.item)) {
                answered
                    .pieces
                    .extend(line.exhibits.iter().map(|exhibit| answered::piece(line.item, exhibit)));
            }
            match served.answer(Item::DeviceBackup) {
                Some(ItemAnswer::Returned { .. }) => {
                    let account = case.account(holdings).map(|row| row.account);
                    let texts =
                        account.map(|account| reread::backup_of(holdings, account)).unwrap_or_default();
                    answered.brought.closed += u64::from(texts.is_empty());
                    // The texts are in an account, and the operator says whose account it is.
                    answered.brought.origin.named_by_operator |= !texts.is_empty();
                    answered.brought.said.extend(texts);
                }
                _ => answered.because(Item::DeviceBackup, &served),
            }
            if answered.brought.closed > 0 {
                answered.because(Item::BackupKeys, &served);
            }
        }
        Ok(answered)
    }
}

/// The demands for stored data, in the order of the columns.
pub(super) const STORED: [Stored; 3] = [
    Stored(&ENTITY_DATA, Counted::Entries),
    Stored(&EVENTS_DATA, Counted::Messages),
    Stored(&CONTENT_WARRANT, Counted::Texts),
];

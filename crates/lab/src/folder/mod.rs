//! A demand on the data folder of a relay: the operator's rows as they lie, and nothing else.
//!
//! The answer comes from the steps that answer in every story, with an operator that withholds nothing. No answer is
//! given before those steps were seen to find what is there, and to find nothing if nothing is there ([`control`]).

pub mod control;
pub mod text;

use pillarbox_access::demand::{self, Case, Demand, DemandTarget, ViewKind, When, backup_warrant, stored};
use pillarbox_access::design::Operator;
use pillarbox_access::law::{AS_OF, Country, Day, foremost};
use pillarbox_access::{Item, Reach, RelayHoldings, Served};
use pillarbox_relay::Completeness;
use pillarbox_wire::Handle;
use serde::Serialize;

use crate::answer::Answer;
use crate::paper::{as_checked, powers};

pub use control::{ControlFailed, Controls};

/// The version of the form of [`FolderAnswer`] as JSON.
pub const VERSION: u8 = 2;

/// Something that a demand asks for and that no relay's folder has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotInAFolder {
    /// A phone.
    #[error("asks for a phone, and a relay's folder holds none")]
    Phone,
    /// Messages while they pass.
    #[error("asks for what passes the relay while it happens, and a folder holds what was kept")]
    WhatPasses,
    /// Records that are written from an order on.
    #[error(
        "asks for what the relay writes down from an order on, and a folder does not say when the order came"
    )]
    AfterAnOrder,
    /// The records of a push service.
    #[error(
        "asks a push service whose device a token stands for, and a relay's folder holds the token alone"
    )]
    PushService,
    /// A message that somebody reports.
    #[error("asks for a message that its recipient hands over, and a relay's folder holds none")]
    Report,
    /// The demand asks for nothing.
    #[error("orders something and asks for nothing, so that there is nothing to look up in a folder")]
    NoQuestion,
}

/// Checks that the rows of a relay answer a demand.
///
/// # Errors
/// [`NotInAFolder`] if the demand asks for something else, in words that follow its name.
pub const fn can_answer(demand: &Demand) -> Result<(), NotInAFolder> {
    match (demand.view, demand.when) {
        (ViewKind::RelayHoldings, When::FromNowOn) => Err(NotInAFolder::AfterAnOrder),
        (ViewKind::RelayHoldings | ViewKind::BackupStore, _) => Ok(()),
        (ViewKind::OperatorTap, _) => Err(NotInAFolder::WhatPasses),
        (ViewKind::PushRecords, _) => Err(NotInAFolder::PushService),
        (ViewKind::SeizedPhone | ViewKind::OpenPhone, _) => Err(NotInAFolder::Phone),
        (ViewKind::ReportedMessage, _) => Err(NotInAFolder::Report),
        (ViewKind::PublicChannel | ViewKind::Nothing, _) => Err(NotInAFolder::NoQuestion),
    }
}

/// Returns the demands that a relay's folder answers.
pub fn demands() -> impl Iterator<Item = &'static Demand> {
    demand::ALL.iter().copied().filter(|demand| can_answer(demand).is_ok())
}

/// The answer to a demand on a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FolderAnswer {
    /// [`VERSION`].
    pub v: u8,
    /// The findings of the controls, which ran first.
    pub controls: Controls,
    /// Messages that the relay has ever accepted, for everybody together. It does not know how many were one account's.
    pub accepted_in_all: u64,
    /// The completeness of the folder as a copy.
    pub completeness: Completeness,
    /// The completeness in a sentence, if rows may be missing.
    pub warning: Option<&'static str>,
    /// The answer in sentences.
    pub answer: Answer,
    /// The answer, item by item, with the rows behind it.
    #[serde(flatten)]
    pub served: Served,
}

/// Runs the controls, and then serves `demand` about the account with the number `about` on what a relay has, on the day `on`.
///
/// # Errors
/// [`ControlFailed`]; in this case there is no answer, because nobody could tell what it means.
pub fn serve(
    demand: &'static Demand,
    about: &Handle,
    holdings: &RelayHoldings,
    on: Day,
) -> Result<FolderAnswer, ControlFailed> {
    let controls = control::run(demand)?;
    let served = read(demand, &DemandTarget::Number(about.clone()), holdings);
    let completeness = holdings.completeness();
    let warning = completeness.sentence();
    let law =
        [Country::GB, Country::US].into_iter().flat_map(|country| powers(demand, country, AS_OF)).collect();
    let power = foremost(demand.name, Country::GB, AS_OF)
        .map(|power| format!("{}: {}", as_checked(Country::GB, AS_OF), power.phrase(AS_OF)));
    let law = (power.unwrap_or_default(), law);
    let answer = Answer::of_rows(&served, holdings.passed(), on, law, [text::controls(&controls)]);
    Ok(FolderAnswer {
        v: VERSION,
        controls,
        accepted_in_all: holdings.passed(),
        completeness,
        warning,
        answer,
        served,
    })
}

/// Returns the answer of an operator that withholds nothing and is asked for everything that the demand reaches. It
/// answers the controls too.
pub(crate) fn read(demand: &'static Demand, about: &DemandTarget, holdings: &RelayHoldings) -> Served {
    let operator = Operator::default();
    // A record that comes back only to a demand that names it is still a record, and this demand names it.
    let is_named = |item: &Item| item.reach() == Reach::Named && demand.reaches.contains(&Reach::Records);
    let names: Vec<Item> = Item::ALL.iter().copied().filter(is_named).collect();
    let case = Case { names: &names, ..Case::new(about, &operator) };
    match demand.view {
        ViewKind::BackupStore => backup_warrant::serve(&case, holdings),
        _ => stored::serve(demand, &case, holdings),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_answers_what_asks_for_rows_and_says_of_the_others_why_not() {
        let answered: Vec<&str> = demands().map(|demand| demand.name).collect();
        assert_eq!(
            answered,
            ["entity-data", "events-data", "content-warrant", "retention", "backup-warrant"]
        );
        for demand in demand::ALL {
            if let Err(why) = can_answer(demand) {
                let why = why.to_string();
                assert!(why.starts_with("asks ") || why.starts_with("orders "), "{}: {why}", demand.name);
            }
        }
    }
}

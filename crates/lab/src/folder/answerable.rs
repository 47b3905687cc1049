//! The demands that the rows of a relay answer.

use pillarbox_access::demand::{self, Demand, ViewKind, When};

/// Data that a demand asks for and that no relay's folder has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotInAFolder {
    /// The contents of a phone.
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

/// Checks that a relay's rows can answer a demand.
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

//! A demand as data: its names, the kinds of data that it reaches, the view that it needs, and the time that it is
//! about.

use serde::{Deserialize, Serialize};

use crate::item::Reach;

/// The view that a party needs so that it can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ViewKind {
    /// The holdings of the messenger's operator.
    RelayHoldings,
    /// The traffic that passes the messenger's operator from the order on.
    OperatorTap,
    /// The operator's holdings, and then the push service's records.
    PushRecords,
    /// The holdings of the operator that stores the backups.
    BackupStore,
    /// A phone seized from its owner.
    SeizedPhone,
    /// A phone that its owner shows.
    OpenPhone,
    /// A message that its recipient discloses.
    ReportedMessage,
    /// A channel that everybody can read.
    PublicChannel,
    /// Nothing, because the power asks for nothing.
    Nothing,
}

/// The time that a demand is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// The time before the demand is served.
    Past,
    /// The time after the demand was served.
    FromNowOn,
    /// The time before and after the demand was served.
    Both,
}

/// A legal demand. Country and day decide which powers it rests on: [`law::powers`](crate::law::powers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// The demand's name on the command line.
    pub name: &'static str,
    /// The demand's name in a sentence, with its article: *a content warrant*.
    pub title: &'static str,
    /// The demand in one plain phrase.
    pub plain: &'static str,
    /// The kinds of data that the demand reaches. Everything else is asked for too, and left blank.
    #[serde(skip)]
    pub reaches: &'static [Reach],
    /// The view that the answering party needs.
    #[serde(skip)]
    pub view: ViewKind,
    /// The time that the demand is about.
    #[serde(skip)]
    pub when: When,
}

impl Demand {
    /// Returns the kinds of data that the demand wants from rows. A warrant for a backup reaches everything inside the
    /// backup, and wants nothing stored beside it.
    #[must_use]
    pub const fn wants(&self) -> &'static [Reach] {
        match self.view {
            ViewKind::BackupStore => &[Reach::Contents],
            _ => self.reaches,
        }
    }
}

pub(super) const EVERYTHING: &[Reach] = &[Reach::Subscriber, Reach::Records, Reach::Contents];

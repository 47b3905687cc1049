//! A demand as data: its names, the kinds of data that it reaches, the view that it needs, and the time that it is about.

use serde::{Deserialize, Serialize};

use crate::item::Reach;

/// What a party must be let see so that it can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// What the messenger's operator has.
    RelayHoldings,
    /// What passes the messenger's operator from the order on.
    OperatorTap,
    /// What the operator has, and then what the push service has.
    PushRecords,
    /// What lies where the backups lie.
    BackupStore,
    /// A phone that was taken from its owner.
    SeizedPhone,
    /// A phone that its owner shows.
    OpenPhone,
    /// A message that its recipient hands over.
    ReportedMessage,
    /// What everybody can read.
    PublicChannel,
    /// Nothing: the power does not ask for anything.
    Nothing,
}

/// Which time a demand is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// What is there when it comes.
    Past,
    /// What happens after it came.
    FromNowOn,
    /// Both.
    Both,
}

/// A legal demand. The powers that it rests on depend on country and day: [`law::powers`](crate::law::powers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name in a sentence, with its article: *a content warrant*.
    pub title: &'static str,
    /// What it is, in one plain phrase.
    pub plain: &'static str,
    /// The kinds of data that it reaches. Everything else is asked and stays blank.
    #[serde(skip)]
    pub reaches: &'static [Reach],
    /// What whoever answers must see.
    #[serde(skip)]
    pub view: View,
    /// Which time it is about.
    #[serde(skip)]
    pub when: When,
}

impl Demand {
    /// The kinds of data that it wants of rows. A warrant for a backup reaches whatever the backup holds, and wants nothing that lies
    /// beside it.
    #[must_use]
    pub const fn wants(&self) -> &'static [Reach] {
        match self.view {
            View::BackupStore => &[Reach::Contents],
            _ => self.reaches,
        }
    }
}

pub(super) const EVERYTHING: &[Reach] = &[Reach::Subscriber, Reach::Records, Reach::Contents];

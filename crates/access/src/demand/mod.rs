//! Demands: legal powers, as data, and for each a function that serves it.
//!
//! Such a function takes a view of what the power reaches and nothing else: the relay's rows, what passes from an order on, a
//! seized phone, a backup. What was really said is no view, and no function here has a way to it:
//!
//! ```
//! use pillarbox_access::{RelayHoldings, Served, demand::{CONTENT_WARRANT, Case, stored}};
//! # struct Truth;
//! fn from_the_rows(case: &Case<'_>, holdings: &RelayHoldings, _truth: &Truth) -> Served {
//!     stored::serve(&CONTENT_WARRANT, case, holdings)
//! }
//! ```
//!
//! The same with the truth in the place of the rows is no program:
//!
//! ```compile_fail,E0308
//! use pillarbox_access::{RelayHoldings, Served, demand::{CONTENT_WARRANT, Case, stored}};
//! # struct Truth;
//! fn from_the_rows(case: &Case<'_>, holdings: &RelayHoldings, _truth: &Truth) -> Served {
//!     stored::serve(&CONTENT_WARRANT, case, _truth)
//! }
//! ```
//!
//! | files | what |
//! |---|---|
//! | [`stored`] | what an operator has: three powers, one function |
//! | [`interception`], [`pen_register`] | what passes from an order on |
//! | [`compelled_logging`], [`retention`] | an operator that is told to keep more |
//! | [`push_lookup`], [`backup_warrant`] | somebody else who has something |
//! | [`seized_phone`], [`participant`], [`report`] | the phone, its owner, who was written to |
//! | [`takedown`], [`blocking_order`], [`notice_to_change`] | powers to do, and not to ask |

pub mod backup_warrant;
pub mod blocking_order;
mod case;
pub mod compelled_logging;
pub mod interception;
pub mod notice_to_change;
pub mod participant;
pub mod pen_register;
pub mod push_lookup;
pub mod report;
pub mod retention;
pub mod seized_phone;
pub mod stored;
pub mod takedown;

use serde::{Deserialize, Serialize};

pub use backup_warrant::BACKUP_WARRANT;
pub use blocking_order::BLOCKING_ORDER;
pub use case::{About, Case};
pub use compelled_logging::COMPELLED_LOGGING;
pub use interception::INTERCEPTION;
pub use notice_to_change::NOTICE_TO_CHANGE;
pub use participant::PARTICIPANT;
pub use pen_register::PEN_REGISTER;
pub use push_lookup::PUSH_LOOKUP;
pub use report::REPORT;
pub use retention::RETENTION;
pub use seized_phone::SEIZED_PHONE;
pub use takedown::TAKEDOWN;

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

const EVERYTHING: &[Reach] = &[Reach::Subscriber, Reach::Records, Reach::Contents];

/// What was said, as far as the operator holds it. Both powers reach the data about it too: secondary data in the UK (section
/// 15(2)(b)), records in the US (18 U.S.C. 2703(c)(1)(A)).
pub const CONTENT_WARRANT: Demand = Demand {
    name: "content-warrant",
    title: "a content warrant",
    plain: "what was said, as far as the operator has it, and the data about it",
    reaches: EVERYTHING,
    view: View::RelayHoldings,
    when: When::Past,
};

/// Who somebody is to the operator.
pub const ENTITY_DATA: Demand = Demand {
    name: "entity-data",
    title: "a demand for subscriber data",
    plain: "who stands behind the account",
    reaches: &[Reach::Subscriber],
    view: View::RelayHoldings,
    when: When::Past,
};

/// What somebody did, as far as the operator holds it.
pub const EVENTS_DATA: Demand = Demand {
    name: "events-data",
    title: "a demand for records of use",
    plain: "what the account did: when, from where, with whom",
    reaches: &[Reach::Subscriber, Reach::Records],
    view: View::RelayHoldings,
    when: When::Past,
};

/// Every demand, in the order of the columns of the matrix.
pub const ALL: &[&Demand] = &[
    &ENTITY_DATA,
    &EVENTS_DATA,
    &CONTENT_WARRANT,
    &INTERCEPTION,
    &PEN_REGISTER,
    &COMPELLED_LOGGING,
    &RETENTION,
    &PUSH_LOOKUP,
    &BACKUP_WARRANT,
    &SEIZED_PHONE,
    &PARTICIPANT,
    &REPORT,
    &TAKEDOWN,
    &BLOCKING_ORDER,
    &NOTICE_TO_CHANGE,
];

/// The demand of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Demand> {
    ALL.iter().copied().find(|demand| demand.name == name)
}

#[cfg(test)]
mod tests;

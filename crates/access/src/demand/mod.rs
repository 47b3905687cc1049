//! Demands: legal powers as data, and a function for each that serves it.
//!
//! Such a function takes a view of what the power reaches and nothing else: the relay's rows, the traffic from an order
//! on, a seized phone, a backup. There is no view of what was really said, and no function here can reach it:
//!
//! ```
//! use pillarbox_access::{RelayHoldings, Served, demand::{CONTENT_WARRANT, Case, stored}};
//! # struct Truth;
//! fn from_the_rows(case: &Case<'_>, holdings: &RelayHoldings, _truth: &Truth) -> Served {
//!     stored::serve(&CONTENT_WARRANT, case, holdings)
//! }
//! ```
//!
//! Passing the truth in place of the rows does not compile:
//!
//! ```compile_fail,E0308
//! use pillarbox_access::{RelayHoldings, Served, demand::{CONTENT_WARRANT, Case, stored}};
//! # struct Truth;
//! fn from_the_rows(case: &Case<'_>, holdings: &RelayHoldings, _truth: &Truth) -> Served {
//!     stored::serve(&CONTENT_WARRANT, case, _truth)
//! }
//! ```
//!
//! | modules | subject |
//! |---|---|
//! | [`stored`] | what an operator has: three powers, one function |
//! | [`interception`], [`pen_register`] | traffic from an order on |
//! | [`compelled_logging`], [`retention`] | an operator that is ordered to keep more |
//! | [`push_lookup`], [`backup_warrant`] | another party that has records or the backup |
//! | [`seized_phone`], [`participant`], [`report`] | the phone, its owner, and a recipient |
//! | [`takedown`], [`blocking_order`], [`notice_to_change`] | powers to make somebody act, not answer |

pub mod backup_warrant;
pub mod blocking_order;
mod case;
pub mod compelled_logging;
mod definition;
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

pub use backup_warrant::BACKUP_WARRANT;
pub use blocking_order::BLOCKING_ORDER;
pub use case::{Case, DemandTarget};
pub use compelled_logging::COMPELLED_LOGGING;
pub use definition::{Demand, ViewKind, When};
pub use interception::INTERCEPTION;
pub use notice_to_change::NOTICE_TO_CHANGE;
pub use participant::PARTICIPANT;
pub use pen_register::PEN_REGISTER;
pub use push_lookup::PUSH_LOOKUP;
pub use report::REPORT;
pub use retention::RETENTION;
pub use seized_phone::SEIZED_PHONE;
pub use stored::{CONTENT_WARRANT, ENTITY_DATA, EVENTS_DATA};
pub use takedown::TAKEDOWN;

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

/// Returns the demand of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Demand> {
    ALL.iter().copied().find(|demand| demand.name == name)
}

#[cfg(test)]
mod tests;

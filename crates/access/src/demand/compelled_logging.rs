//! Compelled logging. An operator that keeps no log is ordered to keep one about somebody from now on.
//!
//! The order changes what the relay keeps. The answer is read from the rows that the relay then actually wrote.

use pillarbox_relay::{Keeping, LogRule, Logged};
use pillarbox_wire::{AccountId, Duration, Timestamp};

use super::case::Case;
use super::definition::{Demand, ViewKind, When};
use super::stored;
use crate::item::Reach;
use crate::served::Served;
use crate::view::RelayHoldings;

/// The demand that this module describes.
pub const COMPELLED_LOGGING: Demand = Demand {
    name: "compelled-logging",
    title: "an order to keep a log",
    plain: "what the account does from now on, written down because the operator is told to",
    reaches: &[Reach::Subscriber, Reach::Records],
    view: ViewKind::RelayHoldings,
    when: When::FromNowOn,
};

/// The retention of the rows of an order. They are needed until the order is served, and no longer.
const KEEP: Duration = Duration::from_days(90);

/// Returns the rules of an operator that follows such an order about these accounts. It continues to keep what it
/// kept before.
#[must_use]
pub fn told(keeping: &Keeping, accounts: &[AccountId]) -> Keeping {
    let rules = Logged::ALL.map(|what| LogRule { what, keep: KEEP, address: true, only: accounts.to_vec() });
    Keeping { log: keeping.log.iter().cloned().chain(rules).collect(), ..keeping.clone() }
}

/// Serves the order on what the relay has logged since `since`.
#[must_use]
pub fn serve(case: &Case<'_>, holdings: &RelayHoldings, since: Timestamp) -> Served {
    stored::serve_since(&COMPELLED_LOGGING, case, holdings, since)
}

//! Retention. An operator is ordered to keep what it sees about everybody for a number of days.

use pillarbox_relay::{Keeping, LogRule, Logged};
use pillarbox_wire::Duration;

use super::case::Case;
use super::definition::{Demand, ViewKind, When};
use super::stored;
use crate::item::Reach;
use crate::served::Served;
use crate::view::RelayHoldings;

/// The demand that this module describes.
pub const RETENTION: Demand = Demand {
    name: "retention",
    title: "a retention notice",
    plain: "what everybody does, kept for a time because the operator is told to",
    reaches: &[Reach::Subscriber, Reach::Records],
    view: ViewKind::RelayHoldings,
    when: When::Both,
};

/// The longest time that a notice may ask for: twelve months (Investigatory Powers Act 2016, section 87).
pub const LONGEST: Duration = Duration::from_days(365);

/// Returns the rules of an operator under a notice for `keep`, which is at most [`LONGEST`].
#[must_use]
pub fn told(keeping: &Keeping, keep: Duration) -> Keeping {
    let keep = keep.min(LONGEST);
    let rules = Logged::ALL.map(|what| LogRule { what, keep, address: true, only: Vec::new() });
    Keeping { log: keeping.log.iter().cloned().chain(rules).collect(), ..keeping.clone() }
}

/// Serves a demand for records on what was retained.
#[must_use]
pub fn serve(case: &Case<'_>, holdings: &RelayHoldings) -> Served {
    stored::serve(&RETENTION, case, holdings)
}

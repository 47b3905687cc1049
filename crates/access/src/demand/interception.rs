//! Interception of content in transit: the traffic that passes the operator from the order on. Every key that the
//! operator has is tried on it.

use super::case::Case;
use super::definition::{Demand, EVERYTHING, ViewKind, When};
use super::stored;
use crate::served::Served;
use crate::view::{OperatorTap, RelayHoldings};

/// The demand that this module describes.
pub const INTERCEPTION: Demand = Demand {
    name: "interception",
    title: "an interception warrant",
    plain: "what is said from now on, as it passes the operator",
    reaches: EVERYTHING,
    view: ViewKind::OperatorTap,
    when: When::FromNowOn,
};

/// Serves the warrant. The tap yields the traffic, and the operator's rows yield the names and the keys. A backup
/// that a phone stores is at rest and not in transit, so it belongs to another demand.
#[must_use]
pub fn serve(case: &Case<'_>, tap: &OperatorTap, holdings: &RelayHoldings) -> Served {
    stored::over(&INTERCEPTION, case, holdings, &stored::AnswerSource::Tap { tap, backups: false })
}

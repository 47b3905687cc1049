//! Interception of content in transit: what passes the operator from the order on, tried with every key that the operator has.

use super::case::Case;
use super::definition::{Demand, EVERYTHING, View, When};
use super::stored;
use crate::served::Served;
use crate::view::{OperatorTap, RelayHoldings};

/// See the module.
pub const INTERCEPTION: Demand = Demand {
    name: "interception",
    title: "an interception warrant",
    plain: "what is said from now on, as it passes the operator",
    reaches: EVERYTHING,
    view: View::OperatorTap,
    when: When::FromNowOn,
};

/// Serves it: the tap gives what passed, the operator's rows give the names and the keys. A backup that a phone leaves is stored, and no
/// message in transit: it is another demand's.
#[must_use]
pub fn serve(case: &Case<'_>, tap: &OperatorTap, holdings: &RelayHoldings) -> Served {
    stored::over(&INTERCEPTION, case, holdings, &stored::Seen::Tap { tap, backups: false })
}

//! A warrant for a backup, served on whoever it lies with: the messenger's operator or another one.

use super::{Case, Demand, EVERYTHING, Power, View, When, stored};
use crate::served::Served;
use crate::view::RelayHoldings;

/// See the module.
pub const BACKUP_WARRANT: Demand = Demand {
    name: "backup-warrant",
    plain: "the backup of the phone, and what opens it, from whoever it lies with",
    uk: Power::checked(
        "targeted interception warrant, stored communications",
        "Investigatory Powers Act 2016, Part 2 (sections 4 and 15)",
    ),
    us: Power::checked("search warrant", "18 U.S.C. 2703(a) and (b)"),
    reaches: EVERYTHING,
    view: View::BackupStore,
    when: When::Past,
};

/// Serves it on the operator that has the backup. `case` says which one that is and names the owner's account there.
#[must_use]
pub fn serve(case: &Case<'_>, store: &RelayHoldings) -> Served {
    stored::serve(&BACKUP_WARRANT, case, store)
}

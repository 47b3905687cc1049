//! A warrant for a backup, served on whoever it lies with: the messenger's operator or another one.

use super::{Case, Demand, EVERYTHING, View, When, stored};
use crate::item::Item;
use crate::served::Served;
use crate::view::RelayHoldings;

/// See the module.
pub const BACKUP_WARRANT: Demand = Demand {
    name: "backup-warrant",
    title: "a backup warrant",
    plain: "the backup of the phone, and what opens it, from whoever it lies with",
    reaches: EVERYTHING,
    view: View::BackupStore,
    when: When::Past,
};

/// The items that such a warrant names. What else lies there belongs to the other demands.
pub const BACKUP: [Item; 2] = [Item::DeviceBackup, Item::BackupKeys];

/// Serves it on the operator that has the backup: the backup, its key, and the texts that the two give. `case` says which operator
/// that is and names the owner's account there.
#[must_use]
pub fn serve(case: &Case<'_>, store: &RelayHoldings) -> Served {
    stored::serve_backup(&BACKUP_WARRANT, case, store)
}

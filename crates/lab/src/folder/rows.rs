//! The answer from a relay's rows.

use pillarbox_access::demand::{Case, Demand, DemandTarget, ViewKind, backup_warrant, stored};
use pillarbox_access::design::Operator;
use pillarbox_access::{Item, Reach, RelayHoldings, Served};

/// Returns the answer of an operator that withholds nothing and is asked for everything that the demand reaches. It
/// answers the controls too.
pub(crate) fn read(demand: &'static Demand, about: &DemandTarget, holdings: &RelayHoldings) -> Served {
    let operator = Operator::default();
    // A record that is returned only to a demand that names it is still a record, and this demand names it.
    let is_named = |item: &Item| item.reach() == Reach::Named && demand.reaches.contains(&Reach::Records);
    let names: Vec<Item> = Item::ALL.iter().copied().filter(is_named).collect();
    let case = Case { names: &names, ..Case::new(about, &operator) };
    match demand.view {
        ViewKind::BackupStore => backup_warrant::serve(&case, holdings),
        _ => stored::serve(demand, &case, holdings),
    }
}

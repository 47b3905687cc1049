//! A warrant for a backup, served on its keeper: the messenger's operator or another one.

use super::case::Case;
use super::definition::{Demand, EVERYTHING, ViewKind, When};
use super::stored;
use crate::facts::Facts;
use crate::item::{Item, ItemReading};
use crate::returned::ItemAnswer;
use crate::served::Served;
use crate::view::RelayHoldings;

/// The demand that this module describes.
pub const BACKUP_WARRANT: Demand = Demand {
    name: "backup-warrant",
    title: "a backup warrant",
    plain: "the backup of the phone, and what opens it, from whoever it lies with",
    reaches: EVERYTHING,
    view: ViewKind::BackupStore,
    when: When::Past,
};

/// The items that a backup warrant names. Everything else at that operator belongs to the other demands.
pub const BACKUP: [Item; 2] = [Item::DeviceBackup, Item::BackupKeys];

/// Serves the warrant on the operator that has the backup: the backup, its key, and the texts that the two yield.
/// `case` says which operator that is, and names the owner's account there. A message that waits or is kept there
/// yields no text.
#[must_use]
pub fn serve(case: &Case<'_>, store: &RelayHoldings) -> Served {
    let mut served = stored::serve(&BACKUP_WARRANT, case, store);
    let texts = match (served.answer(Item::DeviceBackup), case.account(store)) {
        (Some(ItemAnswer::Returned { .. }), Some(account)) => Item::read_backup(store, account),
        (backup, _) => ItemReading {
            // Without the backup there are no texts either.
            answer: backup.cloned().unwrap_or(ItemAnswer::NotCovered),
            facts: Facts::default(),
            exhibits: Vec::new(),
        },
    };
    served.lines.retain(|line| BACKUP.contains(&line.item) || line.item == Item::MessageContent);
    for line in served.lines.iter_mut().filter(|line| line.item == Item::MessageContent) {
        line.answer = texts.answer.clone();
        line.exhibits.clone_from(&texts.exhibits);
    }
    served.facts = texts.facts;
    served
}

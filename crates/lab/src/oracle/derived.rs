//! Consequences that must follow if the returns are real: a backup opens with the key that is stored beside it and
//! not otherwise, and a batch of a pen register contains pairs and nothing else.

use std::collections::BTreeSet;

use pillarbox_access::Item;
use pillarbox_access::design::Design;
use pillarbox_access::oracle::{Asked, AskedParty, Observed as _, Process};
use pillarbox_client::{BackupKey, Protection};
use serde::Serialize;

use super::run::OracleRun;
use crate::scenario::Act;

/// A consequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Derived {
    /// The design.
    pub design: String,
    /// The consequence, in words.
    pub says: &'static str,
    /// True if it holds.
    pub holds: bool,
}

/// The fields of a pair in a batch.
const PAIR: [&str; 3] = ["at", "from", "to"];

/// Checks all consequences for one design.
pub(super) fn of(design: &Design, run: &OracleRun) -> Vec<Derived> {
    let mut derived = Vec::new();
    let mut add = |says, holds| derived.push(Derived { design: design.name.clone(), says, holds });
    if let Some((key, of)) = backup(design) {
        let asked = Asked { of, ..Asked::plainly(Process::SearchWarrant) };
        let items = run.returned(&asked).items;
        let has = |item| items.contains(&item);
        let held = has(Item::DeviceBackup);
        match key {
            BackupKey::Provider => {
                add("the backup and its key come back", held && has(Item::BackupKeys));
                add("the two together give what the messages say", has(Item::MessageContent));
            }
            BackupKey::None => {
                add("the backup comes back and opens without a key", held && has(Item::MessageContent))
            }
            BackupKey::Owner => {
                add("the backup comes back and its key does not", held && !has(Item::BackupKeys));
                add("without it the backup does not open", held && !has(Item::MessageContent));
            }
        }
    }
    if design.operator.pen_register.is_some() {
        let batches = run.pen_register().batches;
        let fields: BTreeSet<String> = batches
            .iter()
            .flat_map(|batch| &batch.messages)
            .filter(|message| message.from.is_some() && message.to.is_some())
            .filter_map(|pair| serde_json::to_value(pair).ok()?.as_object().cloned())
            .flat_map(|pair| pair.keys().cloned().collect::<Vec<_>>())
            .collect();
        let pairs = fields.iter().map(String::as_str).eq(PAIR);
        let written = serde_json::to_string(&batches).unwrap_or_default();
        let said = run.scenario().events.iter().filter_map(|event| match &event.act {
            Act::Says { text, .. } => Some(text),
            _ => None,
        });
        let says_nothing = said.into_iter().all(|text| !written.contains(text.as_str()));
        add(
            "a batch of the pen register holds pairs and their times, and nothing else",
            pairs && says_nothing,
        );
    }
    derived
}

/// Returns the key that opens the design's backups, and their holder. If the operator can read the messages
/// themselves, a backup reveals nothing more.
fn backup(design: &Design) -> Option<(BackupKey, AskedParty)> {
    if let Some(cloud) = &design.cloud {
        return Some((cloud.habits.backup?, AskedParty::Cloud));
    }
    let readable = design.phone.protection == Protection::ServerReadable;
    let key = design.phone.habits.backup.filter(|_| !readable)?;
    Some((key, AskedParty::Operator))
}

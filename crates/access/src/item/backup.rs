//! Backups that lie at an operator: their parts, their key, and what comes of putting the two together.

use pillarbox_relay::store::DepositRow;
use pillarbox_wire::DepositKind;

use super::profile::exhibits;
use super::read::{Reply, Rows};
use crate::evidence::Exhibit;
use crate::facts::Facts;
use crate::returned::Blank;

pub(super) fn parts(rows: &Rows<'_>) -> Reply {
    let parts: Vec<&DepositRow> = rows.left(DepositKind::BackupPart).collect();
    let bytes: usize = parts.iter().map(|part| part.value.len()).sum();
    let line = (!parts.is_empty()).then(|| format!("{} parts, {bytes} bytes", parts.len()));
    Reply::of(line.into_iter().collect(), exhibits(&parts), none(rows, DepositKind::BackupPart))
}

pub(super) fn keys(rows: &Rows<'_>) -> Reply {
    let keys: Vec<&DepositRow> = rows.left(DepositKind::BackupKey).collect();
    let lines = keys.iter().map(|key| format!("a key of {} bytes", key.value.len())).collect();
    Reply::of(lines, exhibits(&keys), none(rows, DepositKind::BackupKey))
}

fn none(rows: &Rows<'_>, kind: DepositKind) -> Blank {
    if rows.left(DepositKind::BackupPart).next().is_some() {
        Blank::NoneLeft { kind }
    } else {
        rows.no_deposit(kind)
    }
}

/// What a backup says.
#[derive(Debug, Default)]
pub(super) struct Opened {
    pub(super) lines: Vec<String>,
    pub(super) facts: Facts,
    pub(super) exhibits: Vec<Exhibit>,
    /// Backups that are here and do not open.
    pub(super) unreadable: u64,
}

/// Tries to open the backup as its owner's phone would, with each key that the operator has.
pub(super) fn content(rows: &Rows<'_>) -> Opened {
    let parts: Vec<&DepositRow> = rows.left(DepositKind::BackupPart).collect();
    if parts.is_empty() {
        return Opened::default();
    }
    Opened { exhibits: exhibits(&parts), unreadable: 1, ..Opened::default() }
}

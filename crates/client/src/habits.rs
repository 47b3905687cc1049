//! Habits: what a phone does beside carrying texts, as data. A design's phones act on these values, and nothing asks for a
//! design's name.

use pillarbox_wire::{DepositKind, Encoded};
use serde::{Deserialize, Serialize};

/// When a phone tells a sender that a text has arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Receipts {
    /// As soon as the text is kept.
    #[default]
    AtOnce,
    /// So many seconds after the first text that waits for one, together for all that have come by then.
    After(u32),
    /// Not at all.
    Never,
}

/// Who holds the key of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupKey {
    /// Nobody: the backup is readable as it lies.
    None,
    /// Whoever holds the backup: the phone leaves the key beside it.
    Provider,
    /// The owner alone.
    Owner,
}

/// What a phone does beside carrying texts. [`Default`] is what the shipped program does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Habits {
    /// Whether it seals the sender where it can.
    pub sealed_sender: bool,
    /// When it sends receipts.
    pub receipts: Receipts,
    /// Which facts about its owner it leaves at the relay, if the owner gave them. A phone that makes backups leaves
    /// those too.
    pub deposits: Vec<DepositKind>,
    /// Whether it encrypts a group's roster to the members before it leaves it.
    pub sealed_rosters: bool,
    /// Whether it makes backups, and who holds their key.
    pub backup: Option<BackupKey>,
    /// Whether it keeps what the owner needs to report a message.
    pub reports: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            sealed_sender: true,
            receipts: Receipts::AtOnce,
            deposits: Vec::new(),
            sealed_rosters: false,
            backup: None,
            reports: false,
        }
    }
}

impl Habits {
    /// Whether the phone leaves such facts at the relay.
    #[must_use]
    pub fn leaves(&self, kind: DepositKind) -> bool {
        let backup = matches!(kind, DepositKind::BackupPart | DepositKind::BackupKey);
        self.deposits.contains(&kind) || (backup && self.backup.is_some())
    }
}

impl Encoded for Habits {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 512;
}

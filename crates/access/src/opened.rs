//! The messages and backups of an operator that it can read, whomever they are about.

use crate::item::Item;
use crate::reading::{Keys, read_with};
use crate::returned::Answer;
use crate::view::RelayHoldings;

/// Messages and backups stored at an operator, and those that open with its keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenedCounts {
    /// Messages in its rows, receipts included.
    pub messages: u64,
    /// Messages that it can read.
    pub read: u64,
    /// Messages among those that a person wrote.
    pub texts: u64,
    /// Backups in its rows.
    pub backups: u64,
    /// Backups that open.
    pub backups_open: u64,
    /// Texts in the backups that open.
    pub backed_up: u64,
}

impl OpenedCounts {
    /// Tries each message with every private key of the operator, and each backup as its owner's phone would open it.
    #[must_use]
    pub fn of(holdings: &RelayHoldings) -> Self {
        let mut opened = Self::default();
        let keys = Keys::for_recipient(holdings, None, 0);
        for row in &holdings.rows().messages {
            let attempts = read_with(row.payload.as_slice(), &keys);
            opened.messages += 1;
            opened.read += u64::from(attempts.readable.is_some());
            opened.texts += u64::from(attempts.reads_a_text());
        }
        for account in &holdings.rows().accounts {
            if !matches!(Item::DeviceBackup.read(holdings, account).answer, Answer::Returned { .. }) {
                continue;
            }
            let backup = Item::read_backup(holdings, account);
            opened.backups += 1;
            opened.backups_open += u64::from(!matches!(backup.answer, Answer::HeldUnreadable { .. }));
            opened.backed_up += u64::try_from(backup.facts.said.len()).unwrap_or(u64::MAX);
        }
        opened
    }
}

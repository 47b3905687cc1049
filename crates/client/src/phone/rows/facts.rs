//! Facts about the owner as rows, with the relay's knowledge of each.

use pillarbox_wire::limits::{MAX_DEPOSIT_SUBJECT_LEN, MAX_PAYLOAD_LEN};
use pillarbox_wire::{Bytes, Deposit, DepositKind, Encoded};
use serde::{Deserialize, Serialize};

use crate::phone::error::PhoneError;
use crate::vault::{Rows, StorageError, Table};

/// A fact, and whether the relay has it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Fact {
    /// A value of `None` withdraws the fact.
    pub(crate) deposit: Deposit,
    pub(crate) left: bool,
}

impl Encoded for Fact {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_PAYLOAD_LEN + MAX_DEPOSIT_SUBJECT_LEN + 64;
}

impl Fact {
    /// Builds a fact to be deposited as `kind`; a `value` of `None` withdraws it.
    ///
    /// # Errors
    /// [`PhoneError::FactTooLong`].
    pub(crate) fn new(kind: DepositKind, subject: &[u8], value: Option<Vec<u8>>) -> Result<Self, PhoneError> {
        let fits = value.as_ref().is_none_or(|value| value.len() <= MAX_PAYLOAD_LEN);
        if subject.len() > MAX_DEPOSIT_SUBJECT_LEN || !fits {
            return Err(PhoneError::FactTooLong);
        }
        let deposit = Deposit { kind, subject: Bytes(subject.to_vec()), value: value.map(Bytes) };
        Ok(Self { deposit, left: false })
    }

    /// Builds the record of a part or key of a backup that the relay stores already. The phone keeps no second
    /// copy.
    pub(crate) fn found(kind: DepositKind, subject: &[u8]) -> Self {
        let deposit = Deposit { kind, subject: Bytes(subject.to_vec()), value: Some(Bytes(Vec::new())) };
        Self { deposit, left: true }
    }

    /// Returns true if the fact withdraws a part or the key of a backup. That is sent to the relay even after the
    /// owner has turned backups off.
    pub(crate) const fn ends_backups(&self) -> bool {
        matches!(self.deposit.kind, DepositKind::BackupPart | DepositKind::BackupKey)
            && self.deposit.value.is_none()
    }

    /// Stores the fact to be deposited. If the same fact is stored already, nothing changes.
    pub(crate) fn keep(&self, rows: &mut Rows<'_>) -> Result<(), StorageError> {
        let key = key(&self.deposit);
        let kept: Option<Self> = rows.load(Table::Facts, &key)?;
        match kept {
            None if self.deposit.value.is_none() => Ok(()),
            Some(kept) if kept.deposit == self.deposit => Ok(()),
            _ => rows.store(Table::Facts, &key, self),
        }
    }
}

/// Withdraws everything of a kind, except facts stored after this call.
pub(crate) fn take_back(rows: &mut Rows<'_>, kind: DepositKind) -> Result<(), StorageError> {
    for mut fact in rows.load_all::<Fact>(Table::Facts)? {
        if fact.deposit.kind == kind && fact.deposit.value.is_some() {
            fact = Fact { deposit: Deposit { value: None, ..fact.deposit }, left: false };
            rows.store(Table::Facts, &key(&fact.deposit), &fact)?;
        }
    }
    Ok(())
}

pub(crate) fn key(deposit: &Deposit) -> Vec<u8> {
    [&[deposit.kind as u8], deposit.subject.as_slice()].concat()
}

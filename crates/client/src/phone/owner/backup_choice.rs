//! The owner's choice about backups: on, fresh, back again, and off.

use pillarbox_crypto::SecretBytes;
use pillarbox_wire::{ClientFrame, DepositKind, Refusal, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::owner::backup_copies::contents;
use crate::phone::rows::facts::{self, Fact};
use crate::phone::rows::records::{BACKED_UP, BACKUP_KEY, BACKUP_KEY_SHOWN, store_account};
use crate::phone::state::link::Link;
use crate::phone::state::links::Question;
use crate::phone::state::recall::{Recall, RecalledBackup};
use crate::records::account::Account;
use crate::records::backup;
use crate::records::habits::{BackupKey, Habits};
use crate::vault::{StorageError, Table};

impl Phone {
    /// Turns backups on and deposits one. A change of the holder draws a new key, so that a key which was stored at
    /// the relay never opens a backup whose key is the owner's.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn turn_on_backups(
        &mut self,
        held_by: BackupKey,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        if self.account.habits.backup != Some(held_by) {
            self.choose_backups(Some(held_by), rng)?;
        }
        self.refresh(now, rng)
    }

    /// Deposits a fresh backup if the owner wants backups and its content has changed. Returns true if so.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn refresh_backup(&mut self, now: Timestamp, rng: &mut impl CryptoRng) -> Result<bool, PhoneError> {
        if self.account.habits.backup.is_none() {
            return Ok(false);
        }
        let last = self.vault.read(|rows| rows.get(Table::Account, BACKED_UP))?;
        if last.is_some_and(|last| self.backup_digest().is_ok_and(|digest| last.as_slice() == digest)) {
            return Ok(false);
        }
        self.refresh(now, rng)?;
        Ok(true)
    }

    /// Turns backups off, forgets their key, and deletes everything that this phone knows to be stored at the
    /// relay. [`found_backup`](Self::found_backup) reports more to it.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn turn_off_backups(&mut self, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        self.choose_backups(None, rng)?;
        self.vault.transact(rng, |rows| {
            facts::take_back(rows, DepositKind::BackupPart)?;
            facts::take_back(rows, DepositKind::BackupKey)
        })?;
        self.facts_changed(DepositKind::BackupPart);
        self.facts_changed(DepositKind::BackupKey);
        Ok(())
    }

    /// Returns true if a part or the key of a backup has not reached the relay yet, or has not been deleted there
    /// yet.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn backup_waits(&self) -> Result<bool, PhoneError> {
        let facts = self.vault.read(|rows| rows.load_all::<Fact>(Table::Facts))?;
        Ok(facts.iter().any(|fact| !fact.left && is_backup(fact)))
    }

    /// Returns true if this phone knows of a backup at the relay: it deposited it, or has restored it.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn knows_backup(&self) -> Result<bool, PhoneError> {
        let facts = self.vault.read(|rows| rows.load_all::<Fact>(Table::Facts))?;
        Ok(facts.iter().any(|fact| fact.deposit.value.is_some() && is_backup(fact)))
    }

    /// Returns the number of texts that a backup made now would hold.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn texts_to_back_up(&self) -> Result<usize, PhoneError> {
        Ok(self.vault.read(|rows| contents(rows, Timestamp(0)))?.texts.len())
    }

    /// Returns true if the owner has been shown the key of the backups.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn backup_key_was_shown(&self) -> Result<bool, PhoneError> {
        Ok(self.vault.read(|rows| rows.has(Table::Account, BACKUP_KEY_SHOWN))?)
    }

    /// Records that the owner has been shown the key of the backups.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn mark_backup_key_shown(&mut self, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        Ok(self.vault.transact(rng, |rows| rows.put(Table::Account, BACKUP_KEY_SHOWN, &[]))?)
    }

    /// Asks the relay for the backup of this account as soon as it is connected.
    /// [`recalled_backup`](Self::recalled_backup) returns it once this phone is settled.
    pub fn recall_backup(&mut self) {
        self.recall = Recall::Parts(RecalledBackup::default());
    }

    /// Returns the relay's answer to [`recall_backup`](Self::recall_backup), once.
    pub fn recalled_backup(&mut self) -> Option<Result<RecalledBackup, Refusal>> {
        self.recall.take()
    }

    /// Records that the relay has a backup that this phone did not deposit, so that a later one replaces it and
    /// [`turn_off_backups`](Self::turn_off_backups) deletes it.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn found_backup(
        &mut self,
        recalled: &RecalledBackup,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let parts = (0u32..).zip(&recalled.parts);
        let mut found: Vec<Fact> =
            parts.map(|(number, _)| Fact::found(DepositKind::BackupPart, &number.to_be_bytes())).collect();
        found.extend(recalled.key.as_ref().map(|_| Fact::found(DepositKind::BackupKey, b"")));
        Ok(self.vault.transact(rng, |rows| {
            for fact in found {
                let key = facts::key(&fact.deposit);
                if !rows.has(Table::Facts, &key)? {
                    rows.store(Table::Facts, &key, &fact)?;
                }
            }
            Ok::<_, StorageError>(())
        })?)
    }

    /// Adds the next question about the backup at the relay. Only one is open at a time.
    pub(crate) fn tend_recall(&mut self, frames: &mut Vec<ClientFrame>) {
        let Some((kind, subject)) = self.recall.next() else { return };
        let Some(connection) = self.links.get_mut(Link::Named) else { return };
        if !connection.is_asking(|question| matches!(question, Question::Recall)) {
            let request = connection.ask(Question::Recall);
            frames.push(ClientFrame::Recall(pillarbox_wire::Recall { request, kind, subject }));
        }
    }

    fn choose_backups(
        &mut self,
        held_by: Option<BackupKey>,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let habits = Habits { backup: held_by, ..self.account.habits.clone() };
        let account = Account { habits, ..self.account.clone() };
        let key = SecretBytes::<32>::generate(rng);
        self.vault.transact(rng, |rows| {
            rows.remove(Table::Account, BACKED_UP)?;
            rows.remove(Table::Account, BACKUP_KEY_SHOWN)?;
            match held_by {
                Some(_) => rows.put(Table::Account, BACKUP_KEY, key.as_bytes())?,
                None => rows.remove(Table::Account, BACKUP_KEY)?,
            }
            store_account(rows, &account)
        })?;
        self.account = account;
        Ok(())
    }

    fn refresh(&mut self, now: Timestamp, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let digest = self.backup_digest()?;
        self.leave_backup(now, rng)?;
        Ok(self.vault.transact(rng, |rows| rows.put(Table::Account, BACKED_UP, &digest))?)
    }

    fn backup_digest(&self) -> Result<[u8; 32], StorageError> {
        let contents = self.vault.read(|rows| contents(rows, Timestamp(0)))?;
        backup::digest(contents).map_err(|_| StorageError::Damaged)
    }
}

fn is_backup(fact: &Fact) -> bool {
    matches!(fact.deposit.kind, DepositKind::BackupPart | DepositKind::BackupKey)
}

//! Making backups of the vault, and restoring them.

use pillarbox_crypto::SecretBytes;
use pillarbox_wire::{AccountId, DepositKind, FixedBytes, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::entries::{self, Draft};
use crate::phone::rows::facts::{self, Fact};
use crate::phone::rows::groups::{all_groups, find_group, store_group};
use crate::phone::rows::names;
use crate::phone::rows::records::{BACKUP_KEY, EntryLocation, message_key, place_key, secret, store_contact};
use crate::records::backup::{self, Backup, BackupContents, SavedContact, SavedText};
use crate::records::contact::{ContactOrigin, ContactRecord};
use crate::records::group::{GroupRecord, GroupSent};
use crate::records::habits::BackupKey;
use crate::records::history::{DeliveryState, EntryDirection, EntryKind, HistoryEntry};
use crate::vault::{Rows, StorageError, Table, View};

impl Phone {
    /// Makes a backup and deposits it at this phone's own relay, replacing the last one.
    ///
    /// # Errors
    /// As for [`export_backup`](Self::export_backup).
    pub fn leave_backup(&mut self, now: Timestamp, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let backup = self.export_backup(now, rng)?;
        self.deposit_parts(&backup, rng)
    }

    /// Makes a backup for the owner to keep anywhere.
    ///
    /// # Errors
    /// [`PhoneError::NoBackups`] unless it is this phone's habit, [`PhoneError::Storage`].
    pub fn export_backup(&mut self, now: Timestamp, rng: &mut impl CryptoRng) -> Result<Backup, PhoneError> {
        let held_by = self.account.habits.backup.ok_or(PhoneError::NoBackups)?;
        let contents = self.vault.read(|rows| contents(rows, now))?;
        let key = match held_by {
            BackupKey::None => None,
            BackupKey::Provider | BackupKey::Owner => Some(self.make_backup_key(rng)?),
        };
        Ok(Backup::make(contents, held_by, key, rng).map_err(|_| StorageError::Damaged)?)
    }

    /// Deposits a backup, of this phone or another, at this phone's relay, replacing the last one. Its key goes with it
    /// if the relay's operator should hold it.
    ///
    /// # Errors
    /// [`PhoneError::NoBackups`] unless this phone's habits include backups, [`PhoneError::Storage`].
    pub fn deposit_parts(&mut self, backup: &Backup, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        if !self.account.habits.leaves(DepositKind::BackupPart) {
            return Err(PhoneError::NoBackups);
        }
        let mut kept = Vec::with_capacity(backup.parts.len());
        for (number, part) in (0u32..).zip(&backup.parts) {
            kept.push(Fact::new(DepositKind::BackupPart, &number.to_be_bytes(), Some(part.clone()))?);
        }
        let key = backup.key.as_ref().filter(|_| backup.held_by == BackupKey::Provider);
        kept.push(Fact::new(DepositKind::BackupKey, b"", key.map(|key| key.as_bytes().to_vec()))?);
        self.vault.transact(rng, |rows| {
            facts::take_back(rows, DepositKind::BackupPart)?;
            kept.iter().try_for_each(|fact| fact.keep(rows))?;
            Ok::<_, PhoneError>(())
        })?;
        self.facts_changed(DepositKind::BackupPart);
        self.facts_changed(DepositKind::BackupKey);
        Ok(())
    }

    /// Returns the key of this phone's backups; `None` before the first backup, and for backups without a key.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn backup_key(&self) -> Result<Option<SecretBytes<32>>, PhoneError> {
        let row = self.vault.read(|rows| rows.get(Table::Account, BACKUP_KEY))?;
        Ok(row.map(|row| secret(&row)).transpose()?)
    }

    /// Adds a backup to this phone's history and returns the number of new texts. Existing entries are unchanged.
    /// Contacts return unverified; groups return for reading only, and their members do not learn of this phone.
    ///
    /// # Errors
    /// [`PhoneError::Backup`] if the backup does not open, in which case nothing is changed; [`PhoneError::Storage`].
    pub fn restore_backup(
        &mut self,
        parts: &[Vec<u8>],
        key: Option<&SecretBytes<32>>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<usize, PhoneError> {
        let BackupContents { made_at: _, contacts, groups, texts } = backup::open(parts, key)?;
        let own = self.account.address.map(|address| address.account);
        self.vault.transact(rng, |rows| {
            for contact in contacts.into_iter().filter(|contact| Some(contact.account) != own) {
                add_contact(rows, contact, now)?;
            }
            for group in groups {
                if !rows.has(Table::Groups, group.id.0.as_bytes())? {
                    let mut key = [0; 32];
                    rows.rng.fill_bytes(&mut key);
                    let mut record = GroupRecord::new(group.id, group.name, FixedBytes(key));
                    for member in group.members {
                        record.add(member);
                    }
                    store_group(rows, &record)?;
                }
            }
            let mut brought = 0;
            for text in texts {
                brought += usize::from(add_text(rows, text)?);
            }
            Ok(brought)
        })
    }

    fn make_backup_key(&mut self, rng: &mut impl CryptoRng) -> Result<SecretBytes<32>, PhoneError> {
        if let Some(row) = self.vault.read(|rows| rows.get(Table::Account, BACKUP_KEY))? {
            return Ok(secret(&row)?);
        }
        let key = SecretBytes::generate(rng);
        self.vault.transact(rng, |rows| rows.put(Table::Account, BACKUP_KEY, key.as_bytes()))?;
        Ok(key)
    }
}

pub(crate) fn contents(rows: &View<'_>, made_at: Timestamp) -> Result<BackupContents, StorageError> {
    let mut contents = BackupContents { made_at, ..BackupContents::default() };
    let mut contacts = rows.load_all::<ContactRecord>(Table::Contacts)?;
    contacts.sort_by_key(|contact| contact.account);
    let mut records = all_groups(rows)?;
    records.sort_by_key(|record| record.id);
    for contact in contacts {
        for place in 0..contact.next_place {
            let entry = entries::at(rows, contact.account, place)?;
            let saved = entry.and_then(|entry| saved(entry, Some(contact.account)));
            contents.texts.extend(saved);
        }
        let ContactRecord { account, name, handle, identity, .. } = contact;
        contents.contacts.push(SavedContact { account, name, handle, identity });
    }
    for record in records {
        for place in 0..record.next_place {
            let entry = entries::at(rows, GroupRecord::shelf(record.id), place)?;
            contents.texts.extend(entry.and_then(|entry| saved(entry, None)));
        }
        contents.groups.push(record.view());
    }
    // The sort is stable, so entries of one moment stay in the order of their conversation.
    contents.texts.sort_by_key(|text| text.stored_at);
    Ok(contents)
}

/// Returns the part of an entry that is backed up: texts without a timer that have left the phone.
fn saved(entry: HistoryEntry, contact: Option<AccountId>) -> Option<SavedText> {
    let HistoryEntry { id, direction, kind, sent_at, stored_at, expires_after, group, .. } = entry;
    let stays = expires_after.is_none() && direction != EntryDirection::Sent(DeliveryState::Queued);
    match kind {
        EntryKind::Text(text) if stays => {
            Some(SavedText { id, sent_at, stored_at, contact, group, direction, text })
        }
        EntryKind::Text(_) | EntryKind::Timer(_) | EntryKind::Picture(_) => None,
    }
}

fn add_contact(rows: &mut Rows<'_>, saved: SavedContact, now: Timestamp) -> Result<(), StorageError> {
    let SavedContact { account, name, handle, identity } = saved;
    if rows.has(Table::Contacts, &account.0)? {
        return Ok(());
    }
    let name = names::some_name(rows, account, &name)?;
    let mut record = ContactRecord::new(account, name, ContactOrigin::Backup, now);
    record.handle = handle;
    record.identity = identity.filter(|identity| crate::contact::read_identity(identity).is_ok());
    store_contact(rows, &record)
}

/// Adds a text that is not here yet. Returns true if it was added.
fn add_text(rows: &mut Rows<'_>, saved: SavedText) -> Result<bool, StorageError> {
    let SavedText { id, sent_at, stored_at, contact, group, direction, text } = saved;
    let draft = Draft { id, kind: EntryKind::Text(text), sent_at, expires_after: None, group };
    let (shelf, place) = match (contact, group) {
        (Some(contact), _) => {
            let record: Option<ContactRecord> = rows.load(Table::Contacts, &contact.0)?;
            let Some(mut record) = record else {
                return Ok(false);
            };
            if entries::find(rows, contact, id)?.is_some() {
                return Ok(false);
            }
            let place = record.next_place;
            record.next_place += 1;
            store_contact(rows, &record)?;
            let location = EntryLocation { place, order: None };
            rows.store(Table::Messages, &message_key(contact, id), &location)?;
            (contact, place)
        }
        (None, Some(group)) => {
            let (Some(mut record), false) =
                (find_group(rows, group)?, rows.has(Table::GroupTexts, id.0.as_bytes())?)
            else {
                return Ok(false);
            };
            let place = record.next_place;
            record.next_place += 1;
            store_group(rows, &record)?;
            let sent = GroupSent { group, place, copies: Vec::new() };
            rows.store(Table::GroupTexts, id.0.as_bytes(), &sent)?;
            (GroupRecord::shelf(group), place)
        }
        (None, None) => return Ok(false),
    };
    let entry = HistoryEntry { shown: true, ..entries::written(draft, place, direction, stored_at) };
    rows.store(Table::Entries, &place_key(shelf, place), &entry)?;
    Ok(true)
}

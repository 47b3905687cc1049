//! Removal of data by hand, for the operator of a relay that does not run.
//!
//! The operator deals with a full disk, or with an account that fills it. This module opens the data directory as a
//! relay would, holds its lock meanwhile, and removes one account or the messages that wait in one mailbox, in
//! transactions of a bounded size. It works on a full disk, through the room that is reserved for removals. It does
//! not know what the messages contain.

use std::fs::TryLockError;
use std::io;
use std::path::Path;

use pillarbox_system::private;
use pillarbox_wire::{AccountId, ChannelName, DepositKind, Handle, MessageId};

use crate::memory::groups::Groups;
use crate::server::clock;
use crate::server::trouble::in_words;
use crate::store::lock;
use crate::store::{
    AccountRow, Changes, Closing, DATABASE_FILE, DeviceNumber, SqliteStore, Store, StoreContents, StoreError,
};

/// The number of messages in one transaction: 2.5 MiB of the longest messages, which pass through the log.
const AT_ONCE: usize = 64;

/// Reasons that a data directory cannot be changed now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfflineError {
    /// A relay runs on the directory.
    #[error(
        "a relay is running on this directory, and nothing was removed. Stop it first, then type this again"
    )]
    InUse,
    /// Other users may write files into the directory.
    #[error("{0}. Nothing was removed")]
    Exposed(String),
    /// The directory has no database.
    #[error("there is no relay's database in this directory")]
    NoDatabase,
    /// The system refused an operation on a file.
    #[error("this directory cannot be used: {}", in_words(*kind))]
    Io {
        /// The system's error.
        kind: io::ErrorKind,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Holdings of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountHoldings {
    /// The account.
    pub account: AccountId,
    /// Its number, if it has one.
    pub handle: Option<Handle>,
    /// Messages that wait for it.
    pub waiting: usize,
    /// Payload bytes of the messages that wait.
    pub waiting_bytes: u64,
    /// One-time prekeys of both kinds.
    pub one_time_prekeys: u32,
    /// Deposits that its phone has made here.
    pub deposits: u32,
    /// True if a backup is among the deposits.
    pub has_backup: bool,
    /// Its public channels.
    pub channels: usize,
    /// The pictures that its phone has left here.
    pub attachments: u32,
    /// Its linked devices.
    pub linked_devices: usize,
    /// The groups that it is in, of those whose members the relay manages.
    pub groups: usize,
}

/// A data directory that no relay runs on while this value lives.
#[derive(Debug)]
pub struct Offline {
    store: SqliteStore,
    contents: StoreContents,
    _lock: lock::Lock,
}

impl Offline {
    /// Opens the data directory of a relay that has stopped, with `reserve` bytes of its disk reserved afterwards.
    ///
    /// # Errors
    /// [`OfflineError`]; nothing was changed in that case.
    pub fn open(folder: &Path, reserve: u64) -> Result<Self, OfflineError> {
        let refused = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => OfflineError::NoDatabase,
            kind => OfflineError::Io { kind },
        };
        // The database is looked for first. Where there is no database, neither a lock nor a database is created.
        if std::fs::metadata(folder.join(DATABASE_FILE)).map_err(refused)?.len() == 0 {
            return Err(OfflineError::NoDatabase);
        }
        if let Some(exposure) = private::exposure(folder).map_err(refused)? {
            return Err(OfflineError::Exposed(exposure.sentence(folder)));
        }
        let lock = lock::take(folder).map_err(|error| match error {
            TryLockError::WouldBlock => OfflineError::InUse,
            TryLockError::Error(error) => refused(error),
        })?;
        let mut store = SqliteStore::open_with_reserve(folder, reserve)?;
        let contents = store.contents()?;
        Ok(Self { store, contents, _lock: lock })
    }

    /// Returns the account with this number.
    #[must_use]
    pub fn by_number(&self, handle: &Handle) -> Option<AccountId> {
        let mut accounts = self.contents.accounts.iter();
        accounts.find(|row| row.handle.as_ref() == Some(handle)).map(|row| row.account)
    }

    /// Returns the accounts whose id begins with these bytes.
    pub fn by_id<'a>(&'a self, begins: &'a [u8]) -> impl Iterator<Item = AccountId> + 'a {
        self.contents.accounts.iter().map(|row| row.account).filter(|account| account.0.starts_with(begins))
    }

    /// Counts what is stored for an account; `None` if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn holdings(&mut self, account: AccountId) -> Result<Option<AccountHoldings>, StoreError> {
        let row = self.contents.accounts.iter().find(|row| row.account == account);
        let Some(handle) = row.map(|AccountRow { handle, .. }| handle.clone()) else { return Ok(None) };
        let devices = self.devices(account);
        let (mut waiting, mut waiting_bytes, mut one_time_prekeys) = (0, 0, 0);
        self.store.waiting(&mut |mailbox, message| {
            if devices.contains(&mailbox) {
                waiting += 1;
                waiting_bytes += u64::from(message.size);
            }
        })?;
        for device in &devices {
            let stock = self.store.stock(*device)?;
            one_time_prekeys += stock.one_time + stock.one_time_kem;
        }
        let deposits = self.store.deposits(account)?.rows;
        let attachments = self.store.attachments(account)?.attachments;
        let first = 0_u32.to_be_bytes();
        let has_backup = self.store.deposit(account, DepositKind::BackupPart, &first)?.is_some();
        let of_account = self.contents.devices.iter().filter(|row| row.account == account);
        let linked_devices = of_account.filter(|row| row.device.is_linked()).count();
        let members = self.contents.group_members.iter();
        let groups = members.filter(|row| row.account == account && row.standing.is_in()).count();
        let channels = self.contents.channels.iter().filter(|channel| channel.owner == account).count();
        Ok(Some(AccountHoldings {
            account,
            handle,
            waiting,
            waiting_bytes,
            one_time_prekeys,
            deposits,
            has_backup,
            channels,
            attachments,
            linked_devices,
            groups,
        }))
    }

    /// Removes the messages that wait for an account. The account is kept, and so are messages that are kept after
    /// delivery.
    ///
    /// # Errors
    /// [`StoreError`]; some of the messages may be deleted.
    pub fn empty_mailbox(&mut self, account: AccountId) -> Result<(), StoreError> {
        let devices = self.devices(account);
        let mut waiting: Vec<MessageId> = Vec::new();
        self.store.waiting(&mut |mailbox, message| {
            if devices.contains(&mailbox) {
                waiting.push(message.message);
            }
        })?;
        for part in waiting.chunks(AT_ONCE) {
            self.apply(Changes { removed: part.to_vec(), ..Changes::default() })?;
        }
        self.store.tidy()
    }

    /// Removes an account with everything that is stored for it, as if its owner had closed it.
    ///
    /// # Errors
    /// [`StoreError`]; the account still exists, and some of its waiting messages may be deleted.
    pub fn remove_account(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.empty_mailbox(account)?;
        let groups = Groups::new(&self.contents.groups, &self.contents.group_members)?;
        let groups = groups.without(account, clock::now());
        let closing = Closing { account, devices: self.devices(account), waiting: Vec::new(), groups };
        self.apply(Changes { closed: vec![closing], ..Changes::default() })?;
        self.contents = self.store.contents()?;
        self.store.tidy()
    }

    /// Takes a channel down and deletes its posts. Its name stays taken. Returns false if there is no such channel, or
    /// if it is down already.
    ///
    /// # Errors
    /// [`StoreError`]; the channel is then unchanged.
    pub fn take_down(&mut self, channel: &ChannelName) -> Result<bool, StoreError> {
        let mut rows = self.contents.channels.iter_mut();
        let Some(row) = rows.find(|row| row.channel == *channel && row.taken_down.is_none()) else {
            return Ok(false);
        };
        let now = clock::now();
        row.taken_down = Some(now);
        self.apply(Changes { taken_down: vec![(channel.clone(), now)], ..Changes::default() })?;
        self.store.tidy()?;
        Ok(true)
    }

    fn devices(&self, account: AccountId) -> Vec<DeviceNumber> {
        let devices = self.contents.devices.iter().filter(|row| row.account == account);
        devices.map(|row| row.device_number).collect()
    }

    fn apply(&mut self, changes: Changes) -> Result<(), StoreError> {
        self.store.apply(&Changes { counters: self.contents.counters, ..changes }).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_database_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Offline::open(folder.path(), 0).unwrap_err(), OfflineError::NoDatabase);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        drop(SqliteStore::open(folder.path()).unwrap());
        let held = Offline::open(folder.path(), 0).unwrap();
        assert_eq!(Offline::open(folder.path(), 0).unwrap_err(), OfflineError::InUse);
        drop(held);
    }
}

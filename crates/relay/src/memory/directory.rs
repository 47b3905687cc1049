//! The directory of accounts, in memory: accounts by id and by number, devices by address and by key, each with its
//! mailbox.
//!
//! Rebuilt from the store when the relay opens, and changed only by what the store has committed.

use std::collections::HashMap;

use pillarbox_wire::{
    AccountId, Bytes, DepositKind, DeviceAddress, DeviceId, DeviceList, FixedBytes, Handle, Timestamp,
};

use crate::memory::connection_id::ConnectionId;
use crate::memory::mailbox::{Mailbox, QueuedMessage};
use crate::memory::names::OwnNames;
use crate::store::{AccountRow, DeviceNumber, DeviceRow, Replacement, StoreError, Trim, Upload};

/// An account and its devices.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) row: AccountRow,
    /// The first phone, and behind it the linked devices in the order in which they were linked.
    pub(crate) devices: Vec<DeviceId>,
    /// The list that the account has published of its linked devices.
    pub(crate) list: Option<DeviceList>,
    /// The tokens through which its devices are woken, ordered by the deposits' subjects.
    pub(crate) push_tokens: Vec<(Bytes, Bytes)>,
}

/// A device: its row, its mailbox, and the connection it has now.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) row: DeviceRow,
    pub(crate) mailbox: Mailbox,
    pub(crate) online: Option<ConnectionId>,
    /// True if the device is in the line of devices to be served.
    pub(crate) in_line: bool,
}

/// All accounts.
///
/// Invariants: the indexes by number and by key name exactly the existing accounts and devices.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    accounts: HashMap<AccountId, Account, OwnNames>,
    devices: HashMap<DeviceAddress, Device, OwnNames>,
    by_handle: HashMap<Handle, AccountId>,
    by_key: HashMap<FixedBytes<32>, DeviceAddress>,
}

impl Directory {
    /// Builds the directory from a store's rows. A device or a list without an account is [`StoreError::Damaged`].
    pub(crate) fn new(
        accounts: Vec<AccountRow>,
        devices: Vec<DeviceRow>,
        lists: Vec<DeviceList>,
    ) -> Result<Self, StoreError> {
        let mut directory = Self::default();
        for row in accounts {
            directory.insert_account(row);
        }
        for row in devices {
            directory.insert_device(row).ok_or(StoreError::Damaged)?;
        }
        for list in lists {
            let account = directory.accounts.get_mut(&list.account).ok_or(StoreError::Damaged)?;
            account.list = Some(list);
        }
        Ok(directory)
    }

    /// All accounts, in the order of their names.
    pub(crate) fn accounts(&self) -> Vec<&Account> {
        let mut accounts: Vec<_> = self.accounts.values().collect();
        accounts.sort_unstable_by_key(|account| account.row.account);
        accounts
    }

    /// Adds an account without devices.
    pub(crate) fn insert_account(&mut self, row: AccountRow) {
        if let Some(handle) = &row.handle {
            self.by_handle.insert(handle.clone(), row.account);
        }
        let account = row.account;
        let (devices, push_tokens) = (Vec::new(), Vec::new());
        self.accounts.insert(account, Account { row, devices, list: None, push_tokens });
    }

    /// Adds a device to its account. Returns `None` if there is no such account.
    pub(crate) fn insert_device(&mut self, row: DeviceRow) -> Option<DeviceAddress> {
        let address = row.address();
        self.accounts.get_mut(&row.account)?.devices.push(row.device);
        self.by_key.insert(row.device_key, address);
        let device = Device { row, mailbox: Mailbox::default(), online: None, in_line: false };
        self.devices.insert(address, device);
        Some(address)
    }

    /// Replaces an account's keys, and returns the connection of the former phone. The mailbox is kept.
    pub(crate) fn replace(&mut self, replacement: Replacement) -> Option<ConnectionId> {
        let Replacement { account: row, device: new, prekeys: _, unlinked: _ } = replacement;
        let address = new.address();
        let account = self.accounts.get_mut(&row.account)?;
        account.row = row;
        account.list = None;
        let former = std::mem::replace(&mut account.devices, vec![new.device]);
        let former = DeviceAddress { account: address.account, device: *former.first()? };
        let Device { row, mut mailbox, online, in_line: _ } = self.devices.remove(&former)?;
        self.by_key.remove(&row.device_key);
        self.by_key.insert(new.device_key, address);
        mailbox.rewind();
        self.devices.insert(address, Device { row: new, mailbox, online: None, in_line: false });
        online
    }

    /// Replaces an account's device list, and removes the linked devices that are not on the new one. Returns those
    /// devices.
    pub(crate) fn relist(&mut self, list: DeviceList) -> Vec<Device> {
        let account = list.account;
        let gone = self.unlisted(account, Some(&list));
        if let Some(account) = self.accounts.get_mut(&account) {
            account.list = Some(list);
        }
        self.unlink(account, &gone)
    }

    /// Lists the linked devices of an account that are not on a list.
    pub(crate) fn unlisted(&self, account: AccountId, list: Option<&DeviceList>) -> Vec<DeviceId> {
        let devices = self.accounts.get(&account).map_or(&[][..], |account| &account.devices);
        let listed = |device: &DeviceId| list.is_some_and(|list| list.device(*device).is_some());
        devices.iter().copied().filter(|device| device.is_linked() && !listed(device)).collect()
    }

    /// Removes linked devices, and returns them.
    pub(crate) fn unlink(&mut self, account: AccountId, gone: &[DeviceId]) -> Vec<Device> {
        if let Some(account) = self.accounts.get_mut(&account) {
            account.devices.retain(|device| !gone.contains(device));
        }
        let taken = gone.iter().filter_map(|device| {
            let device = self.devices.remove(&DeviceAddress { account, device: *device })?;
            self.by_key.remove(&device.row.device_key);
            Some(device)
        });
        taken.collect()
    }

    pub(crate) fn set_delivery_verifier(&mut self, account: AccountId, verifier: FixedBytes<32>) {
        if let Some(account) = self.accounts.get_mut(&account) {
            account.row.delivery_verifier = verifier;
        }
    }

    /// Removes an account, and returns its devices.
    pub(crate) fn remove(&mut self, account: AccountId) -> Vec<Device> {
        let Some(Account { row, devices, list: _, push_tokens: _ }) = self.accounts.remove(&account) else {
            return Vec::new();
        };
        if let Some(handle) = &row.handle {
            self.by_handle.remove(handle);
        }
        let taken = devices.into_iter().filter_map(|device| {
            let device = self.devices.remove(&DeviceAddress { account, device })?;
            self.by_key.remove(&device.row.device_key);
            Some(device)
        });
        taken.collect()
    }

    /// Puts the waiting messages of the store into their mailboxes.
    pub(crate) fn filler(&mut self) -> impl FnMut(DeviceNumber, QueuedMessage) -> Option<()> + '_ {
        let addresses: HashMap<_, _, OwnNames> =
            self.devices.iter().map(|(address, device)| (device.row.device_number, *address)).collect();
        move |number, waiting| {
            self.devices.get_mut(addresses.get(&number)?)?.mailbox.push(waiting);
            Some(())
        }
    }

    /// Records that a push token is deposited or withdrawn.
    pub(crate) fn set_push_token(&mut self, account: AccountId, subject: &Bytes, value: Option<&Bytes>) {
        let Some(account) = self.accounts.get_mut(&account) else { return };
        let tokens = &mut account.push_tokens;
        let place = tokens.binary_search_by(|(known, _)| known.as_slice().cmp(subject.as_slice()));
        match (place, value) {
            (Ok(at), None) => drop(tokens.remove(at)),
            (Err(_), None) => {}
            (Ok(at), Some(value)) => {
                if let Some((_, token)) = tokens.get_mut(at) {
                    *token = value.clone();
                }
            }
            (Err(at), Some(value)) => tokens.insert(at, (subject.clone(), value.clone())),
        }
    }

    /// Drops what the rule no longer allows to be kept, as the store does.
    pub(crate) fn trim(&mut self, trim: &Trim) {
        for account in self.accounts.values_mut() {
            account.row.registered_at = account.row.registered_at.and_then(|at| trim.registered.of(at));
            if !trim.deposits.contains(&DepositKind::PushToken) {
                account.push_tokens = Vec::new();
            }
        }
        for device in self.devices.values_mut() {
            device.row.last_seen = device.row.last_seen.and_then(|at| trim.last_seen.of(at));
            device.row.last_address = device.row.last_address.filter(|_| trim.last_address);
        }
    }

    pub(crate) fn account(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(&account)
    }

    pub(crate) fn account_by_handle(&self, handle: &Handle) -> Option<&Account> {
        self.accounts.get(self.by_handle.get(handle)?)
    }

    pub(crate) fn device(&self, address: &DeviceAddress) -> Option<&Device> {
        self.devices.get(address)
    }

    pub(crate) fn device_mut(&mut self, address: &DeviceAddress) -> Option<&mut Device> {
        self.devices.get_mut(address)
    }

    pub(crate) fn device_by_key(&self, key: &FixedBytes<32>) -> Option<DeviceAddress> {
        self.by_key.get(key).copied()
    }

    pub(crate) fn accounts_len(&self) -> usize {
        self.accounts.len()
    }

    /// Records an upload of prekeys.
    pub(crate) fn uploaded(&mut self, address: &DeviceAddress, upload: &Upload) {
        if let Some(device) = self.devices.get_mut(address) {
            device.row.next_one_time = upload.next_one_time;
            device.row.next_one_time_kem = upload.next_one_time_kem;
        }
    }

    pub(crate) fn devices(&self) -> impl Iterator<Item = &Device> {
        self.devices.values()
    }

    /// Returns all devices, in no particular order.
    pub(crate) fn devices_mut(&mut self) -> impl Iterator<Item = &mut Device> {
        self.devices.values_mut()
    }

    /// Remembers when a device was last seen, and returns whether that is new.
    pub(crate) fn see(
        &mut self,
        address: &DeviceAddress,
        row: (Option<Timestamp>, Option<std::net::IpAddr>),
    ) -> bool {
        let Some(device) = self.devices.get_mut(address) else { return false };
        let before = (device.row.last_seen, device.row.last_address);
        (device.row.last_seen, device.row.last_address) = row;
        before != row
    }
}

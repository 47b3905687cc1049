//! The owner's devices: linking, listing and removing them.

use std::path::Path;

use pillarbox_crypto::PasswordCost;
use pillarbox_wire::limits::MAX_LINKED_DEVICES;
use pillarbox_wire::{AccountId, DeviceAddress, DeviceId, FixedBytes, PreKeyUpload, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::numbers::first_phone;
use crate::phone::rows::records::DEVICE_CHANGE;
use crate::phone::rows::{devices, removal, siblings};
use crate::phone::state::links::LinkWish;
use crate::records::account::{NewAccount, PaddingRule, Protection};
use crate::records::contact::write_identity;
use crate::records::devices::{LinkRecord, OwnDevice, offer_digest};
use crate::records::habits::Habits;
use crate::records::own_news::OwnTold;
use crate::text::device_code::DeviceCode;
use crate::text::invitation::Invitation;
use crate::vault::{Passphrase, ProfileError, Table, Vault};

impl Phone {
    /// Creates a profile in `directory` for another device of the account of this invitation. When it first
    /// connects, it waits until the account's first phone links it.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub fn create_linked(
        directory: &Path,
        passphrase: &Passphrase,
        account: &Invitation,
        padding: PaddingRule,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ProfileError> {
        let vault = Vault::create(directory, passphrase, PasswordCost::INTERACTIVE, rng)?;
        Self::create_linked_in(vault, account, padding, now, rng)
    }

    /// Creates the profile of a linked device in an empty vault, which may be in memory.
    ///
    /// # Errors
    /// As for [`create_in`](Self::create_in).
    pub fn create_linked_in(
        vault: Vault,
        account: &Invitation,
        padding: PaddingRule,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ProfileError> {
        let mut place = [0; 16];
        rng.fill_bytes(&mut place);
        let new = NewAccount {
            relay: account.relay.clone(),
            handle: None,
            name: account.name.clone().unwrap_or_default(),
            protection: Protection::EndToEnd,
            padding,
            habits: Habits::default(),
        };
        let link = LinkRecord {
            account: account.account,
            identity: write_identity(&account.identity),
            place: FixedBytes(place),
            since: 0,
        };
        Self::make(vault, new, Some(link), now, rng)
    }

    /// Returns true if this is a linked device of an account whose first phone is another one.
    #[must_use]
    pub const fn is_linked_device(&self) -> bool {
        self.link.is_some()
    }

    /// Returns true if this new device waits for the account's first phone: to be linked, or to receive what an
    /// account needs.
    #[must_use]
    pub fn waits_for_link(&self) -> bool {
        self.link.is_some_and(|link| link.since == 0)
    }

    /// Returns the account that this device belongs to, or will belong to once linked.
    #[must_use]
    pub fn linked_account(&self) -> Option<AccountId> {
        self.link.map(|link| link.account)
    }

    /// Returns the code that this new device shows to the account's first phone; `None` for every other phone.
    #[must_use]
    pub fn device_code(&self) -> Option<DeviceCode> {
        let link = self.link?;
        // The digest is over the keys that speak for this device; those sign the prekeys.
        let offer = self.offer(&link, PreKeyUpload::default());
        Some(DeviceCode { place: link.place, digest: offer_digest(&offer) })
    }

    /// Links the device that shows this code, as soon as the relay is connected.
    /// [`Notice::DeviceLinked`](crate::Notice::DeviceLinked) or
    /// [`Notice::DeviceNotChanged`](crate::Notice::DeviceNotChanged) answers. From then on the device reads and
    /// writes everything; it receives earlier messages only `with_history`.
    ///
    /// # Errors
    /// [`PhoneError::FirstPhoneOnly`], [`PhoneError::NotEndToEnd`], [`PhoneError::NotRegistered`],
    /// [`PhoneError::TooManyDevices`], [`PhoneError::DeviceChangeWaits`], [`PhoneError::Storage`].
    pub fn link_device(&mut self, code: DeviceCode, with_history: bool) -> Result<(), PhoneError> {
        let own = self.may_change_devices()?;
        let known = self.vault.read(|rows| devices::known(rows, own.account))?;
        if known.is_some_and(|known| known.list.devices.len() >= MAX_LINKED_DEVICES) {
            return Err(PhoneError::TooManyDevices);
        }
        self.link_wish = Some(LinkWish { code, with_history });
        Ok(())
    }

    /// Removes a linked device, as soon as the relay is connected.
    /// [`Notice::DeviceRemoved`](crate::Notice::DeviceRemoved) or
    /// [`Notice::DeviceNotChanged`](crate::Notice::DeviceNotChanged) answers. The device keeps what it had.
    ///
    /// # Errors
    /// [`PhoneError::FirstPhoneOnly`], [`PhoneError::NotEndToEnd`], [`PhoneError::NotRegistered`],
    /// [`PhoneError::UnknownDevice`], [`PhoneError::DeviceChangeWaits`], [`PhoneError::Storage`].
    pub fn remove_device(&mut self, device: DeviceId, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let own = self.may_change_devices()?;
        let identity = &self.secrets.identity;
        let change = self.vault.transact(rng, |rows| removal::remove(rows, identity, own.account, device))?;
        change.map(drop).ok_or(PhoneError::UnknownDevice)
    }

    /// Asks the account's first phone to take this linked device off the list. The first phone does so when it
    /// receives the request, and informs the contacts. Once [that has been sent](Self::has_told_first_phone),
    /// [`note_left`](Self::note_left) ends this device's part.
    ///
    /// # Errors
    /// [`PhoneError::LinkedDeviceOnly`], [`PhoneError::NotRegistered`], [`PhoneError::Storage`].
    pub fn sign_off(&mut self, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        if self.link.is_none() {
            return Err(PhoneError::LinkedDeviceOnly);
        }
        let own = self.account.address.ok_or(PhoneError::NotRegistered)?;
        Ok(self.vault.transact(rng, |rows| siblings::note(rows, Some(own), OwnTold::SignOff, None))?)
    }

    /// Returns true if everything that this device has for the account's first phone has reached the relay.
    #[must_use]
    pub fn has_told_first_phone(&self) -> bool {
        self.link.is_none_or(|link| self.outbox.unsent_to(link.account) == 0)
    }

    /// Records that this device has signed off. Its data is kept.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn note_left(&mut self, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        Ok(self.vault.transact(rng, removal::note_left)?)
    }

    /// Returns true if this device has signed off.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn has_left(&self) -> Result<bool, PhoneError> {
        Ok(self.vault.read(removal::has_left)?)
    }

    fn may_change_devices(&self) -> Result<DeviceAddress, PhoneError> {
        if self.link.is_some() {
            return Err(PhoneError::FirstPhoneOnly);
        }
        if self.account.protection != Protection::EndToEnd {
            return Err(PhoneError::NotEndToEnd);
        }
        let own = self.account.address.ok_or(PhoneError::NotRegistered)?;
        if self.vault.read(|rows| rows.has(Table::Account, DEVICE_CHANGE))? {
            return Err(PhoneError::DeviceChangeWaits);
        }
        Ok(own)
    }

    /// Returns the devices of this account, its first phone first.
    ///
    /// # Errors
    /// [`PhoneError::NotRegistered`], [`PhoneError::Storage`].
    pub fn devices(&self) -> Result<Vec<OwnDevice>, PhoneError> {
        let own = self.account.address.ok_or(PhoneError::NotRegistered)?;
        self.vault.read(|rows| {
            let first = if own.device.is_linked() { first_phone(rows, own.account)? } else { own.device };
            let is_this = first == own.device;
            let mut all = vec![OwnDevice { device: first, is_first: true, is_this }];
            let list = devices::known(rows, own.account)?.map(|known| known.list.devices);
            for listed in list.unwrap_or_default() {
                let is_this = listed.device == own.device;
                all.push(OwnDevice { device: listed.device, is_first: false, is_this });
            }
            Ok(all)
        })
    }

    /// Counts the devices of a contact as this phone knows them, their first phone among them.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn devices_of(&self, contact: AccountId) -> Result<usize, PhoneError> {
        Ok(1 + self.vault.read(|rows| devices::names_of(rows, contact))?.len())
    }
}

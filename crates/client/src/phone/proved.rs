//! The consequences of a proof of the public log: keys and device lists that it binds are used, and others are
//! fetched once more, because they may have changed between the two answers. At the second mismatch in a row the
//! owner is told.

use std::collections::BTreeSet;

use pillarbox_wire::{AccountId, DeviceBundle, DeviceList, Handle, IdentityKey, LogLeaf, Proof, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::devices;
use crate::phone::rows::records::DEVICE_CHANGE;
use crate::phone::state::link::Link;
use crate::phone::state::proofs::{Doubt, Held};
use crate::records::contact::{ContactRecord, write_identity};
use crate::records::devices::{DeviceChange, check_list};
use crate::records::directory::{OwnBinding, Unproved, UnprovedList, binding};
use crate::records::notice::Notice;
use crate::software::Software;
use crate::vault::{StorageError, Table};

impl Phone {
    /// Handles a proof received on a link.
    pub(super) fn proved(
        &mut self,
        link: Link,
        held: Held,
        proof: &Proof,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Vec<Notice>, PhoneError> {
        let (Some(before), Some(own)) = (self.proofs.memory, self.account.address) else {
            self.take_back(held);
            return Ok(Vec::new());
        };
        let mut memory = before;
        let checked = memory.check(held.account(own.account), proof);
        let mut mine = true;
        if let (Held::Own, Ok(leaf)) = (&held, &checked) {
            let lists = self.own_bindings(own.account)?;
            // A linked device may not know the latest list: it asks for it before anything is reported.
            if self.link.is_some()
                && lists.iter().all(|own| own.binding != leaf.binding)
                && !self.proofs.doubt(own.account, Doubt::Devices)
            {
                self.lists_wanted.insert(own.account);
            } else {
                self.proofs.trust(own.account, Doubt::Devices);
                mine = memory.is_mine(leaf, &lists);
            }
        }
        self.keep_memory(before, memory, rng)?;
        let leaf = match checked {
            Ok(leaf) => leaf,
            Err(why) => return Ok(self.unproved(held, why, now)),
        };
        match held {
            Held::Own if mine => Ok(Vec::new()),
            Held::Own => Ok(vec![Notice::NotMyEntry { at: leaf.at }]),
            Held::Keys { contact, identity, bundles } => {
                self.proved_keys(&leaf, (contact, identity), bundles, now, rng, software)
            }
            Held::Found { account, identity, handle, name } => {
                self.proved_found((link, &leaf), (account, identity), (handle, name), now, rng, software)
            }
            Held::Devices { contact, list } => {
                self.proved_list(&leaf, contact, list.map(|list| *list), now, rng, software)
            }
            Held::Told { contact } => self.proved_told(&leaf, contact, now, rng, software),
            // A relay that answers a question about heads with an entry has not answered it.
            Held::Head { .. } => Ok(Vec::new()),
        }
    }

    fn proved_keys(
        &mut self,
        leaf: &LogLeaf,
        (account, identity): (AccountId, IdentityKey),
        bundles: Vec<DeviceBundle>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Vec<Notice>, PhoneError> {
        let Some(given) = self.is_bound(leaf, account, &identity)? else {
            if self.proofs.doubt(account, Doubt::Keys) {
                let held = Held::Keys { contact: account, identity, bundles };
                return Ok(self.unproved(held, Unproved::OtherKeys, now));
            }
            // They are fetched once more, and the device list with them.
            self.lists_wanted.insert(account);
            return Ok(Vec::new());
        };
        self.proofs.trust(account, Doubt::Keys);
        let mut notices = self.begin(account, &identity, &bundles, now, rng)?;
        if let Some(list) = given {
            notices.extend(self.take_list(account, &list, now, rng, software)?);
        }
        Ok(notices)
    }

    fn proved_found(
        &mut self,
        (link, leaf): (Link, &LogLeaf),
        (account, identity): (AccountId, IdentityKey),
        (handle, name): (Handle, Option<String>),
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Vec<Notice>, PhoneError> {
        let Some(given) = self.is_bound(leaf, account, &identity)? else {
            let held = Held::Found { account, identity, handle, name };
            if self.awaits_list_of(account) {
                self.proofs.waiting.push_back((link, held));
                return Ok(Vec::new());
            }
            if self.proofs.doubt(account, Doubt::Keys) {
                return Ok(self.unproved(held, Unproved::OtherKeys, now));
            }
            self.lists_wanted.insert(account);
            self.take_back(held);
            return Ok(Vec::new());
        };
        self.proofs.trust(account, Doubt::Keys);
        let mut notices = self.found(account, &identity, handle, name, now, rng)?;
        if let Some(list) = given {
            notices.extend(self.take_list(account, &list, now, rng, software)?);
        }
        Ok(notices)
    }

    /// Handles the proof of a list that the relay sent. It is adopted if the log binds it.
    fn proved_list(
        &mut self,
        leaf: &LogLeaf,
        contact: AccountId,
        list: Option<DeviceList>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Vec<Notice>, PhoneError> {
        let (identity, told) = self.identity_and_told(contact)?;
        let Some(identity) = identity else { return Ok(Vec::new()) };
        if leaf.binding != binding(&identity, list.as_ref()) {
            if self.proofs.doubt(contact, Doubt::Devices) {
                return Ok(self.unproved(Held::Told { contact }, Unproved::OtherDevices, now));
            }
            self.lists_wanted.insert(contact);
            return Ok(Vec::new());
        }
        self.proofs.trust(contact, Doubt::Devices);
        let version = list.as_ref().map_or(0, |list| list.version);
        let mut notices = match list {
            Some(list) => self.take_list(contact, &list, now, rng, software)?,
            None => Vec::new(),
        };
        // The contact has sent a later list than the log has: somebody has their key and withholds the list from
        // the log.
        if told.is_some_and(|told| told.list.version > version) {
            notices.extend(self.unproved(Held::Told { contact }, Unproved::OtherDevices, now));
        }
        Ok(notices)
    }

    /// Handles the proof of a list that a contact sent. If the log has another one, the relay is asked for it: the
    /// contact may have changed their devices again since.
    fn proved_told(
        &mut self,
        leaf: &LogLeaf,
        contact: AccountId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Vec<Notice>, PhoneError> {
        let (identity, told) = self.identity_and_told(contact)?;
        let (Some(identity), Some(UnprovedList { list, told: _ })) = (identity, told) else {
            return Ok(Vec::new());
        };
        if leaf.binding == binding(&identity, Some(&list)) {
            self.proofs.trust(contact, Doubt::Devices);
            return self.take_list(contact, &list, now, rng, software);
        }
        self.lists_wanted.insert(contact);
        Ok(Vec::new())
    }

    /// Returns a contact's identity, if this phone knows it, and the list that they sent and the log has not
    /// proved.
    fn identity_and_told(
        &self,
        contact: AccountId,
    ) -> Result<(Option<IdentityKey>, Option<UnprovedList>), StorageError> {
        self.vault.read(|rows| {
            let record: Option<ContactRecord> = rows.load(Table::Contacts, &contact.0)?;
            let told = rows.load(Table::UnprovedLists, &contact.0)?;
            Ok((record.and_then(|record| record.identity), told))
        })
    }

    /// Returns `None` if an entry does not bind these keys to the account's device list. Otherwise returns the list
    /// that the relay sent, if the entry binds that one and not the known one.
    fn is_bound(
        &mut self,
        leaf: &LogLeaf,
        account: AccountId,
        identity: &IdentityKey,
    ) -> Result<Option<Option<DeviceList>>, PhoneError> {
        let known = self.vault.read(|rows| {
            let record: Option<ContactRecord> = rows.load(Table::Contacts, &account.0)?;
            let same = record.is_some_and(|record| record.identity == Some(*identity));
            Ok::<_, StorageError>(devices::known(rows, account)?.filter(|_| same))
        })?;
        let given = self.proofs.given.remove(&account);
        if leaf.binding == binding(identity, known.as_ref().map(|known| &known.list)) {
            return Ok(Some(None));
        }
        let bound = given.filter(|list| {
            leaf.binding == binding(identity, Some(list)) && check_list(list, account, identity).is_ok()
        });
        Ok(bound.map(Some))
    }

    /// Returns what entries of the owner's keys may bind: the keys with the current device list, and with the next one
    /// if the relay may have it already. The keys are the account's, which on a linked device are not the device's own.
    fn own_bindings(&self, own: AccountId) -> Result<Vec<OwnBinding>, PhoneError> {
        let identity = write_identity(&self.account_identity()?);
        let bound = |list: Option<&DeviceList>| OwnBinding {
            version: list.map_or(0, |list| list.version),
            binding: binding(&identity, list),
        };
        let (known, change) = self.vault.read(|rows| {
            let change: Option<DeviceChange> = rows.load(Table::Account, DEVICE_CHANGE)?;
            Ok::<_, StorageError>((devices::known(rows, own)?, change))
        })?;
        let current = bound(known.as_ref().map(|known| &known.list));
        Ok([current].into_iter().chain(change.map(|change| bound(Some(&change.list)))).collect())
    }

    /// Returns the contacts whose device lists, sent by themselves, wait for their proof.
    pub(super) fn unproved_lists(&self) -> Result<BTreeSet<AccountId>, StorageError> {
        let lists = self.vault.read(|rows| rows.load_all::<UnprovedList>(Table::UnprovedLists))?;
        Ok(lists.into_iter().map(|held| held.list.account).collect())
    }
}

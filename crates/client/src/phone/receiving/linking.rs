//! Answers about the owner's devices: a new one waits, is linked, or is removed.

use pillarbox_crypto::SecretBytes;
use pillarbox_session::Conversation;
use pillarbox_wire::{
    AccountId, DeviceAddress, DeviceBundle, DeviceId, DeviceList, DeviceOffer, FixedBytes, IdentityKey,
    ListedDevice, Refusal, Timestamp,
};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::receiving::devices_told::{confirm, consider};
use crate::phone::receiving::effects::Effects;
use crate::phone::rows::devices::{self, Queued};
use crate::phone::rows::entries;
use crate::phone::rows::group_news::own_news_of;
use crate::phone::rows::groups::all_groups;
use crate::phone::rows::membership::load_log;
use crate::phone::rows::numbers::store_device;
use crate::phone::rows::pending::{load_pending, store_pending};
use crate::phone::rows::records::{
    DELIVERY_KEY, DEVICE_CHANGE, NEXT_DEVICE, load_contact, load_conversation, store_contact,
    store_conversation,
};
use crate::phone::rows::siblings::{ToldContact, accounts, changed_contacts, contact_news, entry_news, note};
use crate::phone::state::link::Link;
use crate::phone::state::links::LinkWish;
use crate::phone::state::pauses::WaitCause;
use crate::records::account::Account;
use crate::records::body::Content;
use crate::records::contact::{ContactRecord, read_identity, write_identity};
use crate::records::devices::{
    DeviceChange, DeviceChangeKind, LinkedDevice, check_consent, check_list, device_name, is_later,
    offer_digest, sign_list,
};
use crate::records::group::GroupRecord;
use crate::records::history::HistoryEntry;
use crate::records::ids::BodyId;
use crate::records::notice::{DeviceFailure, Notice};
use crate::records::own_news::{AccountNews, OwnNews, OwnTold};
use crate::records::recovery;
use crate::software::Software;
use crate::vault::{Rows, StorageError, Table};

impl Phone {
    /// Handles the relay's message that the account's first phone has linked this device.
    pub(super) fn linked(
        &mut self,
        link: Link,
        address: DeviceAddress,
        waiting: u32,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let expected = self.link.is_some_and(|place| place.account == address.account);
        if !expected || !address.device.is_linked() {
            return Ok(Vec::new());
        }
        self.keep_account(Account { address: Some(address), ..self.account.clone() }, rng)?;
        let mut notices = self.authenticated(link, waiting);
        notices.insert(0, Notice::Linked { address });
        Ok(notices)
    }

    /// Handles the keys of a device that waits. If they are the ones that the device shows, the change is stored
    /// and sent until the relay confirms it.
    pub(super) fn place_read(
        &mut self,
        wish: &LinkWish,
        offer: DeviceOffer,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let Some(own) = self.account.address else { return Ok(Vec::new()) };
        let failed = |reason| Ok(vec![Notice::DeviceNotChanged { reason }]);
        if offer_digest(&offer) != wish.code.digest {
            return failed(DeviceFailure::OtherKeys);
        }
        let identity = write_identity(&self.secrets.identity.public());
        if check_consent(&offer.identity, &offer.consent, own.account, &identity).is_err() {
            return failed(DeviceFailure::NoConsent);
        }
        let (identity, with_history) = (&self.secrets.identity, wish.with_history);
        self.vault.transact(rng, |rows| {
            let mut list = own_list(rows, own.account)?;
            let device = next_device(rows, &list)?;
            list.version += 1;
            list.devices.push(ListedDevice { device, identity: offer.identity, consent: offer.consent });
            let list = sign_list(identity, list);
            rows.put(Table::Account, NEXT_DEVICE, &[device.0])?;
            let kind = DeviceChangeKind::Link { offer: Box::new(offer), with_history };
            rows.store(Table::Account, DEVICE_CHANGE, &DeviceChange { list, kind })?;
            Ok::<_, PhoneError>(())
        })?;
        Ok(Vec::new())
    }

    /// Handles the relay's confirmation of a change of the owner's devices.
    pub(super) fn devices_published(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let Some(own) = self.account.address else { return Ok(Vec::new()) };
        let (account, delivery) = (&self.account, &self.secrets.delivery);
        let done = self.vault.transact(rng, |rows| {
            let Some(change) = rows.load::<DeviceChange>(Table::Account, DEVICE_CHANGE)? else {
                return Ok(None);
            };
            rows.remove(Table::Account, DEVICE_CHANGE)?;
            let DeviceChange { list, kind } = change;
            let difference = devices::adopt(rows, &list, list.devices.clone(), Some(own))?;
            let key = match &kind {
                DeviceChangeKind::Link { .. } => FixedBytes(*delivery.as_bytes()),
                DeviceChangeKind::Remove { delivery_key, .. } => *delivery_key,
            };
            let told = OwnTold::Account(Box::new(AccountNews {
                handle: account.handle.clone(),
                name: account.name.clone(),
                delivery_key: key,
                sealed_sender: account.habits.sealed_sender,
                list,
            }));
            let mut queued = Queued::new();
            let notice = match kind {
                DeviceChangeKind::Link { with_history, .. } => {
                    let Some(device) = difference.added.first().copied() else { return Ok(None) };
                    let name = device_name(DeviceAddress { device, ..own });
                    note(rows, Some(own), told.clone(), Some(name))?;
                    queued = welcome(rows, own, name, told, with_history, now)?;
                    Notice::DeviceLinked { device }
                }
                DeviceChangeKind::Remove { device, delivery_key } => {
                    rows.put(Table::Account, DELIVERY_KEY, delivery_key.as_bytes())?;
                    introduce_again(rows)?;
                    note(rows, Some(own), told, None)?;
                    Notice::DeviceRemoved { device }
                }
            };
            Ok::<_, PhoneError>(Some((notice, key, queued)))
        })?;
        let Some((notice, key, queued)) = done else { return Ok(Vec::new()) };
        self.secrets.delivery = SecretBytes::from_bytes(key.0);
        self.reindex()?;
        queued.into_iter().for_each(|(order, indexed)| self.outbox.insert(order, indexed));
        Ok(vec![notice])
    }

    /// Handles the relay's refusal of a change of the owner's devices: nothing has changed. If the relay has a
    /// later list, this phone was restored from an old copy, and adopts its own list again.
    pub(super) fn devices_refused(
        &mut self,
        reason: Refusal,
        _now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        self.vault.transact(rng, |rows| rows.remove(Table::Account, DEVICE_CHANGE))?;
        if let (Refusal::OlderDevices, Some(own)) = (reason, self.account.address) {
            self.lists_wanted.insert(own.account);
        }
        Ok(vec![Notice::DeviceNotChanged { reason: DeviceFailure::Relay(reason) }])
    }

    /// Handles the relay's copy of a device list. A phone that checks the public log holds it until it is proved.
    pub(super) fn devices_named(
        &mut self,
        link: Link,
        contact: AccountId,
        list: Option<DeviceList>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Vec<Notice>, PhoneError> {
        if let Some(own) = self.account.address.filter(|own| own.account == contact) {
            return match list {
                Some(list) => self.own_list_named(own, list, rng),
                None => Ok(Vec::new()),
            };
        }
        if self.checks_directory() {
            self.hold_list(link, contact, list)?;
            return Ok(Vec::new());
        }
        match list {
            Some(list) => self.take_list(contact, &list, now, rng, software),
            None => Ok(Vec::new()),
        }
    }

    /// Adopts a contact's list if it passes its checks, and confirms the messages that carried it and waited.
    pub(crate) fn take_list(
        &mut self,
        contact: AccountId,
        list: &DeviceList,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Vec<Notice>, PhoneError> {
        let account = &self.account;
        let considered = self.vault.transact(rng, |rows| {
            let record = load_contact(rows, contact)?;
            let mut effects = Effects::default();
            consider(rows, record, list, &list.devices, account.address, software, &mut effects)?;
            Ok::<_, PhoneError>((effects, confirm(rows, contact, account, now)?))
        });
        let (effects, confirmed) = match considered {
            // Removed while the question was open.
            Err(PhoneError::UnknownContact) => return Ok(Vec::new()),
            considered => considered?,
        };
        if effects.outbox_changed {
            self.reindex()?;
        }
        for peer in confirmed {
            self.note_pending(peer, now)?;
        }
        Ok(effects.notices)
    }

    fn own_list_named(
        &mut self,
        own: DeviceAddress,
        list: DeviceList,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let identity = write_identity(&self.account_identity()?);
        self.vault.transact(rng, |rows| {
            let known = devices::known(rows, own.account)?;
            let is_later = is_later(&list, known.as_ref().map(|known| &known.list)) == Ok(true);
            if is_later && check_list(&list, own.account, &identity).is_ok() {
                devices::adopt(rows, &list, list.devices.clone(), Some(own))?;
            }
            Ok::<_, PhoneError>(())
        })?;
        self.reindex()?;
        // A linked device asked because the public log binds another list than it knew.
        self.proofs.look_again();
        Ok(Vec::new())
    }

    /// Returns true for the name of a linked device, and for another of the owner's devices.
    pub(crate) fn is_device(&self, name: AccountId) -> Result<bool, PhoneError> {
        let own = self.account.address.is_some_and(|own| own.account == name);
        Ok(own || self.vault.read(|rows| devices::linked(rows, name))?.is_some())
    }

    /// Records that a contact's keys were returned with those of devices that this phone does not know: the list is
    /// requested.
    pub(super) fn note_named(
        &mut self,
        contact: AccountId,
        bundles: &[DeviceBundle],
    ) -> Result<(), PhoneError> {
        let known = self.vault.read(|rows| devices::known(rows, contact))?;
        let is_known = |device: DeviceId| known.as_ref().is_some_and(|it| it.list.device(device).is_some());
        let linked = |bundle: &&DeviceBundle| bundle.device.is_linked();
        if bundles.iter().filter(linked).any(|bundle| !is_known(bundle.device)) {
            self.lists_wanted.insert(contact);
        }
        Ok(())
    }

    /// Handles the relay's statement that a device is gone. Only the account's list decides that.
    pub(super) fn device_gone(&mut self, name: AccountId, now: Timestamp) -> Result<(), PhoneError> {
        let owner = self.vault.read(|rows| devices::owner_of(rows, name))?;
        if self.account.address.is_none_or(|own| own.account != owner) {
            self.lists_wanted.insert(owner);
        }
        self.pauses.begin(name, WaitCause::NoKeys, now);
        Ok(())
    }

    /// Handles prekeys of a linked device, or of another of the owner's devices: begins a conversation, or restarts
    /// it. The identity is the one that the account has signed, no matter what the relay states.
    pub(super) fn begin_device(
        &mut self,
        name: AccountId,
        identity: &IdentityKey,
        bundles: &[DeviceBundle],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let (ours, place) = (&self.secrets.identity, self.link);
        let begun = self.vault.transact(rng, |rows| {
            let linked = devices::linked(rows, name)?;
            let expected = linked.map(|linked| linked.identity).or(place.map(|place| place.identity));
            let bundle = match linked {
                Some(linked) => bundles.iter().find(|bundle| bundle.device == linked.device),
                None => bundles.first().filter(|_| expected == Some(*identity)),
            };
            let (Some(bundle), Some(expected)) = (bundle, expected) else { return Ok(false) };
            let theirs = read_identity(&expected)?;
            if linked.is_none() {
                store_device(rows, name, bundle.device)?;
            }
            let current = load_conversation(rows, name)?;
            let begun = match &current {
                Some(current) => current.initiate_again(&mut rows.rng, ours, &theirs, bundle, now),
                None => Conversation::initiate(&mut rows.rng, ours, &theirs, bundle, now),
            };
            let Ok(conversation) = begun else { return Ok(false) };
            if current.as_ref().is_some_and(|current| recovery::has_aged(current, now)) {
                crate::phone::rows::renewal::encrypt_again(rows, name)?;
            }
            let mut pending = load_pending(rows, name)?;
            if pending.renew {
                pending.renewed(now);
                store_pending(rows, &pending)?;
            }
            store_conversation(rows, name, &conversation)?;
            Ok::<_, PhoneError>(true)
        })?;
        if begun {
            self.pauses.end(name);
            self.reindex()?;
        } else {
            self.pauses.begin(name, WaitCause::NoKeys, now);
        }
        Ok(Vec::new())
    }
}

/// Returns this account's list; the empty one of version 0 if it never linked a device.
pub(crate) fn own_list(rows: &Rows<'_>, account: AccountId) -> Result<DeviceList, StorageError> {
    let none = DeviceList { account, version: 0, devices: Vec::new(), signature: FixedBytes([0; 64]) };
    Ok(devices::known(rows, account)?.map_or(none, |known| known.list))
}

/// Returns the number of the next device, which no device of this account had before.
fn next_device(rows: &Rows<'_>, list: &DeviceList) -> Result<DeviceId, PhoneError> {
    let last = rows.get(Table::Account, NEXT_DEVICE)?.and_then(|row| row.first().copied());
    let listed = list.devices.iter().map(|listed| listed.device.0).max();
    match last.max(listed) {
        None => Ok(DeviceId::FIRST_LINKED),
        Some(last) => last.checked_add(1).map(DeviceId).ok_or(PhoneError::NoDeviceNumber),
    }
}

/// Schedules the new delivery key to be sent to everybody, to each of their devices.
fn introduce_again(rows: &mut Rows<'_>) -> Result<(), StorageError> {
    for contact in rows.load_all::<ContactRecord>(Table::Contacts)?.into_iter().filter(|it| it.introduced) {
        store_contact(rows, &ContactRecord { introduced: false, ..contact })?;
    }
    for device in rows.load_all::<LinkedDevice>(Table::LinkedDevices)? {
        devices::store_linked(rows, &LinkedDevice { introduced: false, ..device })?;
    }
    Ok(())
}

/// Queues everything that a new device needs: the account first, then contacts and groups, and the history if the
/// owner asked for it.
fn welcome(
    rows: &mut Rows<'_>,
    own: DeviceAddress,
    name: AccountId,
    account: OwnTold,
    with_history: bool,
    now: Timestamp,
) -> Result<Queued, StorageError> {
    // Records what was sent, so that the next change of a contact is sent to all devices.
    changed_contacts(rows, own.account, now)?;
    let mut told = vec![account];
    let accounts = accounts(rows, own.account)?;
    for account in &accounts {
        let before: Option<ToldContact> = rows.load(Table::ToldContacts, &account.0)?;
        let at = before.map_or(now, |before| before.at);
        told.push(OwnTold::Contact(Box::new(contact_news(rows, *account, at)?)));
    }
    let mut contents = Vec::new();
    for told in told {
        contents.push(Content::OwnNews(OwnNews { id: BodyId::generate(&mut rows.rng), told }));
    }
    for record in all_groups(rows)? {
        let log = load_log(rows, record.id)?;
        contents.extend(own_news_of(rows, &record, &log, own.account)?);
    }
    if with_history {
        for told in history(rows, own.account, &accounts)? {
            contents.push(Content::OwnNews(OwnNews { id: BodyId::generate(&mut rows.rng), told }));
        }
    }
    let first = devices::next_order(rows)?;
    let queued = (first..).zip(contents);
    queued.map(|(order, content)| Ok((order, devices::queue(rows, name, content, order)?))).collect()
}

/// Returns every entry of every conversation, in the order in which this phone stored them.
fn history(rows: &Rows<'_>, own: AccountId, accounts: &[AccountId]) -> Result<Vec<OwnTold>, StorageError> {
    let mut all: Vec<(AccountId, HistoryEntry)> = Vec::new();
    for account in accounts {
        let record: Option<ContactRecord> = rows.load(Table::Contacts, &account.0)?;
        for place in 0..record.map_or(0, |record| record.next_place) {
            all.extend(entries::at(rows, *account, place)?.map(|entry| (*account, entry)));
        }
    }
    for group in all_groups(rows)? {
        for place in 0..group.next_place {
            let entry = entries::at(rows, GroupRecord::shelf(group.id), place)?;
            all.extend(entry.map(|entry| (own, entry)));
        }
    }
    all.sort_by_key(|(account, entry)| (entry.stored_at, *account, entry.place));
    Ok(all.into_iter().map(|(with, entry)| entry_news(with, &entry, true)).collect())
}

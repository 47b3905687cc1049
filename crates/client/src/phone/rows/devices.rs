//! Linked devices as rows: which devices a contact's messages go to, and the effects of a changed list.

use pillarbox_wire::{AccountId, DeviceAddress, DeviceId, DeviceList, ListedDevice};

use crate::phone::rows::records::{
    EntryLocation, NO_ENTRY, message_key, remove_conversation, remove_item, store_item,
};
use crate::phone::rows::{checkers, pending, pictures};
use crate::phone::state::outbox::{IndexEntry, Item, Stage};
use crate::records::body::Content;
use crate::records::contact::ContactRecord;
use crate::records::devices::{
    DeviceFault, KnownDevices, LinkedDevice, ToldDevices, check_list, device_name, is_later,
};
use crate::software::Software;
use crate::vault::{Rows, StorageError, Table, View};

/// Queued items, for the index in memory.
pub(crate) type Queued = Vec<(u64, IndexEntry)>;

/// The difference between two device lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeviceDifference {
    pub(crate) added: Vec<DeviceId>,
    pub(crate) removed: Vec<DeviceId>,
}

/// Returns the linked device of this name.
pub(crate) fn linked(rows: &View<'_>, name: AccountId) -> Result<Option<LinkedDevice>, StorageError> {
    rows.load(Table::LinkedDevices, &name.0)
}

/// Returns the account of a device's name: the name itself, unless it is a linked device's.
pub(crate) fn owner_of(rows: &View<'_>, name: AccountId) -> Result<AccountId, StorageError> {
    Ok(linked(rows, name)?.map_or(name, |device| device.account))
}

pub(crate) fn store_linked(rows: &mut Rows<'_>, device: &LinkedDevice) -> Result<(), StorageError> {
    rows.store(Table::LinkedDevices, &device_name(device.address()).0, device)
}

/// Returns what this phone knows of an account's devices.
pub(crate) fn known(rows: &View<'_>, account: AccountId) -> Result<Option<KnownDevices>, StorageError> {
    rows.load(Table::DeviceLists, &account.0)
}

/// Returns the names of an account's linked devices, apart from this one.
pub(crate) fn names_of(rows: &View<'_>, account: AccountId) -> Result<Vec<AccountId>, StorageError> {
    let used = known(rows, account)?.map_or(Vec::new(), |known| known.used);
    Ok(used.iter().map(|listed| device_name(DeviceAddress { account, device: listed.device })).collect())
}

/// Returns the names of the other devices of this account, its first phone among them.
pub(crate) fn siblings(rows: &View<'_>, own: DeviceAddress) -> Result<Vec<AccountId>, StorageError> {
    let mut names = names_of(rows, own.account)?;
    if own.device.is_linked() {
        names.insert(0, own.account);
    }
    Ok(names)
}

/// Returns true if this account has other devices. Nothing is kept for them otherwise.
pub(crate) fn has_siblings(rows: &View<'_>, own: Option<DeviceAddress>) -> Result<bool, StorageError> {
    own.map_or(Ok(false), |own| Ok(!siblings(rows, own)?.is_empty()))
}

/// Returns what a contact knows of this account's devices.
pub(crate) fn told(rows: &View<'_>, contact: AccountId) -> Result<ToldDevices, StorageError> {
    Ok(rows.load(Table::ToldDevices, &contact.0)?.unwrap_or_default())
}

/// Checks a received list against the identity that this phone knows. Returns true if it must replace the known
/// one.
pub(crate) fn examine(
    rows: &View<'_>,
    contact: &ContactRecord,
    list: &DeviceList,
) -> Result<Result<bool, DeviceFault>, StorageError> {
    let Some(identity) = &contact.identity else {
        return Ok(Err(DeviceFault::Unsigned));
    };
    let known = known(rows, contact.account)?;
    let checked = check_list(list, contact.account, identity);
    Ok(checked.and_then(|()| is_later(list, known.as_ref().map(|known| &known.list))))
}

/// Adopts a list that has passed every check, with those of its devices that are in use. Everything kept for any
/// other device is deleted. A new device of another person gets a copy of each message that its account has not
/// confirmed yet.
pub(crate) fn adopt(
    rows: &mut Rows<'_>,
    list: &DeviceList,
    mut used: Vec<ListedDevice>,
    own: Option<DeviceAddress>,
) -> Result<DeviceDifference, StorageError> {
    let account = list.account;
    used.retain(|listed| own != Some(DeviceAddress { account, device: listed.device }));
    let before = known(rows, account)?.map_or(Vec::new(), |known| known.used);
    let same = |one: &ListedDevice, other: &ListedDevice| {
        one.device == other.device && one.identity == other.identity
    };
    let mut difference = DeviceDifference::default();
    for gone in before.iter().filter(|former| !used.iter().any(|listed| same(former, listed))) {
        forget_device(rows, device_name(DeviceAddress { account, device: gone.device }))?;
        difference.removed.push(gone.device);
    }
    let is_own = own.is_some_and(|own| own.account == account);
    for new in used.iter().filter(|listed| !before.iter().any(|former| same(former, listed))) {
        let ListedDevice { device, identity, consent: _ } = *new;
        let linked = LinkedDevice { account, device, identity, introduced: is_own };
        store_linked(rows, &linked)?;
        if !is_own {
            copy_unconfirmed(rows, account, device_name(linked.address()))?;
        }
        difference.added.push(device);
    }
    rows.store(Table::DeviceLists, &account.0, &KnownDevices { list: list.clone(), used })?;
    Ok(difference)
}

/// Drops a linked device that the software does not write to, with everything that waits for it: other software may
/// have put it into the rows. Returns the orders of its items; returns nothing if the device stays.
pub(crate) fn drop_unused(
    rows: &mut Rows<'_>,
    address: DeviceAddress,
    own: Option<DeviceAddress>,
    software: &impl Software,
) -> Result<Option<Vec<u64>>, StorageError> {
    let Some(known) = known(rows, address.account)?.filter(|_| address.device.is_linked()) else {
        return Ok(None);
    };
    let used = software.devices(&known.list.devices, &known.used);
    if used.iter().any(|listed| listed.device == address.device) {
        return Ok(None);
    }
    let name = device_name(address);
    let items = rows.load_all::<Item>(Table::Outbox)?;
    let orders = items.iter().filter(|item| item.to == name).map(|item| item.order).collect();
    adopt(rows, &known.list, used, own)?;
    Ok(Some(orders))
}

/// Forgets an account's linked devices, because its key has changed or it is no longer a contact.
pub(crate) fn forget(rows: &mut Rows<'_>, account: AccountId) -> Result<(), StorageError> {
    for name in names_of(rows, account)? {
        forget_device(rows, name)?;
    }
    rows.remove(Table::ToldDevices, &account.0)?;
    rows.remove(Table::UnprovedLists, &account.0)?;
    rows.remove(Table::DeviceLists, &account.0)
}

fn forget_device(rows: &mut Rows<'_>, name: AccountId) -> Result<(), StorageError> {
    for item in rows.load_all::<Item>(Table::Outbox)?.iter().filter(|item| item.to == name) {
        remove_item(rows, item.order)?;
        if let Some(id) = item.id() {
            rows.remove(Table::Messages, &message_key(name, id))?;
        }
    }
    remove_conversation(rows, name)?;
    pending::forget(rows, name)?;
    checkers::forget(rows, name)?;
    pictures::forget_viewer(rows, name)?;
    rows.remove(Table::LinkedDevices, &name.0)
}

/// Queues a copy of every message that an account has not confirmed, for one of its devices.
fn copy_unconfirmed(rows: &mut Rows<'_>, account: AccountId, name: AccountId) -> Result<(), StorageError> {
    let mut items = rows.load_all::<Item>(Table::Outbox)?;
    let first = items.iter().map(|item| item.order + 1).max().unwrap_or_default();
    items.retain(|item| item.to == account && is_for_all_devices(&item.content));
    items.sort_by_key(|item| item.order);
    for (order, item) in (first..).zip(items) {
        queue(rows, name, item.content, order)?;
    }
    Ok(())
}

/// Returns true if every device of an account gets this. Receipts and requests are for the device that sent something.
const fn is_for_all_devices(content: &Content) -> bool {
    !matches!(
        content,
        Content::Receipt(_) | Content::ResendRequest(_) | Content::OwnNews(_) | Content::LogHead(_)
    )
}

/// Queues one item for a device. No entry of its own shows it, but its receipt must find it.
pub(crate) fn queue(
    rows: &mut Rows<'_>,
    name: AccountId,
    content: Content,
    order: u64,
) -> Result<IndexEntry, StorageError> {
    let item = Item { order, to: name, content, stage: Stage::Waiting, resends: 0 };
    store_item(rows, &item)?;
    if let Some(id) = item.id() {
        let location = EntryLocation { place: NO_ENTRY, order: Some(order) };
        rows.store(Table::Messages, &message_key(name, id), &location)?;
    }
    Ok(item.index_entry())
}

/// Queues a copy of an item for each linked device of its recipient, from this order on.
pub(crate) fn fan_out(rows: &mut Rows<'_>, item: &Item, first: u64) -> Result<Queued, StorageError> {
    if !is_for_all_devices(&item.content) {
        return Ok(Vec::new());
    }
    let names = names_of(rows, item.to)?;
    let copies = (first..).zip(names);
    copies.map(|(order, name)| Ok((order, queue(rows, name, item.content.clone(), order)?))).collect()
}

/// Returns the order of the next item, from the rows.
pub(crate) fn next_order(rows: &View<'_>) -> Result<u64, StorageError> {
    let items = rows.load_all::<Item>(Table::Outbox)?;
    Ok(items.iter().map(|item| item.order + 1).max().unwrap_or_default())
}

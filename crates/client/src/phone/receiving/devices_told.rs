//! Device lists of contacts: sent by the contact inside the encryption, or by the relay.
//!
//! **The rule of a changed key.** A list that passes its checks is adopted at once, and messages of a new device
//! are shown. If the contact was verified, nothing more is sent to them until the owner chooses: a device that
//! somebody else has linked would read everything, as a phone under another key would.

use pillarbox_wire::{AccountId, DeviceAddress, DeviceList, FixedBytes, ListedDevice, Timestamp};

use crate::phone::receiving::effects::{ArrivalContext, Effects, owe_receipt, owe_receipt_to};
use crate::phone::rows::devices::{self, DeviceDifference};
use crate::phone::rows::records::store_contact;
use crate::records::account::Account;
use crate::records::body::DevicesTold;
use crate::records::contact::{ContactRecord, Trust};
use crate::records::devices::DeviceFault;
use crate::records::directory::UnprovedList;
use crate::records::notice::Notice;
use crate::software::Software;
use crate::vault::{Rows, StorageError, Table};

/// Returns true for a device of somebody else, and for another of the owner's devices. The number of a former first
/// phone is nobody's.
pub(crate) fn may_come_from(own: Option<DeviceAddress>, device: DeviceAddress) -> bool {
    match own {
        Some(own) if own.account == device.account => {
            own != device && (device.device.is_linked() || own.device.is_linked())
        }
        _ => true,
    }
}

/// Applies a list that a contact has sent. A phone that checks the public log holds a new list until the log proves
/// it.
pub(crate) fn take(
    rows: &mut Rows<'_>,
    record: ContactRecord,
    told: &DevicesTold,
    arrival: &ArrivalContext<'_>,
    software: &impl Software,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    if arrival.checks_log && devices::examine(rows, &record, &told.list)? == Ok(true) {
        let contact = record.account;
        let held: Option<UnprovedList> = rows.load(Table::UnprovedLists, &contact.0)?;
        let mut held = held.unwrap_or(UnprovedList { list: told.list.clone(), told: Vec::new() });
        held.tell(&told.list, arrival.peer, told.id);
        effects.log.unproved = Some(contact);
        return rows.store(Table::UnprovedLists, &contact.0, &held);
    }
    owe_receipt(rows, told.id, arrival, effects)?;
    consider(rows, record, &told.list, &told.list.devices, arrival.account.address, software, effects)
}

/// Confirms the messages that carried a list which waited for its proof, if this list or a later one is adopted
/// now. Returns the devices that sent them.
pub(crate) fn confirm(
    rows: &mut Rows<'_>,
    contact: AccountId,
    account: &Account,
    now: Timestamp,
) -> Result<Vec<AccountId>, StorageError> {
    let Some(held) = rows.load::<UnprovedList>(Table::UnprovedLists, &contact.0)? else {
        return Ok(Vec::new());
    };
    if devices::known(rows, contact)?.is_none_or(|known| known.list.version < held.list.version) {
        return Ok(Vec::new());
    }
    rows.remove(Table::UnprovedLists, &contact.0)?;
    for (peer, id) in &held.told {
        owe_receipt_to(rows, *peer, *id, account, now)?;
    }
    Ok(held.told.into_iter().map(|(peer, _)| peer).collect())
}

/// Adopts a list if it passes its checks and is later than the known one; otherwise the owner is told. `named` are
/// the devices named by the party that delivered it.
pub(crate) fn consider(
    rows: &mut Rows<'_>,
    mut record: ContactRecord,
    list: &DeviceList,
    named: &[ListedDevice],
    own: Option<DeviceAddress>,
    software: &impl Software,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let contact = record.account;
    let known = devices::known(rows, contact)?;
    let nothing =
        DeviceList { account: contact, version: 0, devices: Vec::new(), signature: FixedBytes([0; 64]) };
    let (list, is_news) = match devices::examine(rows, &record, list)? {
        Ok(true) => (list.clone(), true),
        Ok(false) => return Ok(()),
        // An honest relay or phone may lag behind too; an older list is known to be outdated.
        Err(DeviceFault::Older) => {
            effects.notices.push(Notice::DeviceRefused { contact, fault: DeviceFault::Older });
            return Ok(());
        }
        Err(fault) => {
            effects.notices.push(Notice::DeviceRefused { contact, fault });
            (known.as_ref().map_or(nothing, |known| known.list.clone()), false)
        }
    };
    let used = software.devices(&list.devices, named);
    if !is_news && known.map_or(used.is_empty(), |known| known.used == used) {
        return Ok(());
    }
    let DeviceDifference { added, removed } = devices::adopt(rows, &list, used, own)?;
    effects.outbox_changed = true;
    if !added.is_empty() && record.trust == Trust::Verified {
        record.trust = Trust::Changed;
        record.former_identity = record.identity;
        store_contact(rows, &record)?;
    }
    if !(added.is_empty() && removed.is_empty()) {
        let blocked = !record.trust.may_send();
        let (added, removed) = (added.len(), removed.len());
        effects.notices.push(Notice::DevicesChanged { contact, added, removed, blocked });
    }
    Ok(())
}

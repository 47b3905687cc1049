//! Everything that a store keeps, as rows.

use std::collections::HashMap;

use pillarbox_wire::{AccountId, DeviceAddress, Handle, Timestamp};
use serde::Serialize;

use super::{
    AccountRow, AttachmentRow, ChannelRow, Completeness, Counters, DepositRow, DeviceListRow, DeviceNumber,
    DeviceRow, EventRow, GroupMemberRow, GroupRow, LeafRow, LinkedDeviceRow, MessageRow, PreKeyRow,
    PublishedRow,
};
use crate::rules::keeping::Keeping;

/// Everything that a relay keeps about people, as of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Holdings {
    /// The completeness of the rows, as far as the files show it.
    pub completeness: Completeness,
    /// The relay's retention rule; `None` if it never started.
    pub keeping: Option<Keeping>,
    /// Time since which it has that rule, as far as the database says.
    pub keeping_since: Option<Timestamp>,
    /// The relay's own numbering, which shows how many messages it has ever accepted.
    pub counters: Counters,
    /// All accounts, in order of creation.
    pub accounts: Vec<AccountRow>,
    /// All devices.
    pub devices: Vec<DeviceRow>,
    /// The device lists of accounts that have linked a device, by account.
    pub device_lists: Vec<DeviceListRow>,
    /// The devices on those lists, by account and number.
    pub linked_devices: Vec<LinkedDeviceRow>,
    /// All prekeys.
    pub prekeys: Vec<PreKeyRow>,
    /// All messages, in the order in which they were accepted.
    pub messages: Vec<MessageRow>,
    /// Deposits that accounts have made here about their owners, by account and kind.
    pub deposits: Vec<DepositRow>,
    /// The log, in the order in which things happened.
    pub events: Vec<EventRow>,
    /// All channels, by name.
    pub channels: Vec<ChannelRow>,
    /// Posts that are published in the channels, by channel and number.
    pub posts: Vec<PublishedRow>,
    /// The directory's public log, in order.
    pub leaves: Vec<LeafRow>,
    /// The groups whose members the operator manages, by group.
    pub groups: Vec<GroupRow>,
    /// The accounts that are or were in them, by group and account.
    pub group_members: Vec<GroupMemberRow>,
    /// Parts of attachments, by attachment and number.
    pub attachments: Vec<AttachmentRow>,
}

impl Holdings {
    /// The device whose mailbox has this number.
    #[must_use]
    pub fn address(&self, number: DeviceNumber) -> Option<DeviceAddress> {
        let at = self.devices.binary_search_by_key(&number, |device| device.device_number).ok()?;
        self.devices.get(at).map(DeviceRow::address)
    }

    /// The accounts' numbers, for code that shows many rows.
    #[must_use]
    pub fn handles(&self) -> HashMap<AccountId, &Handle> {
        self.accounts.iter().filter_map(|row| Some((row.account, row.handle.as_ref()?))).collect()
    }

    /// Returns the account that has this number.
    #[must_use]
    pub fn account_of(&self, handle: &Handle) -> Option<&AccountRow> {
        self.accounts.iter().find(|row| row.handle.as_ref() == Some(handle))
    }
}

impl MessageRow {
    /// The latest time at which this row is deleted under `keeping`, if nobody fetches it before.
    #[must_use]
    pub fn held_until(&self, keeping: &Keeping) -> Timestamp {
        match self.delivered_at {
            Some(at) => at + keeping.delivered.unwrap_or_default(),
            None => self.accepted_at + keeping.undelivered,
        }
    }
}

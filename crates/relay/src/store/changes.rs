//! Changes of one batch: everything that one transaction writes, as plain lists.

use std::net::IpAddr;

use pillarbox_crypto::SecretBytes;
use pillarbox_wire::{
    AccountId, ChannelName, DepositKind, MessageId, PreKeyId, PreKeyUpload, Timestamp, declare,
};
use serde::Serialize;

use super::attachments::AttachmentRow;
use super::channels::{ChannelRow, PublishedRow};
use super::deposits::Leaving;
use super::devices::{Linking, Relisting, Unlinking};
use super::events::{EventNumber, EventRow, Lapse};
use super::groups::Regrouping;
use super::leaves::LeafRow;
use super::rows::{AccountRow, DeviceNumber, DeviceRow, MessageRow, PreKeyKind};
use crate::rules::keeping::{Granularity, Keeping};

/// Numbers that must survive a restart, because none may be reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// The number of the next message.
    pub next_message: MessageId,
    /// The number of the next device.
    pub next_device: DeviceNumber,
    /// The number of the next event of the log.
    pub next_event: EventNumber,
    /// The time up to which messages have aged; see [`crate::ageing`].
    pub ageing_clock: Option<Timestamp>,
}

declare!(
    /// Fields of [`Counters`].
    COUNTERS: Counters {
        next_message: Events, Counters, "how many messages the relay has ever accepted, from nobody to nobody";
        next_device: Entity, Counters, "how many devices were ever registered";
        next_event: Events, Counters, "how many events the log has ever taken in";
        ageing_clock: Protocol, Counters, "up to when messages have aged";
    }
);

/// The count of a file store's transactions. It is beside the [`Counters`] and, once more, in its own file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitCount {
    /// Number of transactions that were committed.
    pub commits: u64,
}

declare!(
    /// Inventory of [`CommitCount`].
    COMMIT_COUNT: CommitCount {
        commits: Events, Counters, "how often the relay has written anything; it tells if what it wrote last is missing";
    }
);

impl Default for Counters {
    fn default() -> Self {
        Self {
            next_message: MessageId(1),
            next_device: DeviceNumber(1),
            next_event: EventNumber(1),
            ageing_clock: None,
        }
    }
}

/// A new account with its first device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The new account's row.
    pub account: AccountRow,
    /// The row of its first device.
    pub device: DeviceRow,
    /// The device's first prekeys.
    pub prekeys: PreKeyUpload,
}

/// An account that another phone has taken over with the code that was sent to its number. Everything that follows
/// from keys is replaced. The rest is kept: its name, its number, the time at which it was created, its mailbox
/// with waiting and kept messages, its deposits and channels, and its events in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The account's new row.
    pub account: AccountRow,
    /// The new row of its one device. It has the device number, and so the mailbox, of the former device.
    pub device: DeviceRow,
    /// The device's first prekeys. All prekeys of the former device are deleted.
    pub prekeys: PreKeyUpload,
    /// The devices that the former phone had linked. They are deleted, and the device list with them: it was signed
    /// by the former identity.
    pub unlinked: Unlinking,
}

/// More prekeys of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The device that the prekeys belong to.
    pub device: DeviceNumber,
    /// The keys, without one-time keys that were handed out before.
    pub prekeys: PreKeyUpload,
    /// New value of [`DeviceRow::next_one_time`].
    pub next_one_time: u64,
    /// New value of [`DeviceRow::next_one_time_kem`].
    pub next_one_time_kem: u64,
}

/// A one-time prekey that is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The device that the prekey belongs to.
    pub device: DeviceNumber,
    /// The kind of prekey.
    pub kind: PreKeyKind,
    /// The number of the prekey.
    pub id: PreKeyId,
}

/// A device that connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastSeen {
    /// The device that connected.
    pub device: DeviceNumber,
    /// Time at which it was seen, as precisely as the relay keeps it.
    pub at: Option<Timestamp>,
    /// Address that it came from, if the relay keeps that.
    pub address: Option<IpAddr>,
}

/// An account that is closed. Everything stored for it is deleted, including its deposits, channels and posts. A
/// channel that was taken down keeps its row, and the log keeps its events: they are deleted by age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The account to be closed.
    pub account: AccountId,
    /// The devices it has.
    pub devices: Vec<DeviceNumber>,
    /// Messages that wait for these devices. Delivered ones that were kept are deleted with their mailbox.
    pub waiting: Vec<MessageId>,
    /// The groups that named the account, without it.
    pub groups: Vec<Regrouping>,
}

/// Delivered messages and attachments whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forget {
    /// Messages delivered at this time or before.
    pub delivered_by: Timestamp,
    /// Parts of attachments left at this time or before; `None` if no time ends them.
    pub attachments_by: Option<Timestamp>,
    /// The maximum number of each kind that is deleted at once.
    pub most: u32,
}

/// The record of the relay's retention rule, for anyone who reads the database later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// The rule, as JSON.
    pub keeping: String,
    /// Time at which it was set. Written down only if the rule is another one than before.
    pub at: Timestamp,
}

/// The removal of data that exceeds the present rule, after the rule was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trim {
    /// Exactness to which the times of devices' last connections are reduced.
    pub last_seen: Granularity,
    /// True if the addresses that devices last connected from are kept.
    pub last_address: bool,
    /// Exactness to which the times of registration are reduced.
    pub registered: Granularity,
    /// True if messages' senders are kept.
    pub sender: bool,
    /// The kinds of deposits that are kept.
    pub deposits: Vec<DepositKind>,
    /// True if channels and posts are kept.
    pub channels: bool,
    /// True if the directory's log is kept.
    pub directory_log: bool,
    /// True if groups stay.
    pub groups: bool,
    /// True if attachments stay.
    pub attachments: bool,
}

impl From<&Keeping> for Trim {
    fn from(keeping: &Keeping) -> Self {
        Self {
            last_seen: keeping.last_seen,
            last_address: keeping.last_address,
            registered: keeping.registered,
            sender: keeping.sender,
            deposits: keeping.deposits.clone(),
            channels: keeping.channels,
            directory_log: keeping.directory_log,
            groups: keeping.groups,
            attachments: keeping.attachments.is_some(),
        }
    }
}

/// Everything that one transaction writes, in this order.
#[derive(Debug, Default)]
pub struct Changes {
    /// The key that signs sender certificates, written once.
    pub certificate_key: Option<SecretBytes<32>>,
    /// The relay's retention rule, if it must be recorded.
    pub keeping: Option<Set>,
    /// New accounts.
    pub accounts: Vec<Registration>,
    /// Prekeys that devices upload.
    pub prekeys: Vec<Upload>,
    /// One-time prekeys handed out. A missing one fails the transaction, because it was handed out before.
    pub taken: Vec<Taken>,
    /// Accounts that another phone has taken over.
    pub replaced: Vec<Replacement>,
    /// Devices that accounts have linked.
    pub linked: Vec<Linking>,
    /// Device lists that replace former ones, without removed devices.
    pub relisted: Vec<Relisting>,
    /// New entries of the directory's log, at the places that follow the last.
    pub leaves: Vec<LeafRow>,
    /// Devices that connected.
    pub seen: Vec<LastSeen>,
    /// Deposits that accounts make and withdraw, in order.
    pub deposits: Vec<Leaving>,
    /// New channels.
    pub channels: Vec<ChannelRow>,
    /// New posts. The number of each becomes its channel's [`ChannelRow::posted`].
    pub posts: Vec<PublishedRow>,
    /// Groups after an act on them.
    pub groups: Vec<Regrouping>,
    /// New parts of attachments. One that is there already is ignored.
    pub attachments: Vec<AttachmentRow>,
    /// Channels that are taken down, with the time. Their posts go.
    pub taken_down: Vec<(ChannelName, Timestamp)>,
    /// New messages, with rising numbers.
    pub messages: Vec<MessageRow>,
    /// Messages that were delivered and are kept, with the time. A missing one is ignored.
    pub delivered: Vec<(MessageId, Timestamp)>,
    /// Messages to be deleted. A missing one is ignored.
    pub removed: Vec<MessageId>,
    /// Closed accounts.
    pub closed: Vec<Closing>,
    /// Delivered messages whose time is over.
    pub forget: Option<Forget>,
    /// The removal of data that exceeds the present rule.
    pub trim: Option<Trim>,
    /// Events to write down, with rising numbers.
    pub events: Vec<EventRow>,
    /// Events whose time is over.
    pub lapse: Option<Lapse>,
    /// The numbers after all these changes.
    pub counters: Counters,
}

impl Changes {
    /// Returns whether there is nothing to write. The numbers alone are not worth a transaction.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            certificate_key,
            keeping,
            accounts,
            prekeys,
            taken,
            replaced,
            linked,
            relisted,
            leaves,
            seen,
            deposits,
            channels,
            posts,
            groups,
            attachments,
            taken_down,
            messages,
            delivered,
            removed,
            closed,
            forget,
            trim,
            events,
            lapse,
            counters: _,
        } = self;
        certificate_key.is_none()
            && keeping.is_none()
            && accounts.is_empty()
            && prekeys.is_empty()
            && taken.is_empty()
            && replaced.is_empty()
            && linked.is_empty()
            && relisted.is_empty()
            && leaves.is_empty()
            && seen.is_empty()
            && deposits.is_empty()
            && channels.is_empty()
            && posts.is_empty()
            && groups.is_empty()
            && attachments.is_empty()
            && taken_down.is_empty()
            && messages.is_empty()
            && delivered.is_empty()
            && removed.is_empty()
            && closed.is_empty()
            && forget.is_none()
            && trim.is_none()
            && events.is_empty()
            && lapse.is_none()
    }
}

impl Changes {
    /// Returns whether all changes free room, or at least occupy none: removals, marks, and rows that replace
    /// others.
    #[must_use]
    pub fn only_removes(&self) -> bool {
        let Self {
            certificate_key,
            keeping: _,
            accounts,
            prekeys,
            taken: _,
            replaced,
            linked,
            relisted: _,
            leaves,
            seen: _,
            deposits,
            channels,
            posts,
            groups,
            attachments,
            taken_down: _,
            messages,
            delivered: _,
            removed: _,
            closed: _,
            forget: _,
            trim: _,
            events,
            lapse: _,
            counters: _,
        } = self;
        certificate_key.is_none()
            && accounts.is_empty()
            && prekeys.is_empty()
            && replaced.is_empty()
            && linked.is_empty()
            && leaves.is_empty()
            && deposits.iter().all(|leaving| leaving.value.is_none())
            && channels.is_empty()
            && posts.is_empty()
            && groups.iter().all(Regrouping::is_over)
            && attachments.is_empty()
            && messages.is_empty()
            && events.is_empty()
    }
}

/// Results of a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Number of rows that [`Changes::forget`] removed: the larger of the counts for the two kinds.
    pub forgotten: u32,
    /// True if [`Changes::lapse`] left events for another time.
    pub events_left: bool,
}

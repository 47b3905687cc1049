//! Frames from a relay to a phone.

use serde::{Deserialize, Serialize};

use super::refusal::{Farewell, Refusal};
use crate::bytes::{Bytes, FixedBytes};
use crate::certificate::SenderCertificate;
use crate::codec::Encoded;
use crate::devices::{DeviceList, DeviceOffer};
use crate::groups::GroupState;
use crate::handle::Handle;
use crate::ids::{AccountId, DeviceAddress, MessageId, RequestId};
use crate::limits::MAX_FRAME_LEN;
use crate::log::{LatestEntry, LogHead, LogLeaf};
use crate::prekeys::{DeviceBundle, IdentityKey};
use crate::time::Timestamp;

/// A frame from a relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RelayFrame {
    /// The first frame on every connection.
    Welcome(Welcome),
    /// The connection belongs to the device that it named.
    Authenticated(Authenticated),
    /// The account is created.
    Registered(Registered),
    /// The prekeys are stored.
    PreKeysStored(PreKeysStored),
    /// The numbers of one-time prekeys left.
    PreKeyCounts(PreKeyCounts),
    /// The account behind a number.
    Found(Found),
    /// The keys that a phone needs to write to an account for the first time.
    Bundles(Bundles),
    /// A sender certificate.
    Certificate(Certificate),
    /// The message is durable at the relay.
    Accepted(Accepted),
    /// A message for this device.
    Deliver(Deliver),
    /// The account is closed.
    Closed(Closed),
    /// A sign of life.
    Pong(Pong),
    /// A refusal, with its reason.
    Refused(Refused),
    /// The last frame before the relay closes the connection, with the reason.
    Goodbye(Goodbye),
    /// The deposits are stored.
    Deposited(Deposited),
    /// A deposit, returned to its owner.
    Recalled(Recalled),
    /// The channel is created.
    ChannelOpened(ChannelOpened),
    /// The post is published.
    Posted(Posted),
    /// Posts of a channel.
    Posts(Posts),
    /// The number had an account already, which now has the keys of this phone.
    Reregistered(Reregistered),
    /// The account behind a number, at a relay that sends codes to numbers.
    FoundByCode(Found),
    /// The place is open.
    PlaceOpened(PlaceOpened),
    /// The keys of the device that waits at a place.
    PlaceRead(Box<PlaceRead>),
    /// The account has added this device, and the connection belongs to it.
    Linked(Linked),
    /// The device list is stored.
    DevicesPublished(DevicesPublished),
    /// The device list of an account.
    Devices(Box<Devices>),
    /// The latest entry of an account in the directory's log, with its proofs.
    Proof(Box<Proof>),
    /// Entries of the directory's log.
    LogEntries(LogEntries),
    /// Proof that the directory's log continues two heads.
    Growth(Box<Growth>),
    /// The act on the group is done.
    GroupActed(Box<GroupActed>),
    /// The account's groups are told, and each change of them follows.
    GroupsFollow(GroupsFollow),
    /// The members of one of the account's groups, sent without a request.
    GroupTold(Box<GroupTold>),
    /// The part of the attachment is stored.
    AttachmentLeft(AttachmentLeft),
    /// A part of an attachment.
    AttachmentPart(AttachmentPart),
}

impl Encoded for RelayFrame {
    const VERSION: u8 = 2;
    const MAX_LEN: usize = MAX_FRAME_LEN;
}

/// See [`RelayFrame::Welcome`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The time on the relay's clock.
    pub time: Timestamp,
    /// The Ed25519 key with which the relay signs sender certificates.
    pub certificate_key: FixedBytes<32>,
}

/// See [`RelayFrame::Authenticated`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticated {
    /// The request that this answers.
    pub request: RequestId,
    /// Messages that wait in this device's mailbox and follow now.
    pub waiting: u32,
}

/// See [`RelayFrame::Registered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The request that this answers.
    pub request: RequestId,
    /// The new account and its first device.
    pub address: DeviceAddress,
}

/// See [`RelayFrame::PreKeysStored`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreKeysStored {
    /// The request that this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::PreKeyCounts`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreKeyCounts {
    /// The request that this answers.
    pub request: RequestId,
    /// Number of X25519 one-time prekeys left.
    pub one_time: u32,
    /// Number of ML-KEM one-time prekeys left.
    pub one_time_kem: u32,
}

/// See [`RelayFrame::Found`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The request that this answers.
    pub request: RequestId,
    /// The account behind the number.
    pub account: AccountId,
    /// The account's identity, as the relay states it.
    pub identity: IdentityKey,
}

/// See [`RelayFrame::Bundles`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundles {
    /// The request that this answers.
    pub request: RequestId,
    /// The account's identity, as the relay states it.
    pub identity: IdentityKey,
    /// The bundle of the account's first phone. Those of linked devices follow, without one-time prekeys: they show
    /// that there is a device list to request.
    pub devices: Vec<DeviceBundle>,
}

/// See [`RelayFrame::Certificate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The request that this answers.
    pub request: RequestId,
    /// The sender certificate for this device.
    pub certificate: SenderCertificate,
}

/// See [`RelayFrame::Accepted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The request that this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::Deliver`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliver {
    /// The message's number, by which the phone acknowledges it.
    pub message: MessageId,
    /// The sender, if the sender's connection named one.
    pub from: Option<DeviceAddress>,
    /// The time at which the relay accepted it.
    pub accepted_at: Timestamp,
    /// The bytes that the sender submitted.
    pub payload: Bytes,
    /// The relay's stamp over payload, sender, recipient and time. The relay can check it when the recipient reports
    /// the message (message franking). Absent if the design has no reports or the sender is not named.
    pub stamp: Option<FixedBytes<32>>,
}

/// See [`RelayFrame::Closed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The request that this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::Pong`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// The request that this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::Refused`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The request that this answers.
    pub request: RequestId,
    /// The reason for the refusal.
    pub reason: Refusal,
}

/// See [`RelayFrame::Goodbye`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goodbye {
    /// The reason for closing the connection.
    pub reason: Farewell,
}

/// See [`RelayFrame::Deposited`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposited {
    /// The request that this answers.
    pub request: RequestId,
    /// The deposited address-book entries that have an account here, as far as this relay checks.
    pub known: Vec<Handle>,
}

/// See [`RelayFrame::Recalled`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recalled {
    /// The request that this answers.
    pub request: RequestId,
    /// The deposit, or `None` if the relay has no such deposit.
    pub value: Option<Bytes>,
}

/// See [`RelayFrame::ChannelOpened`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelOpened {
    /// The request that this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::Posted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The request that this answers.
    pub request: RequestId,
    /// The post's number in its channel, from 1.
    pub number: u32,
}

/// See [`RelayFrame::Posts`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posts {
    /// The request that this answers.
    pub request: RequestId,
    /// The posts in the order of their numbers, as many as fit one frame. The phone asks again after the last.
    pub posts: Vec<PostRow>,
}

/// One post of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostRow {
    /// The post's number in its channel, from 1.
    pub number: u32,
    /// The time at which the relay accepted the post.
    pub posted_at: Timestamp,
    /// The content, which everybody may read.
    pub content: Bytes,
}

/// See [`RelayFrame::Reregistered`]. The device gets a number that no device of the account had before, so that the
/// relay can recognise a message to the former phone's keys and tell its sender to fetch the new ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reregistered {
    /// The request that this answers.
    pub request: RequestId,
    /// The account and its device.
    pub address: DeviceAddress,
    /// Messages that wait in the mailbox and follow now. They were encrypted for the former phone.
    pub waiting: u32,
}

/// See [`RelayFrame::PlaceOpened`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceOpened {
    /// The request that this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::PlaceRead`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceRead {
    /// The request that this answers.
    pub request: RequestId,
    /// The keys that the new device left there, as the relay states them.
    pub offer: DeviceOffer,
}

/// See [`RelayFrame::Linked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// The request that opened the place.
    pub request: RequestId,
    /// The account, and its new device.
    pub address: DeviceAddress,
    /// Messages that wait in this device's mailbox and follow now.
    pub waiting: u32,
}

/// See [`RelayFrame::DevicesPublished`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicesPublished {
    /// The request that this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::Devices`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    /// The request that this answers.
    pub request: RequestId,
    /// The list as the account published it, or `None` if it never linked a device.
    pub list: Option<DeviceList>,
}

/// See [`RelayFrame::Proof`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The request that this answers.
    pub request: RequestId,
    /// The Ed25519 key with which the relay signs heads.
    pub log_key: FixedBytes<32>,
    /// The log's present head.
    pub head: LogHead,
    /// Proof that the log had, at the size that was asked about, the entries that it still begins with (RFC 6962,
    /// section 2.1.2).
    pub consistency: Vec<FixedBytes<32>>,
    /// The account's latest entry, or `None` if it has none.
    pub entry: Option<LatestEntry>,
}

/// See [`RelayFrame::LogEntries`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntries {
    /// The request that this answers.
    pub request: RequestId,
    /// The Ed25519 key with which the relay signs heads.
    pub log_key: FixedBytes<32>,
    /// The log's present head.
    pub head: LogHead,
    /// The entries in order, at most [`MAX_LOG_LEAVES`](crate::limits::MAX_LOG_LEAVES). Empty after the last.
    pub leaves: Vec<LogLeaf>,
}

/// See [`RelayFrame::Growth`]. A log that never had one of the sizes proves nothing about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    /// The request that this answers.
    pub request: RequestId,
    /// The Ed25519 key with which the relay signs heads.
    pub log_key: FixedBytes<32>,
    /// The log's present head.
    pub head: LogHead,
    /// Proof that the log continues the head of the phone (RFC 6962, section 2.1.2).
    pub own: Vec<FixedBytes<32>>,
    /// Proof that it continues the head that the phone received.
    pub told: Vec<FixedBytes<32>>,
}

/// See [`RelayFrame::GroupActed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupActed {
    /// The request that this answers.
    pub request: RequestId,
    /// The group after the act.
    pub state: GroupState,
}

/// See [`RelayFrame::GroupsFollow`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupsFollow {
    /// The request that this answers.
    pub request: RequestId,
    /// The groups that the account is in, as the relay states them. A group that the phone knows and that is not listed
    /// has ended.
    pub groups: Vec<FixedBytes<16>>,
}

/// See [`RelayFrame::GroupTold`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupTold {
    /// The group as it is now.
    pub state: GroupState,
}

/// See [`RelayFrame::AttachmentLeft`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentLeft {
    /// The request that this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::AttachmentPart`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentPart {
    /// The request that this answers.
    pub request: RequestId,
    /// The part as it was left.
    pub part: Bytes,
}

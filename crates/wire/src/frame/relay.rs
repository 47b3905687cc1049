//! What a relay says to a phone.

use serde::{Deserialize, Serialize};

use super::refusal::{Farewell, Refusal};
use crate::bytes::{Bytes, FixedBytes};
use crate::certificate::SenderCertificate;
use crate::codec::Encoded;
use crate::handle::Handle;
use crate::ids::{AccountId, DeviceAddress, MessageId, RequestId};
use crate::limits::MAX_FRAME_LEN;
use crate::prekeys::{DeviceBundle, IdentityKey};
use crate::time::Timestamp;

/// A frame from a relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RelayFrame {
    /// The first frame on every connection.
    Welcome(Welcome),
    /// The connection belongs to the device that it named.
    Authenticated(Authenticated),
    /// The account is made.
    Registered(Registered),
    /// The prekeys are stored.
    PreKeysStored(PreKeysStored),
    /// How many one-time prekeys are left.
    PreKeyCounts(PreKeyCounts),
    /// The account behind a number.
    Found(Found),
    /// What is needed to write to an account for the first time.
    Bundles(Bundles),
    /// A sender certificate.
    Certificate(Certificate),
    /// The message is durable at the relay.
    Accepted(Accepted),
    /// A message for this device.
    Deliver(Deliver),
    /// The account is gone.
    Closed(Closed),
    /// A sign of life.
    Pong(Pong),
    /// The request was not done, and why.
    Refused(Refused),
    /// The last frame before the relay closes the connection, and why.
    Goodbye(Goodbye),
    /// The deposits are stored.
    Deposited(Deposited),
    /// A deposit, given back.
    Recalled(Recalled),
    /// The channel is made.
    ChannelOpened(ChannelOpened),
    /// The post is published.
    Posted(Posted),
    /// What a channel published.
    Posts(Posts),
    /// The account behind the number was there before, and has the keys of this phone now.
    Reregistered(Reregistered),
    /// The account behind a number, at a relay that sends codes to numbers.
    FoundByCode(Found),
}

impl Encoded for RelayFrame {
    const VERSION: u8 = 2;
    const MAX_LEN: usize = MAX_FRAME_LEN;
}

/// See [`RelayFrame::Welcome`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The relay's clock.
    pub time: Timestamp,
    /// The Ed25519 key that its sender certificates are signed with.
    pub certificate_key: FixedBytes<32>,
}

/// See [`RelayFrame::Authenticated`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticated {
    /// Which question this answers.
    pub request: RequestId,
    /// Messages that wait in this device's mailbox; they follow.
    pub waiting: u32,
}

/// See [`RelayFrame::Registered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Which question this answers.
    pub request: RequestId,
    /// The new account and its first device.
    pub address: DeviceAddress,
}

/// See [`RelayFrame::PreKeysStored`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreKeysStored {
    /// Which question this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::PreKeyCounts`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreKeyCounts {
    /// Which question this answers.
    pub request: RequestId,
    /// X25519 one-time prekeys left.
    pub one_time: u32,
    /// ML-KEM one-time prekeys left.
    pub one_time_kem: u32,
}

/// See [`RelayFrame::Found`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Which question this answers.
    pub request: RequestId,
    /// The account.
    pub account: AccountId,
    /// Its identity, as the relay says.
    pub identity: IdentityKey,
}

/// See [`RelayFrame::Bundles`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundles {
    /// Which question this answers.
    pub request: RequestId,
    /// The account's identity, as the relay says.
    pub identity: IdentityKey,
    /// One for each of its devices.
    pub devices: Vec<DeviceBundle>,
}

/// See [`RelayFrame::Certificate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Which question this answers.
    pub request: RequestId,
    /// The certificate.
    pub certificate: SenderCertificate,
}

/// See [`RelayFrame::Accepted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Which question this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::Deliver`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliver {
    /// The message's number, to be named when it is acknowledged.
    pub message: MessageId,
    /// The sender, if the sender's connection named one.
    pub from: Option<DeviceAddress>,
    /// When the relay accepted it.
    pub accepted_at: Timestamp,
    /// What the sender handed over, byte for byte.
    pub payload: Bytes,
    /// The relay's stamp over payload, sender, recipient and time, which it can check when the recipient reports the
    /// message (message franking); absent where the design has no reports or the sender is not named.
    pub stamp: Option<FixedBytes<32>>,
}

/// See [`RelayFrame::Closed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Which question this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::Pong`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// Which question this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::Refused`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Which question this answers.
    pub request: RequestId,
    /// Why.
    pub reason: Refusal,
}

/// See [`RelayFrame::Goodbye`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goodbye {
    /// Why.
    pub reason: Farewell,
}

/// See [`RelayFrame::Deposited`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposited {
    /// Which question this answers.
    pub request: RequestId,
    /// Those among the deposited address-book entries that have an account here, as far as this relay looks.
    pub known: Vec<Handle>,
}

/// See [`RelayFrame::Recalled`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recalled {
    /// Which question this answers.
    pub request: RequestId,
    /// The deposit; none if there is none.
    pub value: Option<Bytes>,
}

/// See [`RelayFrame::ChannelOpened`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelOpened {
    /// Which question this answers.
    pub request: RequestId,
}

/// See [`RelayFrame::Posted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// Which question this answers.
    pub request: RequestId,
    /// The post's number in its channel, from 1.
    pub number: u32,
}

/// See [`RelayFrame::Posts`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posts {
    /// Which question this answers.
    pub request: RequestId,
    /// In the order of their numbers, as many as fit one frame; ask again after the last.
    pub posts: Vec<PostRow>,
}

/// One post of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostRow {
    /// Its number in its channel, from 1.
    pub number: u32,
    /// When the relay took it.
    pub posted_at: Timestamp,
    /// What everybody may read.
    pub content: Bytes,
}

/// See [`RelayFrame::Reregistered`]. The device has a number that it did not have before, so that whoever writes to the
/// keys of the former phone is told to fetch the new ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reregistered {
    /// Which question this answers.
    pub request: RequestId,
    /// The account and its device.
    pub address: DeviceAddress,
    /// Messages that wait in its mailbox; they follow, and were encrypted for the former phone.
    pub waiting: u32,
}
